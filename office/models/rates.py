from django.db import models
from django.db.models import Q

from ledger.fields import CurrencyField, ExchangeRateField
from office.models.company import Company
from office.models.staff import User


class ExchangeRate(models.Model):
    """What one of a foreign currency was worth in a company's own on a day. It serves papers from that day on."""

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="exchange_rates")
    currency = CurrencyField()
    on = models.DateField()
    rate = ExchangeRateField(help_text="Company currency for one of the foreign.")
    source = models.CharField(max_length=100, help_text="The file it came in; empty for one typed by hand.", blank=True)
    set_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["company", "currency", "on"], name="exchange_rate_once_per_day"),
            models.CheckConstraint(name="exchange_rate_above_zero", condition=Q(rate__gt=0)),
        ]

    def __str__(self) -> str:
        return f"{self.currency} on {self.on}: {self.rate.normalize():f}"
