from django.db import transaction

from ledger.refusals import Refused
from office.approvals.asking import require_none_waiting
from office.audit import record
from office.models import User
from office.reasons import required_reason
from payments.models import CollectionState, DebitRun, FileState
from payments.operations.approve_debit_run import leave_out, locked_run

ANSWERED = (CollectionState.COLLECTED, CollectionState.RETURNED, CollectionState.REJECTED)


@transaction.atomic
def cancel_debit_run(run_id: int, *, reason: str, by: User | None) -> DebitRun:
    """Give up a run that the bank did not get, or threw out whole; what it claimed is free again.

    Raises Refused without a reason, where it was cancelled or waits for a word, and where the bank has answered to it.
    """
    reason = required_reason(reason, "Say why the run is cancelled.")
    run = locked_run(run_id)
    if run.state == FileState.CANCELLED:
        raise Refused(f"{run} is cancelled already.", code="invalid_move")
    require_none_waiting("approve_debit_run", run)
    if run.collections.filter(state__in=ANSWERED).exists():
        raise Refused("The bank has answered to it, so it cannot be cancelled.", code="bank_answered")
    for debit in run.collections.select_for_update(no_key=True).filter(state=CollectionState.PENDING):
        leave_out(debit, "the run was cancelled")
    run.state, run.cancelled_reason = FileState.CANCELLED, reason
    run.save(update_fields=["state", "cancelled_reason"])
    record(by, "cancel_debit_run", run, reason=reason)
    return run


def drop_debit_run(run_id: int, *, by: User | None, reason: str) -> None:
    """Cancel a run that was not approved."""
    if locked_run(run_id).state == FileState.WAITING:
        cancel_debit_run(run_id, reason=reason or "Taken back.", by=by)
