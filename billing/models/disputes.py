"""What customers say is wrong with what they are asked for: the case, the money it holds, the talk and the files."""

from django.db import models
from django.db.models import F, Q

from billing.models.documents import Invoice, InvoiceLine
from billing.models.reasons import ReasonCode
from customers.models import Contact, Customer
from ledger.fields import AmountField, CurrencyField
from ledger.models import Entry, OpenItem
from office.models import Company, Department, User


class DisputeStatus(models.TextChoices):
    OPEN = "open", "Open"
    CLOSED = "closed", "Closed"


class DisputeSource(models.TextChoices):
    STAFF = "staff", "Entered by us"
    CUSTOMER = "customer", "By the customer, on the link"
    SHORT_PAYMENT = "short_payment", "Paid short"


class DisputeOutcome(models.TextChoices):
    CREDIT_MEMO = "credit_memo", "Credit memo"
    PRICE_CORRECTION = "price_correction", "Price corrected"
    REFUSED = "refused", "Refused"
    REBILLED = "rebilled", "Billed anew"
    WITHDRAWN = "withdrawn", "Taken back"


class Dispute(models.Model):
    """That a customer objects to a document, to lines of it or to an amount, until we have answered in the end.

    It holds its own part of what is open, and no more: that is not reminded, debited or charged for.
    """

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="disputes")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="disputes")
    number = models.CharField(max_length=40)
    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="+", help_text="What is objected to.")
    invoice = models.ForeignKey(Invoice, null=True, on_delete=models.PROTECT, related_name="disputes")
    source = models.CharField(max_length=20, choices=DisputeSource)
    reason_code = models.ForeignKey(ReasonCode, on_delete=models.PROTECT, related_name="+")
    words = models.TextField(blank=True, max_length=4000, help_text="What the customer says, as they say it.")
    said_by = models.CharField(max_length=100, blank=True)
    contact = models.ForeignKey(Contact, null=True, on_delete=models.PROTECT, related_name="+")
    currency = CurrencyField()
    amount = AmountField(help_text="What was objected to when it was opened.")
    owner = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    department = models.CharField(max_length=20, choices=Department, blank=True)
    respond_by = models.DateField(help_text="The day by which the customer has our answer.")
    escalated_at = models.DateTimeField(null=True)
    status = models.CharField(max_length=10, choices=DisputeStatus, default=DisputeStatus.OPEN)
    opened_on = models.DateField()
    opened_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField(auto_now_add=True)
    outcome = models.CharField(max_length=20, choices=DisputeOutcome, blank=True)
    outcome_note = models.TextField(blank=True, max_length=4000, help_text="As the customer is told.")
    credit_memo = models.ForeignKey(Invoice, null=True, on_delete=models.PROTECT, related_name="+")
    replacement = models.ForeignKey(Invoice, null=True, on_delete=models.SET_NULL, related_name="+")
    closed_on = models.DateField(null=True)
    closed_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    closed_at = models.DateTimeField(null=True)

    searched_masked = {"said_by": ()}

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["company", "number"], name="dispute_number_once_per_company"),
            models.CheckConstraint(name="dispute_amount_above_zero", condition=Q(amount__gt=0)),
            models.CheckConstraint(
                name="dispute_answered_in_time_to_come", condition=Q(respond_by__gte=F("opened_on"))
            ),
            models.CheckConstraint(
                name="dispute_closed_has_its_outcome",
                condition=Q(status="open", outcome="", closed_on=None, closed_at=None, credit_memo=None)
                | Q(status="closed", closed_on__isnull=False, closed_at__isnull=False) & ~Q(outcome=""),
            ),
            models.CheckConstraint(
                name="dispute_credited_has_its_memo",
                condition=Q(outcome__in=["credit_memo", "price_correction", "rebilled"], credit_memo__isnull=False)
                | ~Q(outcome__in=["credit_memo", "price_correction", "rebilled"]) & Q(credit_memo=None),
            ),
        ]
        indexes = [
            models.Index(fields=["company", "status", "respond_by"], name="dispute_by_deadline"),
            models.Index(fields=["customer", "-id"], name="dispute_by_customer"),
        ]
        permissions = [
            ("open_dispute", "Open, answer and assign disputes"),
            ("close_dispute", "Close and reopen disputes"),
            ("take_escalation", "Be asked about disputes whose day is past"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def is_open(self) -> bool:
        """Whether it still waits for our last word."""
        return self.status == DisputeStatus.OPEN


class DisputedLine(models.Model):
    """A line of the document that is objected to, and for how much with its tax."""

    append_only = True

    dispute = models.ForeignKey(Dispute, on_delete=models.PROTECT, related_name="lines")
    line = models.ForeignKey(InvoiceLine, on_delete=models.PROTECT, related_name="+")
    amount = AmountField()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["dispute", "line"], name="disputed_line_once_per_dispute"),
            models.CheckConstraint(name="disputed_line_above_zero", condition=Q(amount__gt=0)),
        ]

    def __str__(self) -> str:
        return f"{self.dispute}: {self.amount}"


class DisputedAmount(models.Model):
    """So much of an open item that is held by a dispute, from a day until it is let go. It never changes otherwise."""

    dispute = models.ForeignKey(Dispute, on_delete=models.PROTECT, related_name="amounts")
    item = models.ForeignKey(OpenItem, on_delete=models.PROTECT, related_name="disputed_amounts")
    amount = AmountField()
    held_on = models.DateField()
    held_at = models.DateTimeField(auto_now_add=True)
    released_on = models.DateField(null=True)
    released_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(name="disputed_amount_above_zero", condition=Q(amount__gt=0)),
            models.CheckConstraint(
                name="disputed_amount_let_go_on_a_day",
                condition=Q(released_on=None, released_at=None)
                | Q(released_on__isnull=False, released_at__isnull=False, released_on__gte=F("held_on")),
            ),
            models.UniqueConstraint(
                fields=["dispute", "item"], condition=Q(released_at=None), name="disputed_amount_once_at_a_time"
            ),
        ]
        indexes = [
            models.Index(fields=["item"], include=["amount"], condition=Q(released_at=None), name="disputed_now")
        ]

    def __str__(self) -> str:
        return f"{self.dispute}: {self.amount}"


class MessageKind(models.TextChoices):
    TO_CUSTOMER = "to_customer", "To the customer"
    FROM_CUSTOMER = "from_customer", "From the customer"


class DisputeMessage(models.Model):
    """One thing that was said about a dispute, to the customer or by them; what we say among us is a comment."""

    append_only = True

    dispute = models.ForeignKey(Dispute, on_delete=models.PROTECT, related_name="messages")
    kind = models.CharField(max_length=15, choices=MessageKind)
    words = models.TextField(max_length=4000)
    by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    contact = models.ForeignKey(Contact, null=True, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(name="dispute_message_says_something", condition=~Q(words="")),
            models.CheckConstraint(
                name="dispute_message_with_the_customer", condition=Q(kind__in=["to_customer", "from_customer"])
            ),
        ]

    def __str__(self) -> str:
        return f"{self.dispute}: {self.get_kind_display()}"


class DisputeFile(models.Model):
    """A photo, delivery note or other file about a dispute; for us alone, or seen by the customer too."""

    append_only = True

    dispute = models.ForeignKey(Dispute, on_delete=models.PROTECT, related_name="files")
    name = models.CharField(max_length=100)
    media_type = models.CharField(max_length=100)
    content = models.BinaryField()
    size = models.PositiveIntegerField(help_text="In bytes.")
    sha256 = models.CharField(max_length=64)
    is_inside = models.BooleanField(default=False, help_text="For us alone.")
    added_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    contact = models.ForeignKey(Contact, null=True, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["dispute", "name"], name="dispute_file_name_once_per_dispute"),
            models.CheckConstraint(
                name="dispute_file_of_a_customer_is_seen_by_them", condition=Q(contact=None) | Q(is_inside=False)
            ),
        ]

    def __str__(self) -> str:
        return self.name
