"""Disputes for tests."""

from datetime import date
from decimal import Decimal
from typing import Any

from billing.disputes import disputed_now
from billing.models import Dispute, Invoice, ReasonCode
from billing.operations.open_dispute import DisputeDetails, open_dispute
from tests import world

DAY, LATER = date(2026, 3, 2), date(2026, 3, 5)


def reason(company: Any, code: str = "price_disputed") -> int:
    """The id of a reason."""
    return ReasonCode.objects.get(company=company, code=code).pk


def dispute(invoice: Invoice, amount: str | None = None, *, by: Any = None, on: date = LATER, **more: Any) -> Dispute:
    """A dispute of an invoice that staff entered."""
    more.setdefault("reason_code_id", reason(invoice.company))
    details = DisputeDetails(amount=amount and Decimal(amount), **more)
    return open_dispute(invoice.entry_id, details, on=on, by=by)


def held(invoice: Invoice) -> Decimal:
    """What is in dispute now of an invoice with one open item."""
    item = world.item_of(invoice)
    return disputed_now([item.pk]).get(item.pk, Decimal(0))
