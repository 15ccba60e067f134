from django.db import models
from django.db.models import Q

from ledger.fields import RateField
from ledger.models import Account
from office.models import Company


class TaxCategory(models.TextChoices):
    """UNCL 5305, as EN 16931 uses it."""

    STANDARD = "S", "Standard rate"
    ZERO = "Z", "Zero rated"
    EXEMPT = "E", "Exempt"
    REVERSE_CHARGE = "AE", "Reverse charge"
    INTRA_COMMUNITY = "K", "Intra-Community supply"
    EXPORT = "G", "Export outside the EU"
    OUTSIDE = "O", "Outside the scope of tax"
    IGIC = "L", "Canary Islands (IGIC)"
    IPSI = "M", "Ceuta and Melilla (IPSI)"


NEVER_CHARGED = ("E", "AE", "K", "G", "O")
"""Categories under which no tax is charged, so that the document has to say why."""
AT_ANY_RATE = ("L", "M")
"""Categories whose rate may be zero or above."""


class Tax(models.Model):
    """A tax rate that lines can carry."""

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="taxes")
    name = models.CharField(max_length=60)
    category = models.CharField(max_length=2, choices=TaxCategory, default=TaxCategory.STANDARD)
    percent = RateField()
    reason = models.CharField(max_length=200, blank=True, help_text="Why no tax is charged, as it is printed.")
    account = models.ForeignKey(Account, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["-percent", "name"]
        verbose_name_plural = "taxes"
        constraints = [
            models.UniqueConstraint(fields=["company", "name"], name="tax_name_once_per_company"),
            models.CheckConstraint(name="tax_percent_not_negative", condition=Q(percent__gte=0)),
            models.CheckConstraint(
                name="tax_percent_fits_its_category",
                condition=Q(category="S", percent__gt=0)
                | Q(category__in=AT_ANY_RATE)
                | ~Q(category="S") & Q(percent=0),
            ),
            models.CheckConstraint(
                name="tax_reason_where_none_is_charged",
                condition=Q(category__in=NEVER_CHARGED) & ~Q(reason="") | ~Q(category__in=NEVER_CHARGED) & Q(reason=""),
            ),
        ]

    def __str__(self) -> str:
        return self.name
