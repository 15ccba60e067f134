"""Card payments that a bank took back because the cardholder disputes them, and what we answer."""

from decimal import Decimal

from django.db import models
from django.db.models import F, Q

from customers.models import Customer
from ledger.fields import AmountField, CurrencyField
from ledger.models import Entry
from office.models import Company, User
from payments.models.receipts import Receipt


class ChargebackStatus(models.TextChoices):
    OPEN = "open", "To be answered"
    ANSWERED = "answered", "Answered"
    WON = "won", "Won"
    LOST = "lost", "Lost"


class Chargeback(models.Model):
    """A card payment that was taken back. It is answered with evidence by a day, and then won or lost."""

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="chargebacks")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="chargebacks")
    number = models.CharField(max_length=40)
    receipt = models.OneToOneField(Receipt, on_delete=models.PROTECT, related_name="chargeback")
    status = models.CharField(max_length=10, choices=ChargebackStatus, default=ChargebackStatus.OPEN)
    opened_on = models.DateField(help_text="The day on which the bank took the money back.")
    respond_by = models.DateField(help_text="The last day for our evidence.")
    amount = AmountField(help_text="What was taken back; a rest of the payment stays as a receipt of its own.")
    currency = CurrencyField()
    reason_code = models.CharField(max_length=20, help_text="The card network's own, such as 10.4 or 4853.")
    reason = models.CharField(max_length=300)
    case_reference = models.CharField(max_length=100, blank=True, help_text="The bank's or provider's own.")
    bank_fee = AmountField(default=Decimal(0), help_text="What the bank takes for the case.")
    fee_entry = models.OneToOneField(Entry, null=True, on_delete=models.PROTECT, related_name="+")
    kept_receipt = models.OneToOneField(Receipt, null=True, on_delete=models.PROTECT, related_name="+")
    won_receipt = models.OneToOneField(Receipt, null=True, on_delete=models.PROTECT, related_name="+")
    answered_on = models.DateField(null=True)
    decided_on = models.DateField(null=True)
    decided_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    outcome_note = models.CharField(max_length=300, blank=True)
    created_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["company", "number"], name="chargeback_number_once_per_company"),
            models.CheckConstraint(name="chargeback_amount_above_zero", condition=Q(amount__gt=0)),
            models.CheckConstraint(name="chargeback_bank_fee_not_negative", condition=Q(bank_fee__gte=0)),
            models.CheckConstraint(
                name="chargeback_answered_in_time_to_come", condition=Q(respond_by__gte=F("opened_on"))
            ),
            models.CheckConstraint(
                name="chargeback_decided_has_its_day",
                condition=Q(status__in=["won", "lost"], decided_on__isnull=False)
                | Q(status__in=["open", "answered"], decided_on=None),
            ),
            models.CheckConstraint(
                name="chargeback_won_has_its_money",
                condition=Q(status="won", won_receipt__isnull=False) | ~Q(status="won") & Q(won_receipt=None),
            ),
        ]
        indexes = [models.Index(fields=["company", "status", "respond_by"], name="chargeback_by_deadline")]
        permissions = [("manage_chargebacks", "Open, answer and decide chargebacks")]

    def __str__(self) -> str:
        return self.number

    @property
    def is_undecided(self) -> bool:
        """Whether it may still be answered, won or lost."""
        return self.status in (ChargebackStatus.OPEN, ChargebackStatus.ANSWERED)


class ChargebackFile(models.Model):
    """A piece of evidence."""

    append_only = True

    chargeback = models.ForeignKey(Chargeback, on_delete=models.PROTECT, related_name="files")
    name = models.CharField(max_length=100)
    media_type = models.CharField(max_length=100)
    content = models.BinaryField()
    size = models.PositiveIntegerField(help_text="In bytes.")
    sha256 = models.CharField(max_length=64)
    added_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["chargeback", "name"], name="evidence_name_once_per_chargeback")]

    def __str__(self) -> str:
        return self.name
