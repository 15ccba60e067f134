"""Keeping what only few may read: sealed in the database, found again by a keyed hash, and sealed anew under a new key.

Fernet (AES-128-CBC with HMAC-SHA256) by the first of ENCRYPTION_KEYS; what older ones sealed is still opened.
"""

import base64
import hmac
from functools import cache
from hashlib import sha256

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings


class Unsealable(Exception):
    """What is kept was sealed by none of our keys, or somebody changed it."""


def seal(text: str) -> str:
    """The text as only a holder of the keys can read it."""
    return _fernet().encrypt(text.encode()).decode()


def unseal(sealed: str) -> str:
    """What was sealed. Raises Unsealable where no key of ours opens it."""
    try:
        return _fernet().decrypt(sealed.encode()).decode()
    except InvalidToken as error:
        raise Unsealable("None of ENCRYPTION_KEYS opens this.") from error


def reseal(sealed: str) -> str:
    """The same, sealed by the newest key."""
    return seal(unseal(sealed))


def keyed_hash(text: str) -> str:
    """By which the same text is found again, and which tells nobody without LOOKUP_KEY what it is of."""
    return hmac.new(key_bytes(settings.LOOKUP_KEY, "lookup"), text.encode(), sha256).hexdigest()


def _fernet() -> MultiFernet:
    keys = settings.ENCRYPTION_KEYS or [base64.urlsafe_b64encode(key_bytes("", "encryption")).decode()]
    return _made(tuple(keys))


@cache
def _made(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])


def key_bytes(given: str, purpose: str) -> bytes:
    """A key as given or, where none is, one made of SECRET_KEY for this purpose alone."""
    return given.encode() or hmac.new(settings.SECRET_KEY.encode(), f"duebook {purpose}".encode(), sha256).digest()
