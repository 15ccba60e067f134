"""The secrets of programs: shown once, kept as a hash."""

from hashlib import sha256
from secrets import token_urlsafe

PREFIX = "duebook_"
"""Scanners that look for lost secrets know ours by it."""


def new_secret() -> str:
    """256 random bits."""
    return PREFIX + token_urlsafe(32)


def hash_of(secret: str) -> str:
    """What we keep of a secret. It is long and random, so it needs no salt."""
    return sha256(secret.encode()).hexdigest()
