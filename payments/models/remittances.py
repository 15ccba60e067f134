"""Remittance advice: what a payer says that one payment is for, as it came, and what was made of it."""

from django.db import models
from django.db.models import Q

from customers.models import Customer
from ledger.fields import AmountField, CurrencyField
from office.models import Company, User
from payments.models.bank import BankLine
from payments.models.receipts import Receipt
from payments.remittances.reasons import ShortPay


class Remittance(models.Model):
    """An advice, kept as it came. The same bytes are the same advice.

    It explains the bank line that a person joined it with or, without one, the only one of its amount; see
    payments/explaining.py. What is withdrawn explains nothing.
    """

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="remittances")
    customer = models.ForeignKey(Customer, null=True, on_delete=models.PROTECT, related_name="remittances")
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=10)
    content = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    currency = CurrencyField()
    total = AmountField()
    paid_on = models.DateField(null=True)
    payer_reference = models.CharField(max_length=100, blank=True, help_text="The payer's own number of the payment.")
    bank_line = models.ForeignKey(BankLine, null=True, on_delete=models.PROTECT, related_name="remittances")
    withdrawn_because = models.CharField(max_length=300, blank=True)
    taken_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    taken_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["company", "sha256"], name="remittance_once_per_company"),
            models.CheckConstraint(name="remittance_pays_something", condition=Q(total__gt=0)),
            models.CheckConstraint(
                name="withdrawn_remittance_explains_nothing", condition=Q(withdrawn_because="") | Q(bank_line=None)
            ),
        ]
        indexes = [models.Index(fields=["company", "currency", "total"], name="remittance_by_total")]
        permissions = [("take_remittance", "Take in remittance advice, join it and apply it")]

    def __str__(self) -> str:
        return self.name


class RemittanceLine(models.Model):
    """That so much is paid on a document, and so much of it deducted for a reason; below zero where credit is taken."""

    append_only = True

    remittance = models.ForeignKey(Remittance, on_delete=models.PROTECT, related_name="lines")
    position = models.PositiveIntegerField()
    reference = models.CharField(max_length=60)
    paid = AmountField()
    discount = AmountField()
    reason = models.CharField(max_length=10, choices=ShortPay, blank=True)
    reason_words = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["remittance", "position"], name="remittance_line_once"),
            models.CheckConstraint(name="remittance_line_has_an_amount", condition=~Q(paid=0) | Q(discount__gt=0)),
            models.CheckConstraint(
                name="remittance_line_deducts_for_a_reason",
                condition=Q(discount=0, reason="") | (Q(discount__gt=0) & ~Q(reason="")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.remittance}: {self.reference}"


class RemittanceUse(models.Model):
    """A receipt that was recorded and applied as an advice said."""

    append_only = True

    remittance = models.ForeignKey(Remittance, on_delete=models.PROTECT, related_name="uses")
    receipt = models.OneToOneField(Receipt, on_delete=models.PROTECT, related_name="remittance_use")

    def __str__(self) -> str:
        return f"{self.remittance}: {self.receipt}"
