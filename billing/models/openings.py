from django.db import models
from django.db.models import F, Q

from customers.models import Customer
from ledger.fields import AmountField, CurrencyField
from ledger.models import Entry
from office.models import Company, Run, User


class Opening(models.Model):
    """Taking over what customers owe from the books of another product, as of one day.

    It is open to loads until it goes live. Whether it agrees with the other product's totals is read from the book.
    """

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="openings")
    source = models.CharField("taken over from", max_length=60, help_text="The other product, such as QuickBooks.")
    cut_over_on = models.DateField("day of the change", help_text="What is still open at its end is taken over.")
    begun_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    begun_at = models.DateTimeField(auto_now_add=True)
    live_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    live_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["company"], condition=Q(live_at=None), name="opening_one_at_a_time"),
        ]
        permissions = [("manage_opening", "Take over what is open from another product")]

    def __str__(self) -> str:
        return f"Opening from {self.source}"

    @property
    def is_live(self) -> bool:
        """Whether it is finished: nothing more is loaded or undone."""
        return self.live_at is not None


class OpeningTotal(models.Model):
    """What the other product says that all customers owe in one currency, typed from its own report."""

    opening = models.ForeignKey(Opening, on_delete=models.CASCADE, related_name="totals")
    currency = CurrencyField()
    amount = AmountField(help_text="Less what is free of payments and credits.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["opening", "currency"], name="opening_total_once_per_currency")]

    def __str__(self) -> str:
        return f"{self.amount} {self.currency}"


class OpeningItemKind(models.TextChoices):
    INVOICE = "invoice", "Invoice"
    CREDIT_MEMO = "credit_memo", "Credit memo"
    PAYMENT = "payment", "Payment"
    BALANCE = "balance", "Opening balance"


class OpeningRow(models.Model):
    """What a document of another product says, as it is staged and as it is kept."""

    customer_key = models.CharField(max_length=200, help_text="The customer's number there or, without one, the name.")
    kind = models.CharField(max_length=12, choices=OpeningItemKind)
    number = models.CharField(max_length=60, help_text="As the other product gave it.")
    dated_on = models.DateField()
    due_on = models.DateField()
    currency = CurrencyField()
    total = AmountField(help_text="What the document came to; below zero where it takes from what is owed.")
    amount = AmountField(help_text="What of it is open at the end of the day of the change.")
    company_amount = AmountField(help_text="That in the company's currency.")
    tax = AmountField(null=True, help_text="Contained in the total; kept for looking it up.")
    po_number = models.CharField("customer's order number", max_length=60, blank=True)
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.number


class OpeningItem(OpeningRow):
    """A document of another product that was open when its books were taken over. It keeps its number and its days.

    It stands in the book from the day of the change on. It was not issued here: it counts neither as billed nor for
    taxes, and no mail brings it to anybody.
    """

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="opening_items")
    opening = models.ForeignKey(Opening, on_delete=models.PROTECT, related_name="items")
    load = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="opening_items")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="opening_items")
    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, related_name="+")
    reversal_entry = models.OneToOneField(Entry, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["opening", "customer_key", "kind", "number"],
                condition=Q(reversal_entry=None),
                name="opening_item_loaded_once",
            ),
            models.CheckConstraint(
                name="opening_item_open_within_its_total",
                condition=Q(amount__gt=0, total__gte=F("amount")) | Q(amount__lt=0, total__lte=F("amount")),
            ),
        ]
        indexes = [models.Index(fields=["company", "-id"], name="opening_item_newest_first")]


class StagedOpeningItem(OpeningRow):
    """A row of a load that is not in the book yet. It goes once it is."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="+")
    line = models.PositiveIntegerField(help_text="Where it stands in the file.")
    customer_number = models.CharField(max_length=40, blank=True)
    customer_name = models.CharField(max_length=200, blank=True)
    email = models.CharField(max_length=254, blank=True)
    customer = models.ForeignKey(Customer, null=True, on_delete=models.CASCADE, related_name="+")

    class Meta:
        indexes = [
            models.Index(fields=["run", "line"], name="staged_opening_by_line"),
            models.Index(fields=["run", "customer_key"], name="staged_opening_by_customer"),
        ]
