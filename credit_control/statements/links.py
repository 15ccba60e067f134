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


def live_links() -> QuerySet[AccountLink]:
    """The links that open: neither revoked nor expired, of contacts who are still there."""
    links = AccountLink.objects.filter(revoked_at=None, expires_at__gt=timezone.now(), contact__is_active=True)
    return links.select_related("contact", "customer__company")


def link_by_token(token: str) -> AccountLink | None:
    """The live link of a token."""
    return live_links().filter(token_hash=hash_of(token)).first()


def link_by_ref(ref: str) -> AccountLink | None:
    """The live link behind a page. The reader must have shown its token before."""
    return live_links().filter(ref=ref).first()
