"""Payments that customers begin online: what was asked, what the provider reported, and what came of it."""

from django.db import models
from django.db.models import Q

from billing.models import Invoice
from customers.models import Customer
from ledger.fields import AmountField, CurrencyField
from office.models import Company, User
from payments.models.receipts import Receipt


class OnlineStatus(models.TextChoices):
    BEGUN = "begun", "Begun"
    PAID = "paid", "Paid"
    HELD = "held", "Held for review"
    CLOSED = "closed", "Not paid"
    SET_ASIDE = "set_aside", "Set aside"


class OnlinePayment(models.Model):
    """That a customer began to pay a document; `reference` is what the provider is given. Neither ever changes.

    One that was paid has its receipt. One of which the provider reports anything but what was asked is held, applied to
    nothing, until a person takes it as reported or sets it aside.
    """

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="online_payments")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="online_payments")
    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="online_payments")
    provider = models.CharField(max_length=20)
    reference = models.CharField(max_length=40)
    amount = AmountField()
    currency = CurrencyField()
    session_id = models.CharField(max_length=200, blank=True)
    checkout_url = models.TextField(blank=True)
    status = models.CharField(max_length=10, choices=OnlineStatus, default=OnlineStatus.BEGUN)
    payment_id = models.CharField(max_length=80, blank=True, help_text="The provider's own id of the money.")
    reported_amount = AmountField(null=True)
    reported_currency = models.CharField(max_length=3, blank=True)
    held_because = models.CharField(max_length=300, blank=True)
    receipt = models.OneToOneField(Receipt, null=True, on_delete=models.PROTECT, related_name="online_payment")
    settled_because = models.CharField(max_length=300, blank=True)
    settled_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    begun_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    begun_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["provider", "reference"], name="online_payment_reference_once"),
            models.CheckConstraint(name="online_payment_asks_for_something", condition=Q(amount__gt=0)),
            models.CheckConstraint(
                name="online_payment_paid_has_its_receipt",
                condition=Q(status="paid", receipt__isnull=False) | (~Q(status="paid") & Q(receipt=None)),
            ),
            models.CheckConstraint(
                name="online_payment_held_says_why", condition=~Q(status="held") | ~Q(held_because="")
            ),
            models.CheckConstraint(
                name="online_payment_set_aside_says_why", condition=~Q(status="set_aside") | ~Q(settled_because="")
            ),
        ]
        indexes = [models.Index(fields=["company", "-id"], name="online_payment_newest_first")]
        permissions = [
            ("begin_online_payment", "Open a payment page for a customer"),
            ("settle_online_payment", "Take or set aside online payments that are held"),
        ]

    def __str__(self) -> str:
        return f"Online payment {self.pk}"


class ProviderEvent(models.Model):
    """An event of a provider, acted on once. What it said of the money is on its payment."""

    append_only = True

    provider = models.CharField(max_length=20)
    event_id = models.CharField(max_length=255)
    said = models.CharField(max_length=100)
    payment = models.ForeignKey(OnlinePayment, null=True, on_delete=models.PROTECT, related_name="events")
    outcome = models.CharField(max_length=20)
    received_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["provider", "event_id"], name="provider_event_once")]

    def __str__(self) -> str:
        return f"{self.said} ({self.event_id})"
