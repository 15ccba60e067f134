"""What every provider does: open a page on which a customer pays, and read the events that it sends."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Protocol

from ledger.refusals import Refused


class BadSignature(Exception):
    """The event is not signed by the provider, or too old: nobody acts on it."""


class ProviderUnavailable(Refused):
    """The provider cannot be reached, or does not take this payment; nothing was taken."""

    def __init__(self, message: str) -> None:
        super().__init__(message, code="provider_unavailable")


@dataclass(frozen=True)
class Checkout:
    """What is asked of a provider; `reference` is ours, and the same reference is the same payment."""

    reference: str
    amount: Decimal
    currency: str
    title: str
    return_url: str
    email: str = ""
    language: str = ""


@dataclass(frozen=True)
class Started:
    """The provider's own id of the payment, and the page on which the customer pays."""

    session_id: str
    url: str


class NoticeKind(StrEnum):
    """What a provider's event says."""

    PAID = "paid"
    PENDING = "pending"
    FAILED = "failed"
    EXPIRED = "expired"
    REFUNDED = "refunded"
    DISPUTED = "disputed"
    OTHER = "other"


@dataclass(frozen=True)
class Notice:
    """An event as it was signed: of which of our payments, and what amount the provider says was paid."""

    event_id: str
    kind: NoticeKind
    reference: str = ""
    payment_id: str = ""
    amount: Decimal | None = None
    currency: str = ""
    said: str = ""
    """The provider's own name of the event."""


class Provider(Protocol):
    """A provider of checkout pages."""

    name: str
    label: str

    def checkout(self, asked: Checkout) -> Started:
        """Open a page for a payment. Raises ProviderUnavailable."""

    def look_up(self, session_id: str) -> Notice | None:
        """How a payment stands at the provider, None where it does not say. Raises ProviderUnavailable."""

    def expire(self, session_id: str) -> Notice | None:
        """Close the page of a payment, and say how it stands after that: it may have been paid at the last moment.

        None where nothing can have been paid. Raises ProviderUnavailable.
        """

    def read_event(self, body: bytes, headers: Mapping[str, str]) -> Notice:
        """An event, its signature checked. Raises BadSignature."""
