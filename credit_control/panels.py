"""What a customer's page shows of getting paid."""

from typing import Any

from credit_control.access import promises_for
from credit_control.promises import with_state
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


PANELS = [Panel("credit_control/_promises.html", promises)]
