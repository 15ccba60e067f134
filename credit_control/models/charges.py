from decimal import Decimal

from django.db import models
from django.db.models import F, Q

from credit_control.day_count import DayCount
from credit_control.models.rules import LateChargeRule
from customers.models import Customer
from ledger.fields import AmountField, CurrencyField, RateField
from ledger.models import Entry, OpenItem
from office.models import Company, User


class LineKind(models.TextChoices):
    INTEREST = "interest", "Interest"
    FEE = "fee", "Late fee"
    CORRECTION = "correction", "Correction of earlier claims"


class LateCharge(models.Model):
    """A claim of interest and fees for paying late, of one customer and currency, with open items of its own.

    Waived, it still counts as charged: its days are not charged again.
    """

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="late_charges")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="late_charges")
    number = models.CharField(max_length=40)
    claimed_on = models.DateField(help_text="Up to the end of this day.")
    currency = CurrencyField()
    interest = AmountField()
    fee = AmountField()
    rule = models.ForeignKey(LateChargeRule, on_delete=models.PROTECT, related_name="charges")
    day_count = models.CharField(max_length=20, choices=DayCount)
    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, related_name="+")
    created_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    waived_on = models.DateField(null=True)
    waived_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    waive_reason = models.CharField(max_length=300, blank=True)
    reversal_entry = models.OneToOneField(Entry, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["company", "number"], name="late_charge_number_once_per_company"),
            models.CheckConstraint(
                name="late_charge_above_zero",
                condition=Q(interest__gte=0, fee__gte=0) & (Q(interest__gt=0) | Q(fee__gt=0)),
            ),
            models.CheckConstraint(
                name="late_charge_waived_with_a_reason_and_its_mirror",
                condition=Q(waived_on=None, reversal_entry=None, waive_reason="")
                | Q(waived_on__isnull=False, reversal_entry__isnull=False) & ~Q(waive_reason=""),
            ),
        ]
        indexes = [
            models.Index(fields=["company", "-claimed_on", "-id"], name="late_charge_newest_first"),
            models.Index(fields=["customer", "-id"], name="late_charge_by_customer"),
        ]
        permissions = [
            ("claim_late_charges", "Charge interest and fees for paying late"),
            ("waive_late_charge", "Waive interest and fees"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def total(self) -> Decimal:
        """Interest and fee."""
        return self.interest + self.fee


class LateChargeLine(models.Model):
    """What of a charge is for which debt: interest for the days after `from_on` to `to_on`, or one fee.

    A day of a debt is charged once, by an exclusion constraint that a migration writes; a fee once per period, of which
    0 is the one of a document.
    """

    append_only = True

    charge = models.ForeignKey(LateCharge, on_delete=models.PROTECT, related_name="lines")
    item = models.ForeignKey(OpenItem, on_delete=models.PROTECT, related_name="late_charge_lines")
    kind = models.CharField(max_length=10, choices=LineKind)
    from_on = models.DateField()
    to_on = models.DateField()
    principal = AmountField(help_text="What was open through these days; for a fee, what it is taken of.")
    percent = RateField(help_text="A year for interest, of the principal for a fee.")
    period = models.PositiveIntegerField(null=True)
    amount = AmountField()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["item", "period"], condition=Q(kind="fee"), name="late_fee_once_per_document_and_period"
            ),
            models.CheckConstraint(
                name="late_charge_line_says_what_it_is_for",
                condition=Q(
                    kind="interest", from_on__lt=F("to_on"), principal__gt=0, percent__gt=0, amount__gte=0, period=None
                )
                | Q(kind="fee", period__isnull=False, principal__gt=0, amount__gt=0)
                | Q(kind="correction", period=None) & ~Q(amount=0),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item.reference}: {self.amount}"
