from datetime import date

from django.db import transaction

from billing.models import RecurringInvoice
from billing.recurring import waiting_periods
from ledger.refusals import Refused
from office.audit import record
from office.models import User


@transaction.atomic
def confirm_due_periods(recurring_id: int, *, until: date, by: User | None, on: date) -> RecurringInvoice:
    """Let the periods due up to a day be billed, however many they are; they are made within a minute.

    `until` is the last day that the person saw; what became due since waits with the next ones. Raises Refused where
    nothing waits for a person up to it.
    """
    rows = RecurringInvoice.objects.select_for_update(no_key=True, of=("self",))
    recurring = rows.select_related("company").get(pk=recurring_id)
    confirmed = [period for period in waiting_periods(recurring, on) if period.due_on <= until]
    if not confirmed:
        raise Refused("Nothing of it waits for a person up to that day. Look again.", code="nothing_waits")
    recurring.confirmed_until = confirmed[-1].due_on
    recurring.save(update_fields=["confirmed_until"])
    after = {"documents": len(confirmed), "from": confirmed[0].due_on, "until": recurring.confirmed_until}
    record(by, "confirm_due_periods", recurring, after=after)
    return recurring
