"""Who is known by one factor, such as the password, and still owes a second factor."""

from time import time

from django.http import HttpRequest
from django.utils.crypto import constant_time_compare

from office.models import User
from office.models.staff import may_come_in

PENDING = "waits_for_factor"
CHOOSES = "log_in_link"
"""By which link whoever is at this browser chooses a password."""
SECONDS = 10 * 60
"""So long the second factor may take; then the password is asked again."""


def let_wait(
    request: HttpRequest, user: User, next_page: str, *, way: str = "password", is_stolen: bool = False
) -> None:
    """Remember whom we know by one factor, and whether their password was stolen; the session is nobody's until the
    second came."""
    request.session.cycle_key()
    request.session[PENDING] = {
        "user": user.pk,
        "at": time(),
        "next": next_page,
        "way": way,
        "is_stolen": is_stolen,
        "hash": user.get_session_auth_hash(),
    }


def who_waits(request: HttpRequest) -> User | None:
    """Whose second factor is awaited; nobody's after a while, or once the password changed or they are switched off."""
    pending = request.session.get(PENDING)
    if not pending or time() - pending["at"] > SECONDS:
        return None
    user = User.objects.filter(may_come_in(), pk=pending["user"]).first()
    return user if user and constant_time_compare(user.get_session_auth_hash(), pending["hash"]) else None


def wait_no_more(request: HttpRequest) -> None:
    """Forget whose second factor was awaited."""
    request.session.pop(PENDING, None)


def way_so_far(request: HttpRequest) -> str:
    """By what they are known already."""
    way: str = request.session.get(PENDING, {}).get("way", "password")
    return way


def waits_with_stolen_password(request: HttpRequest) -> bool:
    """Whether they choose another password once their second factor came."""
    return bool(request.session.get(PENDING, {}).get("is_stolen", False))


def waits_for_page(request: HttpRequest) -> str:
    """Where they wanted to go."""
    page: str = request.session.get(PENDING, {}).get("next", "")
    return page
