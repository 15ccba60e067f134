from django.contrib.postgres.fields import DateRangeField
from django.contrib.postgres.functions import TransactionNow
from django.contrib.postgres.indexes import GistIndex
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _

from ledger.fields import AmountField, CurrencyField
from ledger.models.entries import Entry


class ItemKind(models.TextChoices):
    """What added to or took from what a customer owes."""

    INVOICE = "invoice", _("Invoice")
    DEBIT_NOTE = "debit_note", _("Debit note")
    FEE = "fee", _("Fee")
    INTEREST = "interest", _("Interest")
    REFUND = "refund", _("Refund")
    REVERSAL = "reversal", _("Reversal")
    PAYMENT = "payment", _("Payment")
    WITHHOLDING = "withholding", _("Tax withheld")
    CREDIT_MEMO = "credit_memo", _("Credit memo")
    WRITE_OFF = "write_off", _("Write-off")
    RECOVERY = "recovery", _("Recovered debt")
    EXCHANGE = "exchange", _("Currency exchange")
    OPENING = "opening", _("Opening balance")


class PlainReference(Func):
    """A reference in capitals and without the signs inside it, as payers' words are compared with it."""

    template = "regexp_replace(upper(%(expressions)s), '[^A-Z0-9]', '', 'g')"
    output_field = models.TextField()


class OpenItem(models.Model):
    """What one document adds to (+) or takes from (-) what a customer owes, and how much of it is still open.

    `balance` and `open_during` are written by the database alone, when an allocation is entered.
    """

    append_only = True

    company_id = models.BigIntegerField()
    customer_id = models.BigIntegerField()
    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="items")
    kind = models.CharField(max_length=20, choices=ItemKind)
    reference = models.CharField(max_length=60, help_text="The document's number.")
    dated_on = models.DateField()
    due_on = models.DateField(help_text="The document's own day where it has no due date.")
    currency = CurrencyField()
    amount = AmountField()
    company_amount = AmountField()
    balance = AmountField(help_text="What is open now: the amount less its allocations.")
    open_during = DateRangeField(help_text="From its day to the day its last allocation closed it.")
    recorded_at = models.DateTimeField(db_default=TransactionNow())

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="item_balance_between_zero_and_amount",
                condition=(
                    Q(amount__gt=0, balance__gte=0, balance__lte=F("amount"))
                    | Q(amount__lt=0, balance__lte=0, balance__gte=F("amount"))
                ),
            ),
            models.CheckConstraint(
                name="item_amounts_have_one_sign",
                condition=Q(amount__gt=0, company_amount__gte=0) | Q(amount__lt=0, company_amount__lte=0),
            ),
        ]
        indexes = [
            GistIndex(
                fields=["open_during"],
                include=["id", "company_id", "customer_id", "dated_on", "due_on", "currency", "amount"],
                name="item_open_on_a_day",
            ),
            models.Index(
                fields=["company_id", "customer_id", "due_on"],
                include=["id", "entry", "kind", "dated_on", "currency", "amount", "balance"],
                condition=~Q(balance=0),
                name="item_open_now",
            ),
            models.Index(fields=["customer_id", "dated_on"], name="item_by_customer"),
            models.Index(
                fields=["company_id", "dated_on"],
                include=["id", "entry", "kind", "customer_id", "currency", "amount", "company_amount"],
                name="item_by_day",
            ),
            models.Index(
                F("company_id"), PlainReference("reference"), condition=Q(amount__gt=0), name="item_by_plain_reference"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reference} {self.balance} {self.currency}"


class Allocation(models.Model):
    """Joins one debit item and one credit item for an amount. It is undone by a second, negative row."""

    append_only = True

    debit = models.ForeignKey(OpenItem, on_delete=models.PROTECT, related_name="credits_taken", db_index=False)
    credit = models.ForeignKey(
        OpenItem,
        on_delete=models.PROTECT,
        related_name="debits_settled",
        db_index=False,
    )
    amount = AmountField(help_text="Positive; negative where it undoes another.")
    debit_company_amount = AmountField(help_text="The part of the debit item's company amount that this settles.")
    credit_company_amount = AmountField(help_text="The part of the credit item's company amount that this uses.")
    dated_on = models.DateField()
    reverses = models.OneToOneField(
        "self",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="reversed_by",
    )
    reason = models.CharField(max_length=300, blank=True)
    by_id = models.BigIntegerField(null=True)
    recorded_at = models.DateTimeField(db_default=TransactionNow())

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="allocation_negative_only_to_undo",
                condition=Q(reverses=None, amount__gt=0) | Q(reverses__isnull=False, amount__lt=0),
            )
        ]
        indexes = [
            models.Index(
                fields=["debit"],
                include=["dated_on", "amount"],
                name="allocation_by_debit",
            ),
            models.Index(
                fields=["credit"],
                include=["dated_on", "amount"],
                name="allocation_by_credit",
            ),
            models.Index(fields=["dated_on"], name="allocation_by_day"),
            models.Index(
                fields=["debit", "dated_on"],
                condition=Q(amount__lt=0),
                name="allocation_undone_debit",
            ),
            models.Index(
                fields=["credit", "dated_on"],
                condition=Q(amount__lt=0),
                name="allocation_undone_credit",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.credit_id} to {self.debit_id}: {self.amount}"
