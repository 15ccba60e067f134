"""The signed cookie by which a browser shows that somebody logged in with it before."""

from secrets import token_urlsafe

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponseBase

from office.models import User
from office.sealing import keyed_hash

COOKIE, SALT = "duebook_device", "office.device"
DAYS = 365
MOST_PEOPLE = 5
"""So many people may share a browser."""


def device_of(request: HttpRequest, email: str) -> str:
    """What stands for the browser where this person logged in with it before; empty where they did not."""
    return _known(request).get(keyed_hash(email.strip().lower()), "")


def remember_device(request: HttpRequest, response: HttpResponseBase, user: User) -> None:
    """Give the browser the cookie by which it is known again."""
    known = _known(request)
    whose = keyed_hash(user.email)
    known = {whose: known.pop(whose, "") or token_urlsafe(16), **known}
    kept = dict(list(known.items())[:MOST_PEOPLE])
    response.set_cookie(
        COOKIE,
        signing.dumps(kept, salt=SALT),
        max_age=DAYS * 24 * 60 * 60,
        secure=settings.HTTPS,
        httponly=True,
        samesite="Lax",
    )


def _known(request: HttpRequest) -> dict[str, str]:
    try:
        known = signing.loads(request.COOKIES.get(COOKIE, ""), salt=SALT, max_age=DAYS * 24 * 60 * 60)
    except signing.BadSignature:
        return {}
    return known if isinstance(known, dict) else {}
