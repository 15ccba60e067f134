"""A refund that was not paid and is not to be: its credit is free again."""

from django.db import transaction

from ledger.refusals import Refused
from office.audit import record
from office.models import User
from office.reasons import required_reason
from payments.models import Refund
from payments.refunds_clearing import lock_payments, require_not_reconciled
from payments.repayment_choice import with_repayment
from payments.taking_back import take_back


@transaction.atomic
def withdraw_refund(refund_id: int, *, reason: str, by: User | None) -> Refund:
    """Take back a refund that no money left for, by its mirror of today: what it paid back is free again.

    Raises Refused without a reason, the second time, while a file or somebody pays it, and where the bank's statement
    says that it was paid.
    """
    reason = required_reason(reason, "Say why it is not paid back.")
    refund = Refund.objects.select_related("company", "entry").get(pk=refund_id)
    lock_payments(refund.company_id)
    _require_not_paid(refund)
    take_back(
        refund.entry,
        key=f"withdraw_refund:{refund.pk}",
        kind="withdraw_refund",
        dated_on=refund.company.today(),
        by_id=by.pk if by else None,
        reason=reason,
    )
    record(by, "withdraw_refund", refund, before={"amount": refund.amount}, reason=reason)
    return refund


def _require_not_paid(refund: Refund) -> None:
    """One without an account of theirs is called paid at once: nobody but the bank knows whether it was."""
    state = with_repayment(Refund.objects.all()).get(pk=refund.pk).state
    if state == "withdrawn":
        raise Refused(f"{refund} is taken back already.", code="invalid_move")
    if state in ("waiting", "in_file"):
        raise Refused(f"{refund} is in a repayment. Cancel that first, or wait for the bank.", code="under_way")
    if refund.hand_payments.filter(undone_at=None).exists():
        raise Refused(f"{refund} was paid by hand. Undo that first, if it was not.", code="already_paid")
    require_not_reconciled([refund.entry])
