import uuid

from django.contrib.postgres.functions import TransactionNow
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now


class WebhookEndpoint(models.Model):
    """An address of another program that hears what happens in a company."""

    company = models.ForeignKey("office.Company", on_delete=models.PROTECT, related_name="webhook_endpoints")
    url = models.URLField(max_length=500)
    name = models.CharField(max_length=100, help_text="Which program it is.")
    kinds = models.JSONField(default=list, blank=True, help_text="The events it hears; empty: all, also later ones.")
    sealed_secret = models.TextField(editable=False)
    sealed_old_secret = models.TextField(blank=True, editable=False)
    old_secret_until = models.DateTimeField(null=True, editable=False)
    made_by = models.ForeignKey("office.User", null=True, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(db_default=TransactionNow())
    paused_at = models.DateTimeField(null=True)
    pause_reason = models.CharField(max_length=200, blank=True)
    ended_at = models.DateTimeField(null=True)
    failing_since = models.DateTimeField(null=True, help_text="Since when nothing it was told arrived.")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["company", "url"], condition=Q(ended_at=None), name="webhook_endpoint_once_per_address"
            ),
            models.CheckConstraint(
                name="webhook_pause_has_a_reason", condition=Q(paused_at=None) | ~Q(pause_reason="")
            ),
            models.CheckConstraint(
                name="webhook_old_secret_has_an_end",
                condition=Q(sealed_old_secret="", old_secret_until=None)
                | ~Q(sealed_old_secret="") & Q(old_secret_until__isnull=False),
            ),
        ]
        permissions = [("manage_webhooks", "Set which programs are told what happens")]

    def __str__(self) -> str:
        return self.name


class WebhookEvent(models.Model):
    """Something happened of which other programs are told: written with the fact itself, in one transaction."""

    company = models.ForeignKey("office.Company", on_delete=models.PROTECT, related_name="+")
    uid = models.UUIDField(default=uuid.uuid4, unique=True, help_text="By which a receiver knows it again.")
    kind = models.CharField(max_length=60)
    subject_type = models.CharField(max_length=60)
    subject_id = models.BigIntegerField()
    subject_number = models.CharField(max_length=60, blank=True)
    occurred_at = models.DateTimeField(db_default=TransactionNow())
    spread_at = models.DateTimeField(null=True, help_text="When each endpoint had its delivery made.")

    class Meta:
        indexes = [
            models.Index(fields=["id"], condition=Q(spread_at=None), name="webhook_events_to_spread"),
            models.Index(fields=["subject_type", "subject_id", "occurred_at"], name="webhook_events_by_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject_number}"


class DeliveryState(models.TextChoices):
    """Where a delivery stands."""

    WAITING = "waiting", "Waiting"
    SENDING = "sending", "Sending"
    DELIVERED = "delivered", "Delivered"
    GIVEN_UP = "given_up", "Given up"


class WebhookDelivery(models.Model):
    """One event on its way to one endpoint. It may arrive twice, with the same id; it is never lost."""

    endpoint = models.ForeignKey(WebhookEndpoint, on_delete=models.PROTECT, related_name="deliveries")
    event = models.ForeignKey(WebhookEvent, on_delete=models.CASCADE, related_name="deliveries")
    state = models.CharField(max_length=10, choices=DeliveryState, default=DeliveryState.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0, help_text="Since it was last asked for.")
    due_at = models.DateTimeField(db_default=Now())
    leased_until = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["endpoint", "event"], name="webhook_delivery_once_per_endpoint"),
            models.CheckConstraint(
                name="webhook_lease_while_sending",
                condition=Q(state="sending", leased_until__isnull=False) | ~Q(state="sending") & Q(leased_until=None),
            ),
            models.CheckConstraint(
                name="webhook_delivery_finished",
                condition=Q(state__in=["delivered", "given_up"], finished_at__isnull=False)
                | Q(state__in=["waiting", "sending"], finished_at=None),
            ),
        ]
        indexes = [
            models.Index(fields=["endpoint", "due_at"], condition=Q(finished_at=None), name="webhook_deliveries_open"),
        ]

    def __str__(self) -> str:
        return f"{self.event} to {self.endpoint}"


class WebhookAttempt(models.Model):
    """One try to deliver, and what was answered."""

    delivery = models.ForeignKey(WebhookDelivery, on_delete=models.CASCADE, related_name="tries")
    at = models.DateTimeField(db_default=Now())
    status = models.PositiveSmallIntegerField(null=True, help_text="What it answered; empty: nothing.")
    words = models.CharField(max_length=300, blank=True)
    milliseconds = models.PositiveIntegerField()

    def __str__(self) -> str:
        return self.words
