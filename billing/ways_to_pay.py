"""Ways to pay that the page behind a customer's link offers besides a bank transfer. Another room registers them."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from billing.customer_view import CustomerView
from billing.models import DocumentLink


@dataclass(frozen=True)
class WayToPay:
    """A button: the address it posts to, the amount it pays, and what it sends along."""

    url: str
    amount: Decimal
    part: str = ""


Offer = Callable[[DocumentLink, CustomerView], list[WayToPay]]
OFFERS: list[Offer] = []


def register_offer(offer: Offer) -> None:
    """Let every payable document offer these ways."""
    if offer not in OFFERS:
        OFFERS.append(offer)


def ways_to_pay(link: DocumentLink, view: CustomerView) -> list[WayToPay]:
    """The ways that a document offers, the usual one first; none where nothing is to be paid."""
    return [way for offer in OFFERS for way in offer(link, view)] if view.is_payable else []
