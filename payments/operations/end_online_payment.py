from payments.models import OnlinePayment, OnlineStatus
from payments.online import provider_named
from payments.operations.take_provider_event import act_on_notice


def end_online_payment(payment: OnlinePayment) -> OnlinePayment:
    """Close the provider's page of a payment, so that nobody pays on it, and read how the payment stands after that.

    One that was paid there at the last moment is received, and one whose money is on its way stays so. Nothing is held
    while the provider is asked. Raises ProviderUnavailable.
    """
    provider = provider_named(payment.provider)
    notice = provider.expire(payment.session_id) if provider and payment.session_id else None
    if notice:
        act_on_notice(payment.provider, notice)
    else:
        close_online_payment(payment)
    payment.refresh_from_db()
    return payment


def close_online_payment(payment: OnlinePayment) -> None:
    """Nothing came of it; what the provider may say of it later is still heard."""
    OnlinePayment.objects.filter(pk=payment.pk, status=OnlineStatus.BEGUN).update(status=OnlineStatus.CLOSED)
