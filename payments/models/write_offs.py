"""What we no longer ask for, the tax that was in it, and what of it came in after all."""

from django.db import models
from django.db.models import Q

from billing.models import Invoice, ReasonCode
from customers.models import Customer
from ledger.fields import AmountField, CurrencyField, RateField
from ledger.models import Account, Entry
from office.models import Company, User
from payments.models.receipts import Receipt


class WriteOffKind(models.TextChoices):
    """Why it is not asked for, and so to which account it goes."""

    BAD_DEBT = "bad_debt", "Bad debt"
    TOLERANCE = "tolerance", "Small difference"
    BANK_FEE = "bank_fee", "Bank fee"


class WriteOffStatus(models.TextChoices):
    RECORDED = "recorded", "Written off"
    REVERSED = "reversed", "Reversed"


class WriteOff(models.Model):
    """An amount that is taken off a customer's open items and will not be asked for.

    Which items it settled is read from its allocations.
    """

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="write_offs")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="write_offs")
    number = models.CharField(max_length=40)
    kind = models.CharField(max_length=20, choices=WriteOffKind, default=WriteOffKind.BAD_DEBT)
    status = models.CharField(max_length=10, choices=WriteOffStatus, default=WriteOffStatus.RECORDED)
    written_off_on = models.DateField()
    amount = AmountField()
    currency = CurrencyField()
    reason_code = models.ForeignKey(ReasonCode, null=True, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=300)
    relieves_tax = models.BooleanField(help_text="Whether its tax was taken off the tax payable.")
    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, related_name="+")
    reversal_entry = models.OneToOneField(Entry, null=True, on_delete=models.PROTECT, related_name="+")
    reversed_on = models.DateField(null=True)
    reversal_reason = models.CharField(max_length=300, blank=True)
    created_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["company", "number"], name="write_off_number_once_per_company"),
            models.CheckConstraint(name="write_off_amount_above_zero", condition=Q(amount__gt=0)),
            models.CheckConstraint(
                name="write_off_relieves_tax_of_bad_debt_only", condition=Q(relieves_tax=False) | Q(kind="bad_debt")
            ),
            models.CheckConstraint(
                name="write_off_reversed_has_its_mirror",
                condition=Q(status="recorded", reversal_entry=None, reversed_on=None)
                | Q(status="reversed", reversal_entry__isnull=False, reversed_on__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["company", "-written_off_on", "-id"], name="write_off_newest_first"),
            models.Index(fields=["customer", "-written_off_on", "-id"], name="write_off_by_customer"),
        ]
        permissions = [
            ("write_off", "Write off what a customer owes"),
            ("reverse_write_off", "Reverse a write-off"),
            ("record_recovery", "Record money for what was written off"),
        ]

    def __str__(self) -> str:
        return self.number


class WriteOffTax(models.Model):
    """How much of a write-off is tax of one rate, by the documents that it settles."""

    append_only = True

    write_off = models.ForeignKey(WriteOff, on_delete=models.PROTECT, related_name="taxes")
    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=60)
    category = models.CharField(max_length=2)
    percent = RateField()
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    base = AmountField()
    amount = AmountField()

    class Meta:
        ordering = ["id"]
        verbose_name_plural = "write-off taxes"
        constraints = [models.CheckConstraint(name="write_off_tax_not_zero", condition=~Q(amount=0))]

    def __str__(self) -> str:
        return f"{self.name}: {self.amount}"


class Recovery(models.Model):
    """Money that came in for what was written off. It is a receipt, and stands as long as that does."""

    append_only = True

    write_off = models.ForeignKey(WriteOff, on_delete=models.PROTECT, related_name="recoveries")
    receipt = models.OneToOneField(Receipt, on_delete=models.PROTECT, related_name="recovery")
    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, related_name="+")
    amount = AmountField()

    class Meta:
        ordering = ["id"]
        verbose_name_plural = "recoveries"
        constraints = [models.CheckConstraint(name="recovery_amount_above_zero", condition=Q(amount__gt=0))]

    def __str__(self) -> str:
        return f"{self.receipt} of {self.write_off}"


class RecoveryTax(models.Model):
    """Tax that is payable again, as it was relieved and then came in."""

    append_only = True

    recovery = models.ForeignKey(Recovery, on_delete=models.PROTECT, related_name="taxes")
    relieved = models.ForeignKey(WriteOffTax, on_delete=models.PROTECT, related_name="recovered")
    base = AmountField()
    amount = AmountField()

    class Meta:
        ordering = ["id"]
        verbose_name_plural = "recovery taxes"

    def __str__(self) -> str:
        return f"{self.relieved.name}: {self.amount}"
