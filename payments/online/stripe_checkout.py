"""Stripe: its hosted checkout page, and its signed events. The SDK takes long to import, so it is imported late."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from django.conf import settings

from ledger.money import UnknownCurrency
from payments.online.provider import BadSignature, Checkout, Notice, NoticeKind, ProviderUnavailable, Started
from payments.online.units import from_smallest_units, smallest_units

PLACES = {"MGA": 0, "ISK": 2, "UGX": 2}
"""Currencies that Stripe counts otherwise than ISO 4217 (https://docs.stripe.com/currencies)."""
ENDING_IN_ZERO = {"BHD", "JOD", "KWD", "OMR", "TND"}
"""Of three places Stripe takes two: the last digit must be zero."""
SECONDS = 20
TRIES = 2
SIGNATURE = "Stripe-Signature"
KINDS = {
    "checkout.session.completed": NoticeKind.PAID,
    "checkout.session.async_payment_succeeded": NoticeKind.PAID,
    "checkout.session.async_payment_failed": NoticeKind.FAILED,
    "checkout.session.expired": NoticeKind.EXPIRED,
}
AFTERWARDS = {
    "charge.refunded": NoticeKind.REFUNDED,
    "charge.dispute.created": NoticeKind.DISPUTED,
}
"""What happens to money that came, or that we have not heard of yet; a person looks at it."""
PAID = "paid"
"""What a completed session says where the money is certain; others wait for a second event."""
COMES_NO_MORE = ("requires_payment_method", "canceled")
"""What the payment of a completed session says once a debit that took days has failed."""
LIVE_KEYS = ("sk_live_", "rk_live_")


class Stripe:
    """Stripe's hosted checkout."""

    name = "stripe"
    label = "Stripe"

    @cached_property
    def client(self) -> Any:
        """The SDK's client, with our key, time limit and tries."""
        import stripe

        return stripe.StripeClient(
            settings.STRIPE_SECRET_KEY,
            http_client=stripe.RequestsClient(timeout=SECONDS),
            max_network_retries=TRIES,
            base_addresses={"api": settings.STRIPE_API} if settings.STRIPE_API else {},
        )

    def checkout(self, asked: Checkout) -> Started:
        """A checkout session; the same reference again gives the same one."""
        import stripe

        try:
            session = self.client.v1.checkout.sessions.create(
                params=self._params(asked), options={"idempotency_key": asked.reference}
            )
        except (stripe.StripeError, ValueError) as error:
            words = "The payment page cannot be opened just now. Nothing was taken."
            raise ProviderUnavailable(words) from error
        return Started(session.id, session.url)

    def _params(self, asked: Checkout) -> dict[str, Any]:
        price = {
            "currency": asked.currency.lower(),
            "unit_amount": _units(asked),
            "product_data": {"name": asked.title},
        }
        more = {"customer_email": asked.email} if asked.email else {}
        return {
            "mode": "payment",
            "client_reference_id": asked.reference,
            "payment_intent_data": {"metadata": {"reference": asked.reference}},
            "line_items": [{"price_data": price, "quantity": 1}],
            "success_url": asked.return_url,
            "cancel_url": asked.return_url,
            "locale": "auto",
            **more,
        }

    def look_up(self, session_id: str) -> Notice | None:
        """What Stripe says of a session now, should its event have been lost."""
        import stripe

        try:
            params: Any = {"expand": ["payment_intent"]}
            return _looked_up(self.client.v1.checkout.sessions.retrieve(session_id, params=params))
        except (stripe.StripeError, ValueError) as error:
            raise ProviderUnavailable("Stripe does not answer just now.") from error

    def expire(self, session_id: str) -> Notice | None:
        """Close a session; one that is complete cannot be closed, and says what came of it."""
        import stripe

        try:
            return _looked_up(self.client.v1.checkout.sessions.expire(session_id))
        except stripe.InvalidRequestError:
            return self.look_up(session_id)
        except (stripe.StripeError, ValueError) as error:
            raise ProviderUnavailable("Stripe does not answer just now.") from error

    def read_event(self, body: bytes, headers: Mapping[str, str]) -> Notice:
        """One of Stripe's events; what says nothing of a checkout is OTHER."""
        import stripe

        try:
            event = stripe.Webhook.construct_event(body, headers.get(SIGNATURE, ""), settings.STRIPE_WEBHOOK_SECRET)
            return _read(event)
        except (stripe.SignatureVerificationError, ValueError, AttributeError, KeyError, TypeError) as error:
            raise BadSignature("The event is not signed by Stripe, or says nothing that we know.") from error


def _read(event: Any) -> Notice:
    if stranger := _not_ours(event):
        return Notice(event.id, NoticeKind.OTHER, said=f"{event.type} ({stranger})")
    if event.type in KINDS:
        return _notice(event.id, event.data.object, KINDS[event.type], event.type)
    if event.type in AFTERWARDS:
        return _afterwards(event)
    return Notice(event.id, NoticeKind.OTHER, said=event.type)


def _units(asked: Checkout) -> int:
    units = smallest_units(asked.amount, asked.currency, PLACES)
    if asked.currency in ENDING_IN_ZERO and units % 10:
        raise ValueError(f"Stripe takes two places of {asked.currency}.")
    return units


def _not_ours(event: Any) -> str:
    """Why an event that Stripe signed is none of ours: of a trial while we take money, or of another account."""
    is_live = settings.STRIPE_SECRET_KEY.startswith(LIVE_KEYS)
    if getattr(event, "livemode", is_live) != is_live:
        return "test mode" if is_live else "live mode"
    return f"account {event.account}" if getattr(event, "account", "") else ""


def _looked_up(session: Any) -> Notice | None:
    """How a session stands; None while it is open."""
    if session.status == "open":
        return None
    kind, said = NoticeKind.EXPIRED if session.status == "expired" else NoticeKind.PAID, session.payment_status
    if said != PAID and getattr(session.payment_intent, "status", "") in COMES_NO_MORE:
        kind, said = NoticeKind.FAILED, "failed"
    return _notice(f"look-up:{session.id}:{said}", session, kind, f"looked up: {session.status}")


def _afterwards(event: Any) -> Notice:
    """Of a charge or its dispute; what it says of our reference may be missing, the payment's id never is."""
    charge = event.data.object.to_dict()
    reference = (charge.get("metadata") or {}).get("reference", "")
    payment = str(charge.get("payment_intent") or charge.get("id"))
    return Notice(event.id, AFTERWARDS[event.type], reference, payment, said=event.type)


def _notice(event_id: str, session: Any, kind: NoticeKind, said: str) -> Notice:
    currency = (session.currency or "").upper()
    if kind == NoticeKind.PAID and session.payment_status != PAID:
        kind = NoticeKind.PENDING  # a debit that takes days: its own event says when the money is certain
    try:
        amount = from_smallest_units(session.amount_total, currency, PLACES)
    except (UnknownCurrency, TypeError, ValueError):
        amount = None
    payment = getattr(session.payment_intent, "id", session.payment_intent) or session.id
    return Notice(event_id, kind, session.client_reference_id or "", str(payment), amount, currency, said)
