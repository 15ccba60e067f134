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


def new_token() -> str:
    """256 random bits."""
    return token_urlsafe(32)


def hash_of(token: str) -> str:
    """What we keep of a token. It is long and random, so it needs no salt."""
    return sha256(token.encode()).hexdigest()


def address_of(token: str) -> str:
    """The link as it stands in a mail."""
    return settings.SITE_URL.rstrip("/") + reverse("portal:enter", args=[token])


def live_links() -> QuerySet[DocumentLink]:
    """The links that open: neither revoked nor expired, of contacts who are still there."""
    return DocumentLink.objects.filter(
        revoked_at=None, expires_at__gt=timezone.now(), contact__is_active=True
    ).select_related("contact", "invoice__company")


def link_by_token(token: str) -> DocumentLink | None:
    """The live link of a token."""
    return live_links().filter(token_hash=hash_of(token)).first()


def link_by_ref(ref: str) -> DocumentLink | None:
    """The live link behind a page. The reader must have shown its token before."""
    return live_links().filter(ref=ref).first()
