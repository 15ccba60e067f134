"""What a customer may pay online of a document: what is due, the amount with the early-payment discount, or all."""

from decimal import Decimal

from django.urls import reverse

from billing.customer_view import CustomerView
from billing.models import DocumentLink
from billing.ways_to_pay import WayToPay
from payments.online.registry import providers

DUE, EARLY, ALL = "due", "early", "all"


def amounts_of(view: CustomerView) -> dict[str, Decimal]:
    """What each part comes to; each amount once."""
    early = view.early_payment
    found = {EARLY: early.amount} if early else {}
    for part, amount in ((DUE, view.next_due.amount), (ALL, view.account["to_pay"])):
        if amount > 0 and amount not in found.values():
            found[part] = amount
    return found


def online_offers(link: DocumentLink, view: CustomerView) -> list[WayToPay]:
    """A button for each amount, where this office has a provider."""
    if not providers():
        return []
    url = reverse("paying:pay", args=[link.ref])
    return [WayToPay(url, amount, part) for part, amount in amounts_of(view).items()]
