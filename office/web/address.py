"""Where a request comes from: the one place that believes a header about it, and only one of our own proxies."""

from ipaddress import ip_address

from django.conf import settings
from django.http import HttpRequest


def address_of(request: HttpRequest) -> str:
    """The caller's address: who connects, or behind `PROXIES` of ours whom the outermost saw; empty where unknown.

    Each proxy writes at the end of X-Forwarded-For whom it saw. What stands before ours, anybody may have written.
    """
    connected: str = request.META.get("REMOTE_ADDR", "")
    told = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
    if not 0 < settings.PROXIES <= len(told):
        return connected
    seen: str = told[-settings.PROXIES].strip()
    return seen if _is_address(seen) else connected


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
