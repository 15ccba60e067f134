"""What a customer's page shows of getting paid."""

from typing import Any

from credit_control.access import promises_for, reminders_for
from credit_control.promises import with_state
from credit_control.reminders.coming import next_reminder, with_mail
from customers.models import Customer
from customers.panels import Panel
from office.models import User

LATEST = 5


def promises(user: User, customer: Customer) -> dict[str, Any] | None:
    """What they promised to pay lately."""
    if not user.has_perm("credit_control.view_paymentpromise"):
        return None
    rows = with_state(promises_for(user).filter(customer=customer), customer.company.today())
    return {"rows": rows.order_by("-pk")[:LATEST]}


def reminders(user: User, customer: Customer) -> dict[str, Any] | None:
    """What they were reminded of lately, and when the next one goes, or why none does."""
    if not user.has_perm("credit_control.view_reminder"):
        return None
    rows = with_mail(reminders_for(user).filter(customer=customer)).order_by("-pk")[:LATEST]
    return {"rows": rows} | next_reminder(customer)


PANELS = [Panel("credit_control/_promises.html", promises), Panel("credit_control/_reminders.html", reminders)]
