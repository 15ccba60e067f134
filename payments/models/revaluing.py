"""What foreign money was worth at a month's end."""

from django.db import models
from django.db.models import F, Q

from ledger.fields import AmountField, CurrencyField, ExchangeRateField
from ledger.models import Entry
from office.models import Company, User


class Revaluation(models.Model):
    """That what is owed and banked in a currency was worth so much more or less at a month's end than it is carried at.

    Entered on the month's last day and taken back the day after, so that settling it counts only what is realised. When
    something is dated into the month later, a second row brings what is missing.
    """

    append_only = True

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="revaluations")
    on = models.DateField(help_text="The month's last day.")
    currency = CurrencyField()
    rate = ExchangeRateField()
    balance = AmountField(help_text="What is owed and banked in the currency.")
    carried = AmountField(help_text="What the book carries it at, in the company's own.")
    difference = AmountField(help_text="What was entered, in the company's own.")
    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, related_name="+")
    reversal_entry = models.OneToOneField(Entry, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-on", "currency", "pk"]
        constraints = [
            models.CheckConstraint(name="revaluation_has_a_difference", condition=~Q(difference=0)),
            models.CheckConstraint(name="revaluation_is_taken_back", condition=~Q(entry=F("reversal_entry"))),
        ]
        permissions = [("revalue_month", "Revalue foreign currency at a month's end")]

    def __str__(self) -> str:
        return f"{self.currency} on {self.on}"
