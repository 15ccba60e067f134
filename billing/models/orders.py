from django.db import models
from django.db.models import F, Q

from billing.models.catalogue import Product
from billing.models.taxes import Tax
from customers.models import Customer
from ledger.fields import AmountField, CurrencyField, RateField
from office.letters import LetterIndex
from office.models import Company, User


class OrderStatus(models.TextChoices):
    """What somebody decided. Part-shipped, billed and expired are read from what was shipped and billed."""

    OPEN = "open", "Open"
    CLOSED = "closed", "Closed"
    CANCELLED = "cancelled", "Cancelled"


class Order(models.Model):
    """What a customer ordered: our number and theirs, the lines, and perhaps no more than up to an amount.

    A blanket order has an amount and need not have lines. It may change; each change keeps the version before.
    """

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="orders")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="orders")
    number = models.CharField(max_length=40, help_text="Ours.")
    po_number = models.CharField("customer's order number", max_length=60, blank=True)
    status = models.CharField(max_length=10, choices=OrderStatus, default=OrderStatus.OPEN)
    currency = CurrencyField()
    ordered_on = models.DateField()
    valid_from = models.DateField(null=True, blank=True, help_text="Its first day; empty: the day it was ordered.")
    valid_until = models.DateField(null=True, blank=True, help_text="Its last day; empty: none.")
    blanket_amount = AmountField(
        null=True, blank=True, help_text="The most that may be billed, without tax; empty: what the lines come to."
    )
    tolerance_percent = RateField(
        null=True, blank=True, help_text="By how much it may be passed; empty: as for the customer."
    )
    net = AmountField(default=0, help_text="What its lines come to, without tax.")
    note = models.TextField(blank=True)
    source_reference = models.CharField(max_length=60, blank=True, help_text="Its number in the system it came from.")
    ended_on = models.DateField(null=True)
    end_reason = models.CharField(max_length=300, blank=True, help_text="Why it was closed or cancelled.")
    created_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    form_key = models.UUIDField(null=True, unique=True, help_text="Of the form it was typed in: sent twice it is one.")
    version = models.PositiveIntegerField(default=1, help_text="Counts the saves; a stale save is refused.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["company", "number"], name="order_number_once_per_company"),
            models.UniqueConstraint(
                fields=["customer", "po_number"],
                condition=~Q(po_number=""),
                name="order_po_number_once_per_customer",
            ),
            models.UniqueConstraint(
                fields=["company", "source_reference"],
                condition=~Q(source_reference=""),
                name="order_source_reference_once_per_company",
            ),
            models.CheckConstraint(name="order_has_a_number", condition=~Q(number="")),
            models.CheckConstraint(
                name="order_validity_not_backwards",
                condition=Q(valid_from=None) | Q(valid_until=None) | Q(valid_until__gte=F("valid_from")),
            ),
            models.CheckConstraint(
                name="order_blanket_amount_above_zero", condition=Q(blanket_amount=None) | Q(blanket_amount__gt=0)
            ),
            models.CheckConstraint(
                name="order_tolerance_between_0_and_100",
                condition=Q(tolerance_percent=None) | Q(tolerance_percent__gte=0, tolerance_percent__lte=100),
            ),
            models.CheckConstraint(
                name="order_ended_on_a_day",
                condition=Q(status="open", ended_on=None) | ~Q(status="open") & Q(ended_on__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["company", "-ordered_on", "-id"], name="order_newest_first"),
            models.Index(fields=["customer", "-ordered_on", "-id"], name="order_by_customer"),
            models.Index(fields=["company", "status", "-id"], name="order_by_status"),
            LetterIndex("number", "po_number", "source_reference", name="order_by_letters"),
        ]
        permissions = [
            ("manage_orders", "Record, change and end orders"),
            ("import_orders", "Import orders from a file"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def is_open(self) -> bool:
        """Whether somebody may still ship and bill on it, as far as its days allow."""
        return self.status == OrderStatus.OPEN


class OrderLine(models.Model):
    """One thing ordered. What shipments or invoices name stays when the order changes."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="lines")
    position = models.PositiveSmallIntegerField()
    product = models.ForeignKey(Product, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    item_code = models.CharField(max_length=40, blank=True, help_text="The product's code, or the customer's.")
    description = models.TextField()
    quantity = RateField()
    unit = models.CharField(max_length=10, blank=True)
    unit_price = RateField(help_text="Without tax.")
    discount_percent = RateField(default=0)
    tax = models.ForeignKey(Tax, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    net = AmountField(default=0, help_text="Quantity times price less the line's discount.")
    wanted_on = models.DateField(null=True, blank=True, help_text="When the customer wants it.")
    tolerance_percent = RateField(
        null=True, blank=True, help_text="By how much its quantity may be passed; empty: as for product and customer."
    )

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                fields=["order", "position"],
                name="order_line_position_once",
                deferrable=models.Deferrable.DEFERRED,
            ),
            models.CheckConstraint(name="order_line_quantity_above_zero", condition=Q(quantity__gt=0)),
            models.CheckConstraint(
                name="order_line_discount_between_0_and_100",
                condition=Q(discount_percent__gte=0, discount_percent__lte=100),
            ),
            models.CheckConstraint(
                name="order_line_tolerance_between_0_and_100",
                condition=Q(tolerance_percent=None) | Q(tolerance_percent__gte=0, tolerance_percent__lte=100),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.position}. {self.description[:60]}"


class OrderVersion(models.Model):
    """An order as it stood before a change, whole, and why it was changed."""

    append_only = True

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="versions")
    version = models.PositiveIntegerField()
    facts = models.JSONField(help_text="The order and its lines.")
    reason = models.CharField(max_length=300, blank=True)
    changed_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    changed_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-version"]
        constraints = [models.UniqueConstraint(fields=["order", "version"], name="order_version_once")]

    def __str__(self) -> str:
        return f"{self.order} as of version {self.version}"
