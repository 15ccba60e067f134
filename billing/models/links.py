import secrets

from django.db import models
from django.utils import timezone

from billing.models.documents import Invoice
from customers.models import Contact


def new_ref() -> str:
    """A name for the page behind a link: random, so it says nothing of the document."""
    return secrets.token_urlsafe(16)


class DocumentLink(models.Model):
    """A contact's key to one document without log-in. Only the token's hash is kept.

    `ref` stands in the page's address after the token was swapped for a cookie; alone it opens nothing.
    """

    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="links")
    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="links")
    token_hash = models.CharField(max_length=64, unique=True)
    ref = models.CharField(max_length=32, unique=True, default=new_ref)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.invoice} for {self.contact}"

    @property
    def has_run_out(self) -> bool:
        """Whether its time is over."""
        return self.expires_at <= timezone.now()


class OpeningKind(models.TextChoices):
    OPENED = "opened", "Opened"
    SEEN = "seen", "Seen"
    DOWNLOADED = "downloaded", "PDF downloaded"


class LinkOpening(models.Model):
    """One visit by a link. A mail scanner opens; only a person's touch counts as seen."""

    append_only = True

    link = models.ForeignKey(DocumentLink, on_delete=models.PROTECT, related_name="openings")
    kind = models.CharField(max_length=12, choices=OpeningKind)
    address_prefix = models.CharField(max_length=50, blank=True)
    opened_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.link} {self.kind}"
