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
PAID = "paid"
"""What a completed session says where the money is certain; others wait for a second event."""


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
            session = self.client.v1.checkout.sessions.retrieve(session_id)
        except (stripe.StripeError, ValueError) as error:
            raise ProviderUnavailable("Stripe does not answer just now.") from error
        kind = NoticeKind.EXPIRED if session.status == "expired" else NoticeKind.PAID
        notice = _notice(
            f"look-up:{session_id}:{session.payment_status}", session, kind, f"looked up: {session.status}"
        )
        return notice if notice.kind != NoticeKind.OTHER else None

    def read_event(self, body: bytes, headers: Mapping[str, str]) -> Notice:
        """One of Stripe's events; what says nothing of a checkout is OTHER."""
        import stripe

        try:
            event = stripe.Webhook.construct_event(body, headers.get(SIGNATURE, ""), settings.STRIPE_WEBHOOK_SECRET)
        except (stripe.SignatureVerificationError, ValueError) as error:
            raise BadSignature("The event is not signed by Stripe.") from error
        kind = KINDS.get(event.type, NoticeKind.OTHER)
        if kind == NoticeKind.OTHER:
            return Notice(event.id, kind, said=event.type)
        return _notice(event.id, event.data.object, kind, event.type)


def _units(asked: Checkout) -> int:
    units = smallest_units(asked.amount, asked.currency, PLACES)
    if asked.currency in ENDING_IN_ZERO and units % 10:
        raise ValueError(f"Stripe takes two places of {asked.currency}.")
    return units


def _notice(event_id: str, session: Any, kind: NoticeKind, said: str) -> Notice:
    currency = (session.currency or "").upper()
    if kind == NoticeKind.PAID and session.payment_status != PAID:
        kind = NoticeKind.OTHER  # a debit that takes days: its own event says when the money is certain
    try:
        amount = from_smallest_units(session.amount_total, currency, PLACES)
    except (UnknownCurrency, TypeError, ValueError):
        amount = None
    payment = session.payment_intent or session.id
    return Notice(event_id, kind, session.client_reference_id or "", str(payment), amount, currency, said)
