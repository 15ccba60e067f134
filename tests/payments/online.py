"""Payments begun online, for tests, and what the test provider says of them."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

import pytest

from billing.models import Invoice
from ledger.refusals import Refused
from payments.models import OnlinePayment
from payments.online import NoticeKind
from payments.online.asking import of_invoice
from payments.online.practice import Practice, event_of, session_of
from payments.operations.begin_online_payment import begin_payment_of_invoice
from payments.operations.take_provider_event import take_provider_event
from tests import world

PAID, FAILED, EXPIRED = NoticeKind.PAID, NoticeKind.FAILED, NoticeKind.EXPIRED


def today(company: Any) -> date:
    return company.today() - timedelta(days=1)


def begun(customer: Any, amount: str = "100.00", asked: str = "", **details: Any) -> OnlinePayment:
    """A payment that a customer began on an invoice."""
    invoice = world.issue(customer, amount, today(customer.company), **details)
    return begin_payment_of_invoice(
        invoice.pk, Decimal(asked or amount), by=None, return_url=lambda _: "http://x.example/"
    )


def invoice_of(payment: OnlinePayment) -> Invoice:
    """The one document that it was begun for."""
    return Invoice.objects.get(entry__items__in=payment.parts.values("item"))


def asked_of(invoice: Invoice, **kept: Any) -> OnlinePayment:
    """A payment of one document as it is kept, without asking a provider."""
    kept = {"amount": invoice.total, "provider": "test", "reference": str(OnlinePayment.objects.count())} | kept
    more = {"company": invoice.company, "customer": invoice.customer, "currency": invoice.currency}
    payment = OnlinePayment.objects.create(**more, **kept)
    for share in of_invoice(invoice, Decimal(payment.amount)).shares:
        part = {"customer": invoice.customer, "currency": invoice.currency, "amount": share.amount}
        payment.parts.create(item_id=share.item_id, **part)
    return payment


def session(payment: OnlinePayment) -> dict[str, Any]:
    """What the test provider was asked."""
    found = session_of(urlsplit(payment.checkout_url).path.split("/")[-2])
    assert found
    return found


def report(payment: OnlinePayment, kind: NoticeKind = PAID, /, **otherwise: Any) -> str:
    """What comes of the provider's word."""
    return take_provider_event(Practice(), *event_of(session(payment), kind, **otherwise))


def refusal_of(act: Callable[[], Any]) -> Refused:
    with pytest.raises(Refused) as refusal:
        act()
    return refusal.value
