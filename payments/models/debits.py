"""Direct debits: what was announced, what is collected in which run, and what became of it."""

from django.db import models
from django.db.models import F, Q

from customers.models import Customer, CustomerAccount, Mandate, MandateScheme
from ledger.fields import AmountField, CurrencyField
from ledger.models import OpenItem
from office.models import BankAccount, Company
from payments.models.bank import BankLine
from payments.models.files import FileOrder, PaymentFile
from payments.models.receipts import Receipt


class DebitNotice(models.Model):
    """That a customer was told what is debited on a day, under which mandate."""

    append_only = True

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="debit_notices")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="debit_notices")
    mandate = models.ForeignKey(Mandate, on_delete=models.PROTECT, related_name="notices")
    collect_on = models.DateField()
    currency = CurrencyField()
    announced_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["customer", "-id"], name="debit_notice_by_customer")]

    def __str__(self) -> str:
        return f"Debit of {self.collect_on} under {self.mandate}"


class DebitNoticeLine(models.Model):
    """An open item that was announced, and how much of it was open then; once under each mandate."""

    append_only = True

    notice = models.ForeignKey(DebitNotice, on_delete=models.PROTECT, related_name="lines")
    mandate = models.ForeignKey(Mandate, on_delete=models.PROTECT, related_name="+")
    item = models.ForeignKey(OpenItem, on_delete=models.PROTECT, related_name="debit_notices")
    amount = AmountField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["mandate", "item"], name="debit_announced_once_under_a_mandate"),
            models.CheckConstraint(name="debit_announced_above_zero", condition=Q(amount__gt=0)),
        ]

    def __str__(self) -> str:
        return f"{self.item.reference}: {self.amount}"


class DebitRun(FileOrder):
    """What is collected on a day by one scheme into one of our accounts, once a second person has said yes."""

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="debit_runs")
    scheme = models.CharField(max_length=4, choices=MandateScheme)
    bank_account = models.ForeignKey(BankAccount, on_delete=models.PROTECT, related_name="debit_runs")
    collect_on = models.DateField()
    file = models.OneToOneField(PaymentFile, null=True, on_delete=models.PROTECT, related_name="debit_run")

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="nobody_approves_the_debit_run_they_made", condition=~Q(approved_by=F("created_by"))
            ),
            models.CheckConstraint(
                name="debit_run_has_its_file_when_ready", condition=~Q(state="ready") | Q(file__isnull=False)
            ),
            models.CheckConstraint(
                name="debit_run_cancelled_has_a_reason", condition=Q(state="cancelled") ^ Q(cancelled_reason="")
            ),
        ]
        permissions = [
            ("manage_debit_runs", "Prepare and cancel debit runs, and read what banks answer"),
            ("download_payment_file", "Get payment files for the bank"),
        ]

    def __str__(self) -> str:
        return f"Debit run {self.pk}"

    @property
    def message_id(self) -> str:
        """How the bank knows it."""
        return f"DD-{self.company_id}-{self.pk}"


class CollectionState(models.TextChoices):
    """What became of a debit."""

    PENDING = "pending", "On its way"
    COLLECTED = "collected", "Collected"
    RETURNED = "returned", "Returned"
    REJECTED = "rejected", "Rejected"
    LEFT_OUT = "left_out", "Left out"


class DebitCollection(models.Model):
    """What a run takes from one customer under one mandate; returned, the receipt that it became is reversed."""

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="+")
    run = models.ForeignKey(DebitRun, on_delete=models.PROTECT, related_name="collections")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="debits")
    mandate = models.ForeignKey(Mandate, on_delete=models.PROTECT, related_name="collections")
    account = models.ForeignKey(CustomerAccount, on_delete=models.PROTECT, related_name="debits")
    sequence = models.CharField(max_length=4)
    amount = AmountField()
    currency = CurrencyField()
    end_to_end_id = models.CharField(max_length=35)
    trace = models.CharField(max_length=15, blank=True, help_text="Of an ACH entry.")
    state = models.CharField(max_length=10, choices=CollectionState, default=CollectionState.PENDING)
    reason_code = models.CharField(max_length=60, blank=True)
    reason = models.CharField(max_length=300, blank=True)
    receipt = models.OneToOneField(Receipt, null=True, on_delete=models.PROTECT, related_name="debit")
    return_line = models.OneToOneField(BankLine, null=True, on_delete=models.PROTECT, related_name="debit_return")
    settled_on = models.DateField(null=True, help_text="When it was collected, returned or rejected last.")

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["company", "end_to_end_id"], name="debit_end_to_end_id_once"),
            models.UniqueConstraint(fields=["run", "mandate"], name="debit_once_per_run_and_mandate"),
            models.UniqueConstraint(
                fields=["company", "trace"], condition=~Q(trace=""), name="debit_trace_once_per_company"
            ),
            models.CheckConstraint(name="debit_amount_above_zero", condition=Q(amount__gt=0)),
            models.CheckConstraint(
                name="debit_collected_has_its_receipt",
                condition=Q(state__in=["collected", "returned"], receipt__isnull=False)
                | (~Q(state__in=["collected", "returned"]) & Q(receipt=None)),
            ),
        ]

    def __str__(self) -> str:
        return self.end_to_end_id


class DebitPart(models.Model):
    """How much of an open item a debit takes; an item is on its way once at a time."""

    collection = models.ForeignKey(DebitCollection, on_delete=models.PROTECT, related_name="parts")
    item = models.ForeignKey(OpenItem, on_delete=models.PROTECT, related_name="debit_parts")
    amount = AmountField()
    is_under_way = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["item"], condition=Q(is_under_way=True), name="item_debited_once_at_a_time"
            ),
            models.CheckConstraint(name="debit_part_above_zero", condition=Q(amount__gt=0)),
        ]

    def __str__(self) -> str:
        return f"{self.item.reference}: {self.amount}"
