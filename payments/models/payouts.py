"""What providers of online payments pay out to our bank."""

from django.db import models
from django.db.models import Q

from ledger.fields import AmountField, CurrencyField
from ledger.models import Entry
from office.models import Company, User
from payments.models.bank import BankLine


class Payout(models.Model):
    """A bank line by which a provider paid out what customers paid online, less its fee. It can be taken back."""

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="payouts")
    line = models.ForeignKey(BankLine, on_delete=models.PROTECT, related_name="payouts")
    currency = CurrencyField()
    amount = AmountField(help_text="What came in on the line.")
    fee = AmountField(help_text="What the provider kept.")
    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, related_name="+")
    reversal_entry = models.OneToOneField(Entry, null=True, on_delete=models.PROTECT, related_name="+")
    reversal_reason = models.CharField(max_length=300, blank=True)
    recorded_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["line"], condition=Q(reversal_entry=None), name="payout_once_per_bank_line"
            ),
            models.CheckConstraint(name="payout_came_in_less_a_fee", condition=Q(amount__gt=0, fee__gte=0)),
            models.CheckConstraint(
                name="payout_taken_back_with_a_reason",
                condition=Q(reversal_entry=None, reversal_reason="")
                | Q(reversal_entry__isnull=False) & ~Q(reversal_reason=""),
            ),
        ]

    def __str__(self) -> str:
        return f"Payout of {self.line}"
