"""Stripe's events in the shapes that it publishes, signed as it signs them (https://docs.stripe.com/webhooks)."""

import hmac
import json
from hashlib import sha256
from time import time
from typing import Any

SECRET = "whsec_of_the_tests"


def digest(body: bytes, secret: str, at: int) -> str:
    """The scheme v1: a keyed hash of the moment, a dot and the body."""
    return hmac.new(secret.encode(), f"{at}.".encode() + body, sha256).hexdigest()


def signature(body: bytes, secret: str = SECRET, at: int | None = None, scheme: str = "v1") -> str:
    moment = int(time()) if at is None else at
    return f"t={moment},{scheme}={digest(body, secret, moment)}"


def event(kind: str, thing: dict[str, Any], name: str = "evt_1", **more: Any) -> bytes:
    """An event about a thing, with all that Stripe says along with it."""
    whole = {
        "id": name,
        "object": "event",
        "api_version": "2025-08-27.basil",
        "created": int(time()),
        "livemode": False,
        "pending_webhooks": 1,
        "request": {"id": None, "idempotency_key": None},
        "type": kind,
        "data": {"object": thing},
    }
    return json.dumps(whole | more).encode()


def checkout(reference: str, units: int = 10000, **more: Any) -> dict[str, Any]:
    """A checkout session that was paid."""
    return {
        "id": "cs_test_a1",
        "object": "checkout.session",
        "amount_subtotal": units,
        "amount_total": units,
        "client_reference_id": reference,
        "currency": "eur",
        "livemode": False,
        "metadata": {},
        "mode": "payment",
        "payment_intent": f"pi_of_{reference}",
        "payment_status": "paid",
        "status": "complete",
    } | more


def charge(reference: str, **more: Any) -> dict[str, Any]:
    """A charge that was paid back, with the metadata of its payment intent."""
    return {
        "id": "ch_1",
        "object": "charge",
        "amount": 10000,
        "amount_refunded": 10000,
        "currency": "eur",
        "metadata": {"reference": reference},
        "payment_intent": f"pi_of_{reference}",
        "refunded": True,
    } | more


def dispute(reference: str, **more: Any) -> dict[str, Any]:
    """A dispute about a charge; it carries none of our metadata."""
    return {
        "id": "dp_1",
        "object": "dispute",
        "amount": 10000,
        "charge": "ch_1",
        "currency": "eur",
        "metadata": {},
        "payment_intent": f"pi_of_{reference}",
        "reason": "fraudulent",
        "status": "needs_response",
    } | more
