"""What a webhook carries, and its signature by which the receiver knows that it is ours and not old.

As Standard Webhooks 1.0.0 has it: HMAC-SHA256 over id, seconds and body, in Base64, after `v1,`; with two secrets that
hold, two signatures beside each other.
"""

import base64
import hmac
import json
from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from secrets import token_bytes
from typing import Any

from django.conf import settings

from office.models import WebhookEndpoint, WebhookEvent
from office.sealing import unseal
from office.webhooks.events import KINDS

PREFIX = "whsec_"


def new_secret() -> str:
    """256 random bits, as receivers' libraries take them."""
    return PREFIX + base64.b64encode(token_bytes(32)).decode()


def body_of(event: WebhookEvent) -> bytes:
    """What is told of an event: which thing it was and where to read what it is now. Nothing of a person stands in it.

    The same bytes at each try.
    """
    kind = KINDS.get(event.kind)
    told: dict[str, Any] = {
        "type": event.kind,
        "timestamp": event.occurred_at.isoformat(),
        "data": {
            "company": event.company_id,
            "sequence": event.pk,
            "object": event.subject_type.rpartition(".")[2],
            "id": event.subject_id,
            "number": event.subject_number,
            "url": settings.SITE_URL + kind.address.format(id=event.subject_id) if kind else None,
        },
    }
    return json.dumps(told, separators=(",", ":")).encode()


def headers_for(endpoint: WebhookEndpoint, event: WebhookEvent, body: bytes, at: datetime) -> dict[str, str]:
    """The headers by which the receiver checks what it got."""
    message_id, seconds = f"msg_{event.uid.hex}", str(int(at.timestamp()))
    signed = b".".join([message_id.encode(), seconds.encode(), body])
    return {
        "Content-Type": "application/json",
        "User-Agent": "Duebook-Webhooks/1",
        "webhook-id": message_id,
        "webhook-timestamp": seconds,
        "webhook-signature": " ".join(signature(secret, signed) for secret in secrets_of(endpoint, at)),
    }


def secrets_of(endpoint: WebhookEndpoint, at: datetime) -> Sequence[str]:
    """The secret, and the one before it while it still holds."""
    secrets = [unseal(endpoint.sealed_secret)]
    if endpoint.old_secret_until and endpoint.old_secret_until > at:
        secrets.append(unseal(endpoint.sealed_old_secret))
    return secrets


def signature(secret: str, signed: bytes) -> str:
    """One signature."""
    key = base64.b64decode(secret.removeprefix(PREFIX))
    return "v1," + base64.b64encode(hmac.new(key, signed, sha256).digest()).decode()
