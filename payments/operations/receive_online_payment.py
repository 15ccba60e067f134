from decimal import Decimal

from django.db import transaction

from office.audit import record
from office.models import User
from payments.models import OnlinePayment, OnlineStatus, PaymentMethod, Receipt
from payments.online.in_transit import in_transit_account
from payments.operations.record_receipt import ReceiptDetails, record_receipt_once
from payments.operations.settle_online_payment import lock_for_online_payment, settle_online_payment

LONGEST_REFERENCE = 200


@transaction.atomic
def receive_online_payment(
    payment: OnlinePayment,
    amount: Decimal,
    *,
    by: User | None,
    currency: str = "",
    exchange_rate: Decimal | None = None,
) -> Receipt:
    """Record a payment, whose row is locked, as a receipt of today, and settle what it was begun for as far as it goes.

    What was paid meanwhile in another way is not paid twice: the rest stays on account. Raises Refused as
    record_receipt does.
    """
    currency = currency or payment.currency
    items = lock_for_online_payment(payment)
    details = ReceiptDetails(
        payment.customer_id,
        payment.company.today(),
        amount,
        currency,
        exchange_rate,
        method=PaymentMethod.CARD,
        reference=f"Online payment of {payment.what_for}"[:LONGEST_REFERENCE],
        bank_account_id=in_transit_account(payment.company_id).pk,
        external_id=f"{payment.provider}:{payment.payment_id or payment.reference}",
    )
    receipt, is_new = record_receipt_once(payment.company, details, by=by)
    if is_new:
        settle_online_payment(payment, items, receipt, by=by)
    payment.status, payment.receipt = OnlineStatus.PAID, receipt
    payment.reported_amount, payment.reported_currency = amount, currency
    payment.save()
    record(by, "receive_online_payment", payment, after={"receipt": receipt, "amount": amount})
    return receipt
