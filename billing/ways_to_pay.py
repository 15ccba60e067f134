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


Note = Callable[[CustomerView], str]
NOTES: list[Note] = []


def register_note(note: Note) -> None:
    """Let every payable document say this of money that is on its way; nothing where there is none."""
    if note not in NOTES:
        NOTES.append(note)


def notes_on_paying(view: CustomerView) -> list[str]:
    """What the reader must know before they pay, in their language."""
    return [words for note in NOTES if (words := note(view))] if view.is_payable else []


def register_offer(offer: Offer) -> None:
    """Let every payable document offer these ways."""
    if offer not in OFFERS:
        OFFERS.append(offer)


def ways_to_pay(link: DocumentLink, view: CustomerView) -> list[WayToPay]:
    """The ways that a document offers, the usual one first; none where nothing is to be paid."""
    return [way for offer in OFFERS for way in offer(link, view)] if view.is_payable else []
