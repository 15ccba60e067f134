from django.contrib.postgres.functions import TransactionNow
from django.db import models

from ledger.fields import AmountField, CurrencyField
from ledger.models.accounts import Account


class Entry(models.Model):
    """A dated business fact. Its key says which fact, so it enters once."""

    append_only = True

    company_id = models.BigIntegerField()
    key = models.CharField(max_length=100, unique=True)
    kind = models.CharField(max_length=40, help_text="The operation that entered it, such as issue_invoice.")
    dated_on = models.DateField()
    currency = CurrencyField()
    company_currency = CurrencyField()
    reference = models.CharField(max_length=60, blank=True)
    memo = models.CharField(max_length=300, blank=True)
    reverses = models.OneToOneField(
        "self",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="reversed_by",
    )
    by_id = models.BigIntegerField(null=True, help_text="The person; empty for the office's own work.")
    recorded_at = models.DateTimeField(db_default=TransactionNow())

    class Meta:
        verbose_name_plural = "entries"
        indexes = [models.Index(fields=["company_id", "dated_on"], name="entry_by_day")]
        permissions = [("check_book", "Have the whole book checked")]

    def __str__(self) -> str:
        return self.key


class Line(models.Model):
    """One side of an entry: a signed amount on an account, debits positive. An entry's lines add up to zero.

    It repeats its entry's day and currency, so that an account's balance on a day is read from one index.
    """

    append_only = True

    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="lines")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="lines", db_index=False)
    dated_on = models.DateField()
    currency = CurrencyField()
    amount = AmountField(help_text="In the entry's currency.")
    company_amount = AmountField(help_text="In the company's currency.")
    customer_id = models.BigIntegerField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["account", "currency", "dated_on"],
                include=["amount", "company_amount"],
                name="line_by_account_and_day",
            )
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.amount}"
