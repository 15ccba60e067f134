"""What became of reminders, and when a customer's next one goes."""

from datetime import date
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery

from credit_control.due_days import due_days
from credit_control.models import Reminder
from credit_control.reminders.ladders import read_ladders
from credit_control.reminders.pauses import read_pauses
from credit_control.reminders.proposals import open_debts, reached_steps
from credit_control.reminders.steps import next_day
from customers.models import Customer
from office.models import OutgoingMail


def with_mail(reminders: QuerySet[Reminder]) -> QuerySet[Reminder]:
    """Add `mail`: what became of the first mail of each."""
    mails = OutgoingMail.objects.filter(about_type=Reminder._meta.label_lower, about_id=OuterRef("pk")).order_by("pk")
    return reminders.annotate(mail=Subquery(mails.values("status")[:1]))


def next_reminder(customer: Customer) -> dict[str, Any]:
    """The day of the next step of any item that is not paused, as `next_on`; or `why` there is none."""
    today, steps = customer.company.today(), read_ladders(customer.company).steps_of(customer)
    items = list(open_debts(customer.company).filter(customer_id=customer.pk))
    pauses, due, reached = read_pauses(customer.company, items, today), due_days(items), reached_steps(_ids(items))
    paused = [why for item in items if (why := pauses.why(item))]
    free = [item for item in items if not pauses.why(item)]
    days = [day for item in free if (day := next_day(steps, due[item.pk], reached.get(item.pk), today))]
    return {"next_on": min(days, default=None), "why": _why(items, paused, days, bool(steps))}


def _ids(items: list[Any]) -> list[int]:
    return [item.pk for item in items]


def _why(items: list[Any], paused: list[str], days: list[date], has_steps: bool) -> str:
    if days or not items:
        return ""
    if not has_steps:
        return "No ladder is chosen for them."
    return paused[0] if len(paused) == len(items) else "All steps of the ladder are done."
