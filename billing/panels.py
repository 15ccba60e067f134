"""What a customer's page shows of documents."""

from typing import Any

from billing.access import disputes_for, findings_for, orders_for, shipments_for
from billing.accuracy.findings import open_findings
from billing.disputes import with_state
from billing.order_figures import with_shipment_state
from billing.order_figures import with_state as with_order_state
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


def orders(user: User, customer: Customer) -> dict[str, Any] | None:
    """What they ordered lately, and what left for them that is not billed; nothing for a customer without either."""
    if not user.has_perm("billing.view_order"):
        return None
    ordered = orders_for(user).filter(customer=customer)
    latest = list(with_order_state(ordered, customer.company.today()).order_by("-ordered_on", "-pk")[:LATEST])
    shipped = with_shipment_state(shipments_for(user).filter(customer=customer))
    to_bill = list(shipped.filter(state__in=["to_bill", "part_billed"]).order_by("-shipped_on", "-pk")[:LATEST])
    return {"orders": latest, "shipments": to_bill, "number": customer.number} if latest or to_bill else None


ORDERS_PANEL = Panel("billing/_orders_panel.html", orders)
DISPUTES_PANEL = Panel("billing/_dispute_panel.html", disputes)


def findings(user: User, customer: Customer) -> dict[str, Any] | None:
    """What the accuracy checks found of them and their documents and nobody mended yet; nothing where all is well."""
    if not user.has_perm("billing.view_accuracyfinding"):
        return None
    rows = open_findings(findings_for(user).filter(customer=customer)).select_related("invoice").order_by("-pk")
    latest = list(rows[:LATEST])
    return {"findings": latest, "number": customer.number} if latest else None


FINDINGS_PANEL = Panel("billing/_findings_panel.html", findings)
