"""Customers' links: what opens, and what has stopped."""

from datetime import timedelta
from hashlib import sha256
from secrets import token_urlsafe

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from billing.models import DocumentLink

LIFETIME = timedelta(days=180)
SHOWN_FOR = timedelta(minutes=15)
"""For how long a browser that came by a link which ran out is told so, and within which only one new link is mailed."""


def new_token() -> str:
    """256 random bits."""
    return token_urlsafe(32)


def hash_of(token: str) -> str:
    """What we keep of a token. It is long and random, so it needs no salt."""
    return sha256(token.encode()).hexdigest()


def address_of(token: str) -> str:
    """The link as it stands in a mail."""
    return settings.SITE_URL.rstrip("/") + reverse("portal:enter", args=[token])


def standing_links() -> QuerySet[DocumentLink]:
    """The links that nobody revoked, of contacts who are still there; some have run out."""
    links = DocumentLink.objects.filter(revoked_at=None, contact__is_active=True)
    return links.select_related("contact__customer__company", "invoice__company")


def live_links() -> QuerySet[DocumentLink]:
    """The links that open: neither revoked nor expired, of contacts who are still there."""
    return standing_links().filter(expires_at__gt=timezone.now())


def link_by_token(token: str) -> DocumentLink | None:
    """The live link of a token."""
    return live_links().filter(token_hash=hash_of(token)).first()
