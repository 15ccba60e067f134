from decimal import Decimal

from django.db import models
from django.db.models import Q

from customers.early_payment import compounded_yearly_rate, yearly_rate
from ledger.fields import RateField
from office.models import Company


class PaymentTerms(models.Model):
    """When an invoice is to be paid, at once or in instalments, and what paying early takes off it."""

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="payment_terms")
    name = models.CharField(max_length=60)
    discount_percent = RateField(default=0, help_text="Off the total, when paid early.")
    discount_days = models.PositiveSmallIntegerField(default=0, help_text="So many days after the invoice's own.")
    is_active = models.BooleanField(default=True)
    needs_second_person = models.BooleanField(
        "need a second person",
        default=False,
        help_text="Whoever chooses them on a document for a customer who has others asks a second person.",
    )

    class Meta:
        ordering = ["name"]
        verbose_name_plural = "payment terms"
        constraints = [
            models.UniqueConstraint(fields=["company", "name"], name="terms_name_once_per_company"),
            models.CheckConstraint(
                name="terms_discount_between_0_and_100", condition=Q(discount_percent__gte=0, discount_percent__lt=100)
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def yearly_rates(self) -> tuple[Decimal, Decimal] | None:
        """What the discount is worth in a year, simple and compounded; None of instalments, or where nothing is."""
        parts = list(self.parts.all())
        if not self.discount_percent or len(parts) != 1 or parts[0].at_end_of_month or parts[0].day_of_month:
            return None
        asked = (self.discount_percent, self.discount_days, parts[0].net_days)
        simple, compounded = yearly_rate(*asked), compounded_yearly_rate(*asked)
        return None if simple is None or compounded is None else (simple, compounded)


class TermsPart(models.Model):
    """One instalment of payment terms: its share of the total, and when it is due."""

    terms = models.ForeignKey(PaymentTerms, on_delete=models.CASCADE, related_name="parts")
    position = models.PositiveSmallIntegerField()
    weight = RateField(default=1, help_text="Its share beside the others' weights: 30 and 70, or 1, 1 and 1.")
    net_days = models.PositiveSmallIntegerField(default=0)
    at_end_of_month = models.BooleanField(default=False)
    day_of_month = models.PositiveSmallIntegerField(null=True, blank=True)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["terms", "position"], name="part_position_once_per_terms"),
            models.CheckConstraint(name="part_weight_above_zero", condition=Q(weight__gt=0)),
            models.CheckConstraint(
                name="part_day_of_month_from_1_to_31",
                condition=Q(day_of_month=None) | Q(day_of_month__gte=1, day_of_month__lte=31),
            ),
        ]

    def __str__(self) -> str:
        words = [f"{self.net_days} days"]
        words += ["end of month"] * self.at_end_of_month
        words += [f"on the {self.day_of_month}."] if self.day_of_month else []
        return ", ".join(words)
