"""What was forecast at the end of a month, so that it can be judged by what came."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.functions import TransactionNow
from django.db import models
from django.db.models import Q

from ledger.fields import AmountField, CurrencyField
from office.models import Company


class KeptForecast(models.Model):
    """The cash forecast of all customers as of the end of a month in one currency, as the report said it.

    Week by week, thirteen of them: what was expected, and beside it what was due on paper.
    """

    append_only = True

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="kept_forecasts")
    on = models.DateField(help_text="The last day of a month.")
    currency = CurrencyField()
    expected = ArrayField(AmountField())
    due = ArrayField(AmountField())
    made_at = models.DateTimeField(db_default=TransactionNow())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["company", "on", "currency"], name="forecast_kept_once"),
            models.CheckConstraint(name="kept_forecast_of_thirteen_weeks", condition=Q(expected__len=13, due__len=13)),
        ]

    def __str__(self) -> str:
        return f"{self.on} {self.currency}"
