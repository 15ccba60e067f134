from django.db import models
from django.db.models import Q

from ledger.fields import RateField
from office.models import Company, User


class Reference(models.TextChoices):
    """What a rate of interest stands on."""

    NONE = "none", "Nothing: a fixed rate"
    ECB = "ecb", "European Central Bank, main refinancing rate"
    BOE = "boe", "Bank of England, base rate"
    DE_BASE = "de_base", "German base rate (section 247 BGB)"


class ReferenceRate(models.Model):
    """A central bank's rate for the half-year that begins on its day; charges keep the rate they were made with."""

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="reference_rates")
    reference = models.CharField(max_length=10, choices=Reference)
    from_on = models.DateField(help_text="1 January or 1 July.")
    percent = RateField()
    source = models.CharField(max_length=100, blank=True)
    set_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["company", "reference", "from_on"], name="reference_rate_once_per_half_year"
            ),
            models.CheckConstraint(
                name="reference_rate_of_a_half_year", condition=Q(from_on__month__in=[1, 7], from_on__day=1)
            ),
            models.CheckConstraint(
                name="reference_rate_of_a_bank_in_reason",
                condition=~Q(reference="none") & Q(percent__gt=-100, percent__lt=1000),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_reference_display()} from {self.from_on}: {self.percent.normalize():f} %"
