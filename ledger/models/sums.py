from django.db import models

from ledger.fields import AmountField, CurrencyField
from ledger.models.accounts import Account


class DaySum(models.Model):
    """What an account's lines of one day add up to in a currency, as far as they are summed. Written by the database.

    Lines are only ever added, so the sums of some days and the lines that came since are exactly the sum of all lines.
    """

    append_only = True

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)
    currency = CurrencyField()
    dated_on = models.DateField()
    amount = AmountField()
    company_amount = AmountField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "currency", "dated_on"],
                include=["amount", "company_amount"],
                name="day_sum_once_per_account",
            )
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.dated_on}: {self.amount} {self.currency}"


class SummedUntil(models.Model):
    """Up to which line the day sums go; the one row there is."""

    append_only = True

    line_id = models.BigIntegerField()

    def __str__(self) -> str:
        return str(self.line_id)
