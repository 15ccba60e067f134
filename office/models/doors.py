from datetime import datetime

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from office.models.company import Company


class ApiToken(models.Model):
    """A program's key to the API, acting as a member of staff, within its scopes. Only its hash is kept."""

    user = models.ForeignKey("office.User", on_delete=models.PROTECT, related_name="api_tokens")
    name = models.CharField(max_length=100)
    hash = models.CharField(max_length=64, unique=True)
    scopes = ArrayField(models.CharField(max_length=40), help_text="What it may do: office.scopes.")
    company = models.ForeignKey(
        Company, null=True, on_delete=models.PROTECT, related_name="+", help_text="The only one it opens; else all."
    )
    networks = ArrayField(
        models.CharField(max_length=43), default=list, help_text="Where it may be used from; none: anywhere."
    )
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    old_hash = models.CharField(max_length=64, null=True, unique=True, help_text="Of the secret before this one.")
    old_ends_at = models.DateTimeField(null=True, help_text="Until then the secret before works beside the new one.")
    last_used_at = models.DateTimeField(null=True, blank=True)
    last_used_from = models.CharField(max_length=45, blank=True, help_text="An address.")
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="key_opens_something", condition=Q(scopes__len__gt=0)),
            models.CheckConstraint(name="key_ends_after_it_began", condition=Q(expires_at__gt=models.F("created_at"))),
            models.CheckConstraint(
                name="old_secret_has_an_end",
                condition=Q(old_hash__isnull=True, old_ends_at__isnull=True)
                | Q(old_hash__isnull=False, old_ends_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def works_at(self, now: datetime) -> bool:
        """Whether it is neither revoked nor past its end."""
        return self.revoked_at is None and now < self.expires_at


class IdempotentAnswer(models.Model):
    """What the API answered to a write, by the caller's key: the same key gets the same answer again."""

    user = models.ForeignKey("office.User", on_delete=models.PROTECT, related_name="+")
    key = models.CharField(max_length=100)
    request_hash = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(default=0)
    body = models.JSONField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="answer_once_per_key")]

    def __str__(self) -> str:
        return self.key
