"""Papers that the page behind a customer's link offers besides the document itself. Another room registers them."""

from collections.abc import Callable
from dataclasses import dataclass

from billing.customer_view import CustomerView
from billing.models import DocumentLink


@dataclass(frozen=True)
class Download:
    """A file: its address and what the reader sees it called, in their language."""

    url: str
    words: str


Offer = Callable[[DocumentLink, CustomerView], list[Download]]
OFFERS: list[Offer] = []


def register_downloads(offer: Offer) -> None:
    """Let every document's page offer these."""
    if offer not in OFFERS:
        OFFERS.append(offer)


def downloads_of(link: DocumentLink, view: CustomerView) -> list[Download]:
    """The papers about a document that its customer may have."""
    return [download for offer in OFFERS for download in offer(link, view)]
