from django.db import models
from django.db.models import F, Q

from billing.models.catalogue import Product
from billing.models.documents import InvoiceLine
from billing.models.orders import Order, OrderLine
from customers.models import Customer
from ledger.fields import RateField
from office.letters import LetterIndex
from office.models import Company, User


class ShipmentKind(models.TextChoices):
    DELIVERY_NOTE = "delivery_note", "Delivery note"
    TIMESHEET = "timesheet", "Timesheet"
    RETURN = "return", "Return"


class Shipment(models.Model):
    """What left for a customer, was done for them, or came back from them.

    Its quantities are positive; the kind says which way they count. A cancelled one counts for nothing.
    """

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="shipments")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="shipments")
    kind = models.CharField(max_length=15, choices=ShipmentKind, default=ShipmentKind.DELIVERY_NOTE)
    number = models.CharField(max_length=40)
    order = models.ForeignKey(
        Order, null=True, blank=True, on_delete=models.PROTECT, related_name="shipments", help_text="If it is for one."
    )
    shipped_on = models.DateField(help_text="When it left, was done, or came back.")
    carrier = models.CharField(max_length=100, blank=True)
    tracking_number = models.CharField(max_length=100, blank=True)
    delivered_on = models.DateField(null=True, blank=True, help_text="As the customer or carrier confirms.")
    received_by = models.CharField(max_length=100, blank=True, help_text="Who signed for it.")
    note = models.TextField(blank=True)
    source_reference = models.CharField(max_length=60, blank=True, help_text="Its number in the system it came from.")
    cancelled_on = models.DateField(null=True)
    cancel_reason = models.CharField(max_length=300, blank=True)
    created_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    form_key = models.UUIDField(null=True, unique=True, help_text="Of the form it was typed in: sent twice it is one.")
    version = models.PositiveIntegerField(default=1, help_text="Counts the saves; a stale save is refused.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["company", "kind", "number"], name="shipment_number_once_per_company"),
            models.UniqueConstraint(
                fields=["company", "source_reference"],
                condition=~Q(source_reference=""),
                name="shipment_source_reference_once_per_company",
            ),
            models.CheckConstraint(name="shipment_has_a_number", condition=~Q(number="")),
            models.CheckConstraint(
                name="shipment_delivered_after_it_left",
                condition=Q(delivered_on=None) | Q(delivered_on__gte=F("shipped_on")),
            ),
            models.CheckConstraint(
                name="shipment_cancelled_with_a_reason",
                condition=Q(cancelled_on=None, cancel_reason="") | Q(cancelled_on__isnull=False) & ~Q(cancel_reason=""),
            ),
        ]
        indexes = [
            models.Index(fields=["company", "-shipped_on", "-id"], name="shipment_newest_first"),
            models.Index(fields=["customer", "-shipped_on", "-id"], name="shipment_by_customer"),
            LetterIndex("number", "tracking_number", "source_reference", name="shipment_by_letters"),
        ]
        permissions = [
            ("manage_shipments", "Record, change and cancel shipments"),
            ("import_shipments", "Import shipments from a file"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def is_return(self) -> bool:
        """Whether it came back."""
        return self.kind == ShipmentKind.RETURN

    @property
    def is_cancelled(self) -> bool:
        """Whether it counts for nothing any more."""
        return self.cancelled_on is not None


class ShipmentLine(models.Model):
    """One thing shipped, done or returned; without an order line it carries its own price, if it is known."""

    shipment = models.ForeignKey(Shipment, on_delete=models.CASCADE, related_name="lines")
    position = models.PositiveSmallIntegerField()
    order_line = models.ForeignKey(
        OrderLine, null=True, blank=True, on_delete=models.PROTECT, related_name="shipment_lines"
    )
    returns = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="returned_in",
        help_text="The line that came back.",
    )
    product = models.ForeignKey(Product, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    item_code = models.CharField(max_length=40, blank=True)
    description = models.TextField()
    quantity = RateField()
    unit = models.CharField(max_length=10, blank=True)
    unit_price = RateField(null=True, blank=True, help_text="Without tax; empty: the order's or the list's.")
    done_on = models.DateField(null=True, blank=True, help_text="The day of work on a timesheet.")
    done_by = models.CharField(max_length=100, blank=True, help_text="Whose work it was.")

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                fields=["shipment", "position"],
                name="shipment_line_position_once",
                deferrable=models.Deferrable.DEFERRED,
            ),
            models.CheckConstraint(name="shipment_line_quantity_above_zero", condition=Q(quantity__gt=0)),
        ]

    def __str__(self) -> str:
        return f"{self.position}. {self.description[:60]}"


class ShipmentVersion(models.Model):
    """A shipment as it stood before a change, whole, and why it was changed."""

    append_only = True

    shipment = models.ForeignKey(Shipment, on_delete=models.PROTECT, related_name="versions")
    version = models.PositiveIntegerField()
    facts = models.JSONField(help_text="The shipment and its lines.")
    reason = models.CharField(max_length=300, blank=True)
    changed_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    changed_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-version"]
        constraints = [models.UniqueConstraint(fields=["shipment", "version"], name="shipment_version_once")]

    def __str__(self) -> str:
        return f"{self.shipment} as of version {self.version}"


class DeliveryProof(models.Model):
    """A signed delivery note, a photo, a carrier's confirmation: the bytes as they came."""

    append_only = True

    shipment = models.ForeignKey(Shipment, on_delete=models.PROTECT, related_name="proofs")
    name = models.CharField(max_length=100)
    media_type = models.CharField(max_length=100)
    content = models.BinaryField()
    size = models.PositiveIntegerField(help_text="In bytes.")
    sha256 = models.CharField(max_length=64)
    added_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["shipment", "name"], name="delivery_proof_name_once")]

    def __str__(self) -> str:
        return self.name


class BilledWhy(models.TextChoices):
    """Why a line of an invoice was taken to bill a line of an order or a shipment."""

    CHOSEN = "chosen", "Chosen by a person"
    DRAFTED = "drafted", "Drafted from it"
    PRODUCT = "product", "The order's number and the product"
    TEXT = "text", "The order's number and the text"
    NUMBER = "number", "The order's number alone"
    NONE = "none", "Of no order, as a person says"


class BilledLine(models.Model):
    """Which line of an order, of a shipment or of both a line of an invoice bills.

    Credit memos need none: what they credit gives its quantity back. Where somebody says that a line bills no order,
    that is kept too, and none is looked for.
    """

    invoice_line = models.OneToOneField(InvoiceLine, on_delete=models.CASCADE, related_name="billed")
    order = models.ForeignKey(
        Order,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="billed_lines",
        help_text="Whose line it bills; alone, where it is like none of its lines or the order has none.",
    )
    order_line = models.ForeignKey(
        OrderLine, null=True, blank=True, on_delete=models.PROTECT, related_name="billed_lines"
    )
    shipment_line = models.ForeignKey(
        ShipmentLine, null=True, blank=True, on_delete=models.PROTECT, related_name="billed_lines"
    )
    why = models.CharField(max_length=10, choices=BilledWhy)
    linked_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    linked_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="billed_line_bills_something",
                condition=Q(why="none", order=None, order_line=None, shipment_line=None)
                | ~Q(why="none") & (Q(order__isnull=False) | Q(shipment_line__isnull=False)),
            ),
            models.CheckConstraint(
                name="billed_order_line_with_its_order",
                condition=Q(order_line=None) | Q(order__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.invoice_line} for {self.order_line or self.shipment_line or self.order}"
