from django.db import models

from ledger.fields import AmountField, CurrencyField, ExchangeRateField
from office.models import Run


class StagedDocument(models.Model):
    """A document read from a file and not yet issued: what an import has left to do. It goes once it is issued."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="staged_documents")
    reference = models.CharField(max_length=60)
    line = models.PositiveIntegerField(help_text="Where it begins in the file.")
    dated_on = models.DateField()
    customer_number = models.CharField(max_length=30)
    customer_name = models.CharField(max_length=200)
    country = models.CharField(max_length=100)
    currency = CurrencyField()
    exchange_rate = ExchangeRateField()
    net_days = models.PositiveSmallIntegerField(null=True)
    total = AmountField(help_text="Below zero it becomes a credit memo.")
    lines = models.JSONField(help_text="Description, quantity and unit price of each, as text.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "reference"], name="staged_once_per_run")]
        indexes = [models.Index(fields=["run", "dated_on", "line"], name="staged_by_day")]

    def __str__(self) -> str:
        return self.reference
