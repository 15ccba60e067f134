from datetime import date

from django.db import transaction

from billing.disputes import undisputed
from billing.models import Dispute, DisputeOutcome, DisputeStatus
from billing.operations.open_dispute import ANSWER_WITHIN, hold, items_to_dispute
from ledger.allocating import lock_items
from ledger.refusals import Refused
from office.audit import record
from office.models import User
from office.reasons import required_reason

NOTHING_DONE = (DisputeOutcome.REFUSED, DisputeOutcome.WITHDRAWN)


@transaction.atomic
def reopen_dispute(dispute_id: int, *, reason: str, by: User | None, on: date) -> Dispute:
    """Take a dispute up again that was refused or taken back: it holds what it held, as far as that is still open.

    Raises Refused without a reason, for one that is open or was credited, and where nothing of it is open any more.
    """
    reason = required_reason(reason, "Say why it is taken up again.")
    dispute = Dispute.objects.select_related("entry").get(pk=dispute_id)
    locked = lock_items(item.pk for item in items_to_dispute(dispute.entry))
    dispute = Dispute.objects.select_for_update(no_key=True, of=("self",)).select_related("entry").get(pk=dispute_id)
    if dispute.outcome not in NOTHING_DONE:
        words = "is open" if dispute.is_open else "ended with a credit memo: open another for what is still wrong"
        raise Refused(f"Dispute {dispute} {words}.", code="invalid_move")
    items = sorted(locked.values(), key=lambda item: (item.due_on, item.pk))
    amount = min(dispute.amount, sum(undisputed(items).values()))
    if not amount:
        raise Refused("Nothing of it is open that is not disputed already.", code="nothing_open")
    before = {"outcome": dispute.get_outcome_display()}
    dispute.status, dispute.outcome, dispute.outcome_note = DisputeStatus.OPEN, "", ""
    dispute.closed_on, dispute.closed_by, dispute.closed_at, dispute.escalated_at = None, None, None, None
    dispute.respond_by = max(dispute.respond_by, on + ANSWER_WITHIN)
    dispute.save()
    hold(dispute, items, amount, on)
    record(by, "reopen_dispute", dispute, before=before, after={"answer_by": dispute.respond_by}, reason=reason)
    return dispute
