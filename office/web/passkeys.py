"""What passes between us and a browser about passkeys: JSON in a hidden field, which `static/js/passkeys.js` fills."""

import json
from typing import Any

from allauth.mfa.webauthn.internal import auth as passkeys

from office.models import User

LONGEST = 20_000


def passkey_answer(text: str) -> dict[str, Any]:
    """What the browser said; nothing where it said nothing that could be of a passkey."""
    if not text or len(text) > LONGEST or "\\u0000" in text:
        return {}
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) and isinstance(said.get("response"), dict) else {}


def new_passkey_question(user: User) -> dict[str, Any]:
    """What the browser is asked in order to make a passkey that opens the account by itself."""
    asked: dict[str, Any] = passkeys.begin_registration(user, passwordless=True)
    return asked
