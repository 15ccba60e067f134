from django.db import models
from django.db.models import Q


class Period(models.Model):
    """A company's month. Nothing is posted into a closed one."""

    company_id = models.BigIntegerField()
    month = models.DateField(help_text="Its first day.")
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["company_id", "month"], name="period_once_per_company"),
            models.CheckConstraint(name="period_starts_on_the_first", condition=Q(month__day=1)),
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}"
