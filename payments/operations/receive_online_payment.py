from collections.abc import Iterable
from decimal import Decimal

from django.db import transaction

from ledger.allocating import lock_items
from ledger.models import OpenItem
from office.audit import record
from office.models import User
from payments.models import OnlinePayment, OnlineStatus, PaymentMethod, Receipt
from payments.online.in_transit import in_transit_account
from payments.operations.receive_payment import Plan, Share, receive_payment
from payments.operations.record_receipt import ReceiptDetails


@transaction.atomic
def receive_online_payment(
    payment: OnlinePayment,
    amount: Decimal,
    *,
    by: User | None,
    currency: str = "",
    exchange_rate: Decimal | None = None,
) -> Receipt:
    """Record a payment, whose row is locked, as a receipt of today, and settle its document as far as that goes.

    What was paid meanwhile in another way is not paid twice: the rest stays on account. Raises Refused as
    receive_payment does.
    """
    currency = currency or payment.currency
    items = OpenItem.objects.filter(entry=payment.invoice.entry_id, amount__gt=0, currency=currency)
    locked = lock_items(items.values_list("pk", flat=True)).values()
    details = ReceiptDetails(
        payment.customer_id,
        payment.company.today(),
        amount,
        currency,
        exchange_rate,
        method=PaymentMethod.CARD,
        reference=f"Online payment of {payment.invoice.number}",
        bank_account_id=in_transit_account(payment.company_id).pk,
        external_id=f"{payment.provider}:{payment.payment_id or payment.reference}",
    )
    receipt = receive_payment(payment.customer, details, Plan(_shares(locked, amount)), by=by)
    payment.status, payment.receipt = OnlineStatus.PAID, receipt
    payment.reported_amount, payment.reported_currency = amount, currency
    payment.save()
    record(by, "receive_online_payment", payment, after={"receipt": receipt, "amount": amount})
    return receipt


def _shares(items: Iterable[OpenItem], amount: Decimal) -> list[Share]:
    """The amount on the document's open parts, the earliest due first."""
    shares = []
    for item in sorted(items, key=lambda item: (item.due_on, item.pk)):
        share = min(item.balance, amount)
        if share > 0:
            shares.append(Share(item.pk, share))
            amount -= share
    return shares
