"""Coming in by the form, as a browser does, with the codes that an app would show."""

from datetime import UTC, datetime
from time import time
from typing import Any

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.test import Client

from office.models import User
from office.operations.manage_factors import add_app
from office.sealing import unseal
from office.ways_in.factors import APP, factors_of
from tests import world

NOON = datetime(2026, 11, 29, 12, 0, 15, tzinfo=UTC)
"""The middle of an app's half minute: no code runs out while a test reads it."""
APP_KEY = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def shown(key: str = APP_KEY, *, later: int = 0) -> str:
    """What an app shows, so many half minutes from now."""
    return format_hotp_value(hotp_value(key, int(time()) // 30 + later))


def with_app(user: User) -> list[str]:
    """Set up an app by its code of half a minute ago, so that the present one is still good: the recovery codes."""
    return add_app(user, APP_KEY, shown(later=-1))


def key_of(user: User) -> str:
    """The secret that an app of theirs has."""
    return unseal(factors_of(user).get(type=APP).data["secret"])


def type_password(browser: Client, user: User, password: str = world.PASSWORD, **more: Any) -> Any:
    """Send the log-in form."""
    return browser.post("/log-in/", {"username": user.email, "password": password}, **more)


def is_in(browser: Client) -> bool:
    """Whether the front page opens."""
    return browser.get("/").status_code == 200


def aged(browser: Client, **seconds: float) -> None:
    """Make what the session remembers so much older."""
    session = browser.session
    for name, by in seconds.items():
        session[name] -= by
    session.save()
