"""Ways from one page to another, shown only to whom the other page lets in."""

from urllib.parse import urlsplit

from django.urls import Resolver404, resolve, reverse

from office.models import User


def way_to(user: User, url_name: str, *args: object) -> str:
    """The address of a page for somebody who may come in there; nothing for others."""
    address = reverse(url_name, args=args)
    return address if may_open(user, address) else ""


def may_open(user: User, address: str) -> bool:
    """Whether the door behind an address of this site, of whatever query, lets somebody in; elsewhere nobody guards."""
    try:
        door = getattr(resolve(urlsplit(address).path).func, "door", "open")
    except Resolver404:
        return True
    return door == "open" or user.has_perm(door)
