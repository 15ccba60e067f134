"""What becomes of an online payment of which the provider reported something else than was asked: a person says it."""

from decimal import Decimal

from django.db import transaction

from ledger.refusals import Refused
from office.audit import record
from office.models import User
from office.reasons import required_reason
from payments.models import OnlinePayment, OnlineStatus, Receipt
from payments.operations.receive_online_payment import receive_online_payment


@transaction.atomic
def take_held_payment(
    payment_id: int, *, reason: str, by: User | None, exchange_rate: Decimal | None = None
) -> Receipt:
    """Record it with the amount and currency that the provider reported, on its document as far as they are one.

    Raises Refused without a reason, where it is not held, where the provider's words held no amount, and as
    receive_payment does.
    """
    payment = _held(payment_id)
    payment.settled_because = required_reason(reason, "Say why the payment is taken as it was reported.")
    payment.settled_by = by
    if payment.reported_amount is None:
        raise Refused("The provider reported no amount that can be read.", code="no_amount")
    return receive_online_payment(
        payment, payment.reported_amount, by=by, currency=payment.reported_currency, exchange_rate=exchange_rate
    )


@transaction.atomic
def set_held_payment_aside(payment_id: int, *, reason: str, by: User | None) -> OnlinePayment:
    """Say that no money of ours came of it, such as one paid back at the provider. Raises Refused without a reason."""
    payment = _held(payment_id)
    payment.settled_because = required_reason(reason, "Say what became of the money.")
    payment.status, payment.settled_by = OnlineStatus.SET_ASIDE, by
    payment.save(update_fields=["status", "settled_because", "settled_by"])
    record(by, "set_held_payment_aside", payment, reason=payment.settled_because)
    return payment


def _held(payment_id: int) -> OnlinePayment:
    rows = OnlinePayment.objects.select_for_update(no_key=True, of=("self",)).select_related("company", "customer")
    payment = rows.get(pk=payment_id)
    if payment.status != OnlineStatus.HELD:
        raise Refused(f"The payment is not held: {payment.get_status_display().lower()}.", code="invalid_move")
    return payment
