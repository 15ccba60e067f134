from datetime import date

from django.db import transaction

from billing.models import Dispute, DisputeOutcome, DisputeSource, DocumentStatus
from billing.operations.close_dispute import close_dispute
from ledger.models import Allocation
from ledger.present import present
from ledger.refusals import Refused
from office.audit import record
from office.days import require_bookable_day
from office.models import User
from office.reasons import required_reason
from payments.models import SettledItem, Settlement, WriteOffStatus
from payments.operations.apply_credits import undo_allocation
from payments.operations.reverse_write_off import reverse_write_off
from payments.operations.settle_rest import require_may
from payments.operations.void_discount import void_discount


@transaction.atomic
def undo_settlement(settlement_id: int, *, on: date, by: User | None, reason: str) -> Settlement:
    """Bring back everything that one save did: allocations, discounts, fees and differences; all of it or nothing.

    What was undone by itself meanwhile is passed over. Raises Refused without a reason, the second time, where the rest
    was paid back, and as each of its parts would be refused.
    """
    reason = required_reason(reason, "Say why it is undone.")
    rows = Settlement.objects.select_for_update(no_key=True, of=("self",)).select_related("company", "customer")
    settlement = rows.get(pk=settlement_id)
    if settlement.undone_on:
        raise Refused("This was undone already.", code="already_undone")
    if settlement.refund and not hasattr(settlement.refund.entry, "reversed_by"):
        raise Refused("What was left was paid back. Take that refund back first.", code="refunded")
    require_bookable_day(settlement.company, on)
    for row in settlement.items.select_related("item", "write_off", "credit_memo__entry", "dispute").order_by("-id"):
        _undo_rest(row, on, by, reason)
    for row in settlement.items.exclude(allocation=None).order_by("-id"):
        if not Allocation.objects.filter(reverses=row.allocation_id).exists():
            undo_allocation(present(row.allocation_id), dated_on=on, by=by, reason=reason)
    settlement.undone_on, settlement.undone_by, settlement.undo_reason = on, by, reason
    settlement.save(update_fields=["undone_on", "undone_by", "undo_reason"])
    record(by, "undo_settlement", settlement.customer, after={"credit": settlement.credit.reference}, reason=reason)
    return settlement


def _undo_rest(row: SettledItem, on: date, by: User | None, reason: str) -> None:
    if row.write_off and row.write_off.status == WriteOffStatus.RECORDED:
        reverse_write_off(row.write_off.pk, on=on, by=by, reason=reason)
    if row.credit_memo and row.credit_memo.status == DocumentStatus.ISSUED:
        require_may(by, "billing.void_invoice")
        void_discount(row.credit_memo, on=on, by=by, reason=reason)
    if row.dispute and _came_by_it_alone(row.dispute, row):
        close_dispute(row.dispute.pk, DisputeOutcome.WITHDRAWN, on=on, by=by)


def _came_by_it_alone(dispute: Dispute, row: SettledItem) -> bool:
    """Whether a dispute that is still open was opened by this save, and no other one names it."""
    others = dispute.settled_items.exclude(settlement=row.settlement_id).filter(settlement__undone_on=None)
    return dispute.is_open and dispute.source == DisputeSource.SHORT_PAYMENT and not others.exists()
