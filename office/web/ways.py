"""Ways from one page to another, shown only to whom the other page lets in."""

import re
from functools import lru_cache
from urllib.parse import urlsplit

from django.urls import Resolver404, resolve, reverse

from office.models import User

NUMBERS = re.compile(r"[0-9]+")


def way_to(user: User, url_name: str, *args: object) -> str:
    """The address of a page for somebody who may come in there; nothing for others."""
    address = reverse(url_name, args=args)
    return address if may_open(user, address) else ""


def may_open(user: User, address: str) -> bool:
    """Whether the door behind an address of this site, of whatever query, lets somebody in; elsewhere nobody guards."""
    door = _door_behind(NUMBERS.sub("1", urlsplit(address).path))
    return door == "open" or user.has_perm(door)


@lru_cache(maxsize=2048)
def _door_behind(path: str) -> str:
    """What the page behind a path asks for. Which page that is depends on no number in it (a test holds every route
    to this), and to resolve a path tries hundreds of routes: for a list's hundred links, longer than all else of it.
    """
    try:
        return getattr(resolve(path).func, "door", "open")
    except Resolver404:
        return "open"
