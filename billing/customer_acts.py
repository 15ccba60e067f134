"""What a customer can do on the page behind a link besides paying and objecting. Other rooms tell."""

from collections.abc import Callable
from dataclasses import dataclass, field

from billing.customer_view import CustomerView
from billing.models import DocumentLink, Invoice


@dataclass(frozen=True)
class CustomerAct:
    """Something that a customer can do: its words and icon, and the page on which they do it."""

    words: str
    icon: str
    url: str


@dataclass(frozen=True)
class CustomerActs:
    """What a customer may do with a document, and in sentences what they did and what came of it."""

    acts: list[CustomerAct] = field(default_factory=list)
    said: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Told:
    """A sentence for staff on what a customer did by the link of an invoice, and where it is looked at."""

    words: str
    icon: str
    url: str


Offer = Callable[[DocumentLink, CustomerView], CustomerActs]
OFFERS: list[Offer] = []
Teller = Callable[[Invoice], list[Told]]
TELLERS: list[Teller] = []


def register_acts(offer: Offer) -> None:
    """Let the customer's page of every document offer these acts; the offer is asked in the customer's language."""
    if offer not in OFFERS:
        OFFERS.append(offer)


def acts_on(link: DocumentLink, view: CustomerView) -> CustomerActs:
    """All that rooms offer on a document, those nearest to its payment first, and all that was said there."""
    offered = [offer(link, view) for offer in reversed(OFFERS)]
    return CustomerActs(
        [act for each in offered for act in each.acts], [words for each in offered for words in each.said]
    )


def register_told(teller: Teller) -> None:
    """Let staff's page of every issued invoice show what this one tells."""
    if teller not in TELLERS:
        TELLERS.append(teller)


def told_of(invoice: Invoice) -> list[Told]:
    """What the customer did about an invoice and staff should know."""
    return [row for teller in TELLERS for row in teller(invoice)] if invoice.entry_id else []
