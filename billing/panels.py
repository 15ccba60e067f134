"""What a customer's page shows of documents."""

from typing import Any

from billing.access import disputes_for
from billing.disputes import with_state
from customers.models import Customer
from customers.panels import Panel
from office.models import User

LATEST = 5


def disputes(user: User, customer: Customer) -> dict[str, Any] | None:
    """What they objected to lately; nothing for a customer who never did."""
    if not user.has_perm("billing.view_dispute"):
        return None
    rows = with_state(disputes_for(user).filter(customer=customer), customer.company.today())
    latest = list(rows.select_related("entry", "reason_code").order_by("-status", "-pk")[:LATEST])
    return {"disputes": latest, "number": customer.number} if latest else None


DISPUTES_PANEL = Panel("billing/_dispute_panel.html", disputes)
