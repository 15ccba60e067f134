"""Payments that customers begin online: what was asked, what the provider reported, and what came of it."""

from django.db import models
from django.db.models import Q

from customers.models import Contact, Customer
from ledger.fields import AmountField, CurrencyField
from ledger.models import Allocation, OpenItem
from office.models import Company, User
from payments.models.receipts import Receipt


class OnlineStatus(models.TextChoices):
    BEGUN = "begun", "Begun"
    PENDING = "pending", "On its way"
    PAID = "paid", "Paid"
    HELD = "held", "Held for review"
    CLOSED = "closed", "Not paid"
    SET_ASIDE = "set_aside", "Set aside"
    SETTLED = "settled", "Settled from credit"


UNDER_WAY = (OnlineStatus.BEGUN, OnlineStatus.PENDING)
"""What may still be paid."""


class OnlinePayment(models.Model):
    """That a customer began to pay what its parts say; `reference` is what the provider is given. None of it changes.

    `amount` is what the provider is asked for; the customer's own credit settles `from_credit` of the parts, and what
    is asked beyond them stays on account. `door` is where it was begun (a link, the API), and `asks` is the same for
    the same door and the same items: of those only one is open. One that was paid has its receipt. One of which the
    provider reports anything but what was asked is held, applied to nothing, until a person settles it.
    """

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="online_payments")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="online_payments")
    contact = models.ForeignKey(Contact, null=True, on_delete=models.PROTECT, related_name="+")
    door = models.CharField(max_length=40, blank=True)
    asks = models.CharField(max_length=64, blank=True)
    provider = models.CharField(max_length=20, blank=True)
    reference = models.CharField(max_length=40)
    amount = AmountField()
    from_credit = AmountField(default=0)
    currency = CurrencyField()
    session_id = models.CharField(max_length=200, blank=True)
    checkout_url = models.TextField(blank=True)
    status = models.CharField(max_length=10, choices=OnlineStatus, default=OnlineStatus.BEGUN)
    payment_id = models.CharField(max_length=80, blank=True, help_text="The provider's own id of the money.")
    reported_amount = AmountField(null=True)
    reported_currency = models.CharField(max_length=3, blank=True)
    held_because = models.CharField(max_length=300, blank=True)
    receipt = models.OneToOneField(Receipt, null=True, on_delete=models.PROTECT, related_name="online_payment")
    made = models.ManyToManyField(Allocation, related_name="+", help_text="What its money and the credit settled.")
    settled_because = models.CharField(max_length=300, blank=True)
    settled_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    begun_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    begun_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["provider", "reference"], name="online_payment_reference_once"),
            models.UniqueConstraint(
                name="online_payment_open_once",
                fields=["asks"],
                condition=Q(status__in=["begun", "pending"]) & ~Q(asks=""),
            ),
            models.UniqueConstraint(name="online_payment_of_one_customer", fields=["id", "customer", "currency"]),
            models.CheckConstraint(
                name="online_payment_asks_for_something",
                condition=Q(amount__gt=0) | Q(amount=0, from_credit__gt=0, status="settled"),
            ),
            models.CheckConstraint(name="online_payment_credit_not_negative", condition=Q(from_credit__gte=0)),
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

    @property
    def what_for(self) -> str:
        """The numbers of the documents that it pays, or that it is on account."""
        numbers = dict.fromkeys(part.item.reference for part in self.parts.all())
        return ", ".join(numbers) or "On account"


class OnlinePaymentPart(models.Model):
    """So much of an open item, as an online payment asks for it.

    That it is of the payment's own customer and currency the database says by a foreign key of all three columns, and
    by a guard that looks at the item: an index for that on the book's largest table would slow every posting.
    """

    append_only = True

    payment = models.ForeignKey(OnlinePayment, on_delete=models.PROTECT, related_name="parts", db_constraint=False)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    currency = CurrencyField()
    item = models.ForeignKey(OpenItem, on_delete=models.PROTECT, related_name="+")
    amount = AmountField()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["payment", "item"], name="online_part_once"),
            models.CheckConstraint(name="online_part_asks_for_something", condition=Q(amount__gt=0)),
        ]

    def __str__(self) -> str:
        return f"{self.item.reference}: {self.amount}"


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
