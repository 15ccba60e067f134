from datetime import date, timedelta

from django.db import transaction

from credit_control.due_days import due_days
from credit_control.models import DueDayChange
from credit_control.plans.reading import planned_now
from customers.models import Customer
from ledger.models import OpenItem
from ledger.refusals import Refused
from office.audit import record
from office.models import User
from office.reasons import required_reason
from office.written import plain_day
from payments.models import DebitPart, FileState

LONGEST = timedelta(days=366)


@transaction.atomic
def put_off_due_day(item_id: int, due_on: date, *, by: User | None, reason: str) -> DueDayChange:
    """Agree on another day by which an open item is to be paid: reminders and interest go by it from now on.

    The book keeps the day that the document says. Raises Refused without a reason, for what is settled, in a plan or on
    its way to us by a debit, for the day it has, for one before the document's own due day, and for one more than a
    year ahead.
    """
    reason = required_reason(reason, "Say why it is put off.")
    item = OpenItem.objects.get(pk=item_id)
    customer = (
        Customer.objects.select_for_update(no_key=True, of=("self",)).select_related("company").get(pk=item.customer_id)
    )
    item.refresh_from_db()
    before = due_days([item])[item.pk]
    if item.amount < 0 or not item.balance:
        raise Refused(f"Nothing of {item.reference} is open.", code="not_open")
    if row := planned_now([item.pk], customer.company.today()).get(item.pk):
        raise Refused(f"{item.reference} is in {row.plan}: change the plan's days instead.", code="planned")
    on_its_way = DebitPart.objects.filter(item=item, is_under_way=True, collection__run__state=FileState.READY)
    if part := on_its_way.select_related("collection__run").first():
        raise Refused(f"It is debited by {part.collection.run}, whose file is made.", code="in_debit_run")
    if due_on == before:
        raise Refused(f"{item.reference} is due on {plain_day(due_on)} already.", code="same_day")
    if not item.due_on <= due_on <= customer.company.today() + LONGEST:
        raise Refused(f"Choose a day from {plain_day(item.due_on)} to a year from now.", code="day_invalid")
    change = DueDayChange.objects.create(item=item, before=before, due_on=due_on, reason=reason, created_by=by)
    after = {"document": item.reference, "due_on": due_on}
    record(by, "put_off_due_day", customer, before={"due_on": before}, after=after, reason=reason)
    return change
