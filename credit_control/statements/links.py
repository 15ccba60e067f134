"""Customers' links to their accounts: what opens, and what has stopped."""

from datetime import timedelta

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from billing.links import hash_of
from credit_control.models import AccountLink

LIFETIME = timedelta(days=90)


def address_of(token: str) -> str:
    """The link as it stands in a mail."""
    return settings.SITE_URL.rstrip("/") + reverse("account:enter", args=[token])


def standing_links() -> QuerySet[AccountLink]:
    """The links that nobody revoked, of contacts who are still there; some have run out."""
    links = AccountLink.objects.filter(revoked_at=None, contact__is_active=True)
    return links.select_related("contact__customer__company", "customer__company")


def live_links() -> QuerySet[AccountLink]:
    """The links that open: neither revoked nor expired, of contacts who are still there."""
    return standing_links().filter(expires_at__gt=timezone.now())


def link_by_token(token: str) -> AccountLink | None:
    """The live link of a token."""
    return live_links().filter(token_hash=hash_of(token)).first()
