from datetime import date

from django.db import transaction

from ledger.refusals import Refused
from office.audit import record
from office.days import require_bookable_day
from office.models import User
from office.reasons import required_reason
from office.written import plain_day
from payments.models import ReceiptStatus, WriteOff, WriteOffStatus
from payments.taking_back import take_back


@transaction.atomic
def reverse_write_off(write_off_id: int, *, on: date, by: User | None, reason: str) -> WriteOff:
    """Ask again for what was written off: its items are open from that day, and its tax is payable again.

    Raises Refused without a reason, where it was reversed before, before its own day, or while money that came in for
    it stands.
    """
    reason = required_reason(reason, "Say why it is asked for again.")
    rows = WriteOff.objects.select_for_update(no_key=True, of=("self",)).select_related("company", "entry")
    row = rows.get(pk=write_off_id)
    _check(row, on)
    key = f"reverse_write_off:{row.pk}"
    row.reversal_entry = take_back(
        row.entry, key=key, kind="reverse_write_off", dated_on=on, by_id=by.pk if by else None, reason=reason
    )
    row.status, row.reversed_on, row.reversal_reason = WriteOffStatus.REVERSED, on, reason
    row.save()
    record(by, "reverse_write_off", row, after={"amount": row.amount}, reason=reason)
    return row


def _check(row: WriteOff, on: date) -> None:
    if row.status == WriteOffStatus.REVERSED:
        raise Refused(f"{row} has been reversed already.", code="invalid_move")
    if on < row.written_off_on:
        raise Refused(f"It was written off on {plain_day(row.written_off_on)}; not before.", code="before_it_was_made")
    require_bookable_day(row.company, on)
    if row.recoveries.filter(receipt__status=ReceiptStatus.RECORDED).exists():
        raise Refused("Money came in for it. Reverse that receipt first.", code="recovered")
