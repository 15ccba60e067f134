"""The provider that the demo office pays with: it takes no money, and otherwise does as real ones do.

It keeps nothing: what it was asked travels in the address of its page, signed. Its events are signed with a key of its
own, and go the way of all events.
"""

import json
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.core import signing
from django.urls import reverse
from django.utils.crypto import salted_hmac

from payments.online.provider import BadSignature, Checkout, Notice, NoticeKind, Started
from payments.online.signing import require_signature, signature_of
from payments.online.units import from_smallest_units, smallest_units

SALT = "payments.online.practice"
HEADER = "Practice-Signature"


class Practice:
    """The test provider."""

    name = "test"
    label = "Test provider"

    def checkout(self, asked: Checkout) -> Started:
        """A page of ours that plays the provider's."""
        session: dict[str, Any] = {
            "id": f"practice_{asked.reference}",
            "reference": asked.reference,
            "units": smallest_units(asked.amount, asked.currency),
            "currency": asked.currency,
            "title": asked.title,
            "return_url": asked.return_url,
        }
        token = signing.dumps(session, salt=SALT, compress=True)
        return Started(session["id"], settings.SITE_URL + reverse("practice_checkout", args=[token]))

    def look_up(self, session_id: str) -> Notice | None:
        """Nothing: it keeps nothing."""
        return None

    def expire(self, session_id: str) -> Notice | None:
        """Nothing: its page asks for itself whether the payment is still wanted."""
        return None

    def read_event(self, body: bytes, headers: Mapping[str, str]) -> Notice:
        """An event that its page sent."""
        require_signature(body, _key(), headers.get(HEADER, ""))
        try:
            event = json.loads(body)
            kind, currency = NoticeKind(event["kind"]), event["currency"]
            amount = from_smallest_units(int(event["units"]), currency)
            return Notice(event["id"], kind, event["reference"], event["payment"], amount, currency, event["kind"])
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise BadSignature("The event says nothing that we know.") from error


def session_of(token: str) -> dict[str, Any] | None:
    """What the provider was asked, by the address of its page."""
    try:
        return signing.loads(token, salt=SALT)
    except signing.BadSignature:
        return None


def event_of(session: Mapping[str, Any], kind: NoticeKind, **otherwise: Any) -> tuple[bytes, dict[str, str]]:
    """The bytes and headers of an event: that the session was paid or failed, or what a test wants said otherwise."""
    event = {
        "id": f"event_{session['id']}_{kind}",
        "kind": kind,
        "reference": session["reference"],
        "payment": session["id"],
        "units": session["units"],
        "currency": session["currency"],
    }
    body = json.dumps(event | otherwise).encode()
    return body, {HEADER: signature_of(body, _key())}


def _key() -> bytes:
    return salted_hmac(SALT, "webhook", algorithm="sha256").digest()
