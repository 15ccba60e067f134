"""Asking a provider for a page on which a document is paid."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

from django.db import transaction
from django.utils import timezone

from billing.customer_view import customer_view
from billing.models import Invoice
from ledger.money import format_money, round_money
from ledger.refusals import Refused
from office.audit import record
from office.models import User
from payments.models import OnlinePayment, OnlineStatus
from payments.online import Checkout, Provider, ProviderUnavailable, providers

OPEN_FOR = timedelta(minutes=20)
"""How long a page that was opened is given again, so that nobody pays on two."""


def begin_online_payment(
    invoice_id: int, amount: Decimal, *, by: User | None, return_url: Callable[[OnlinePayment], str]
) -> OnlinePayment:
    """A payment with the address of the page on which the customer pays it; one just begun is given again.

    Nothing is held while the provider is asked. Raises Refused where there is no provider, for more than is open, and
    where the provider cannot be reached.
    """
    if not providers():
        raise Refused("Nobody can pay online here yet.", code="no_provider")
    provider = providers()[0]
    payment = _begun(invoice_id, amount, provider, by)
    if payment.checkout_url:
        return payment
    invoice = payment.invoice
    asked = Checkout(
        reference=payment.reference,
        amount=payment.amount,
        currency=payment.currency,
        title=f"{invoice.title} {invoice.number}",
        return_url=return_url(payment),
    )
    try:
        started = provider.checkout(asked)
    except ProviderUnavailable:
        _close(payment)
        raise
    payment.session_id, payment.checkout_url = started.session_id, started.url
    payment.save(update_fields=["session_id", "checkout_url"])
    return payment


@transaction.atomic
def _begun(invoice_id: int, amount: Decimal, provider: Provider, by: User | None) -> OnlinePayment:
    invoice = Invoice.objects.select_for_update(no_key=True, of=("self",)).select_related("company").get(pk=invoice_id)
    _require_payable(invoice, amount)
    same = {"invoice": invoice, "amount": amount, "provider": provider.name, "status": OnlineStatus.BEGUN}
    since = timezone.now() - OPEN_FOR
    if known := OnlinePayment.objects.filter(**same, begun_at__gt=since).exclude(checkout_url="").first():
        return known
    payment = OnlinePayment.objects.create(
        **same,
        company=invoice.company,
        customer_id=invoice.customer_id,
        currency=invoice.currency,
        reference=uuid4().hex,
        begun_by=by,
    )
    record(by, "begin_online_payment", payment, after={"invoice": invoice, "amount": amount})
    return payment


def _require_payable(invoice: Invoice, amount: Decimal) -> None:
    view = customer_view(invoice)
    if not view.is_payable:
        raise Refused("There is nothing to pay.", code="nothing_to_pay")
    if amount <= 0 or amount != round_money(amount, invoice.currency):
        raise Refused(f"{amount} is no amount of {invoice.currency}.", code="bad_amount")
    if amount > view.account["to_pay"]:
        open_now = format_money(view.account["to_pay"], invoice.currency)
        raise Refused(f"Only {open_now} is open.", code="more_than_open")


def _close(payment: OnlinePayment) -> None:
    """Nothing came of it; what the provider may say of it later is still heard."""
    OnlinePayment.objects.filter(pk=payment.pk, status=OnlineStatus.BEGUN).update(status=OnlineStatus.CLOSED)
