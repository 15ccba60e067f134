"""Signatures over an event's bytes and its moment, as the providers of the web make them (HMAC with SHA-256)."""

import hmac
from hashlib import sha256
from time import time

from payments.online.provider import BadSignature

TOLERANCE = 300
"""Seconds after which an event is too old to be acted on."""


def signature_of(body: bytes, key: bytes, at: int | None = None) -> str:
    """What goes along with an event."""
    moment = int(time()) if at is None else at
    return f"t={moment},v1={_digest(body, key, moment)}"


def require_signature(body: bytes, key: bytes, signature: str) -> None:
    """Raises BadSignature where the bytes are not signed with the key, or too long ago."""
    parts = dict(part.partition("=")[::2] for part in signature.split(","))
    moment = parts.get("t", "")
    if not (moment.isascii() and moment.isdecimal() and len(moment) < 12):
        raise BadSignature("The event is not signed.")
    if not hmac.compare_digest(_digest(body, key, int(moment)).encode(), parts.get("v1", "").encode()):
        raise BadSignature("The event is signed by somebody else.")
    if abs(time() - int(moment)) > TOLERANCE:
        raise BadSignature("The event is too old.")


def _digest(body: bytes, key: bytes, moment: int) -> str:
    return hmac.new(key, b"%d." % moment + body, sha256).hexdigest()
