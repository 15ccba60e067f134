from datetime import date
from decimal import Decimal

from django.db import models
from django.db.models import F, Q

from customers.models import Customer
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


class RateKind(models.TextChoices):
    """What a rate is taken of, and who pays it to the tax office."""

    ADDED = "added", "Added to the price"
    ON_TOP = "on_top", "On top of the price and the added taxes"
    WITHHELD = "withheld", "Withheld by the customer"


class Tax(models.Model):
    """What a line carries: one rate, or several together such as GST and PST, each with its history."""

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="taxes")
    name = models.CharField(max_length=60)
    is_active = models.BooleanField(default=True)
    needs_certificate = models.BooleanField(
        default=False, help_text="Only for customers who have shown a certificate of exemption that is still valid."
    )

    class Meta:
        ordering = ["name"]
        verbose_name_plural = "taxes"
        constraints = [models.UniqueConstraint(fields=["company", "name"], name="tax_name_once_per_company")]

    def __str__(self) -> str:
        return self.name

    def rates_on(self, day: date) -> list["DatedRate"]:
        """The rates that hold on a day, in the order of the tax's parts; of two of one part, the later to begin."""
        holding = {rate.part: rate for rate in self.rates.all() if rate.holds_on(day)}
        return list(holding.values())

    def percent_on(self, day: date) -> Decimal:
        """All that is charged on a day, in percent of the net."""
        charged = [rate.percent for rate in self.rates_on(day) if rate.kind != RateKind.WITHHELD]
        return sum(charged, Decimal(0))


class DatedRate(models.Model):
    """A rate of one part of a tax, from a day until the next of that part begins or it ends."""

    tax = models.ForeignKey(Tax, on_delete=models.CASCADE, related_name="rates")
    part = models.PositiveSmallIntegerField(default=1, help_text="Which of the tax's parts it is a rate of.")
    name = models.CharField(max_length=60, help_text="As it is printed.")
    category = models.CharField(max_length=2, choices=TaxCategory, default=TaxCategory.STANDARD)
    percent = RateField()
    kind = models.CharField(max_length=10, choices=RateKind, default=RateKind.ADDED)
    reason = models.CharField(max_length=200, blank=True, help_text="Why no tax is charged, as it is printed.")
    account = models.ForeignKey(Account, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    valid_from = models.DateField(null=True, blank=True, help_text="Empty: since ever.")
    valid_until = models.DateField(null=True, blank=True, help_text="Empty: until the next rate begins.")

    class Meta:
        ordering = ["part", F("valid_from").asc(nulls_first=True)]
        constraints = [
            models.UniqueConstraint(
                fields=["tax", "part", "valid_from"], name="rate_begins_once_per_part", nulls_distinct=False
            ),
            models.CheckConstraint(name="rate_ends_after_it_begins", condition=Q(valid_until__gte=F("valid_from"))),
            models.CheckConstraint(name="rate_between_0_and_100", condition=Q(percent__gte=0, percent__lte=100)),
            models.CheckConstraint(
                name="rate_fits_its_category",
                condition=Q(category="S", percent__gt=0)
                | Q(category__in=AT_ANY_RATE)
                | ~Q(category="S") & Q(percent=0),
            ),
            models.CheckConstraint(
                name="rate_reason_where_none_is_charged",
                condition=Q(category__in=NEVER_CHARGED) & ~Q(reason="") | ~Q(category__in=NEVER_CHARGED) & Q(reason=""),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def holds_on(self, day: date) -> bool:
        """Whether it has begun and not ended; a later rate of its part may take its place."""
        return (self.valid_from or day) <= day <= (self.valid_until or day)


class TaxExemption(models.Model):
    """A certificate that lets a customer be billed with a tax that needs one."""

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="tax_exemptions")
    tax = models.ForeignKey(Tax, on_delete=models.PROTECT, related_name="exemptions")
    certificate = models.CharField(max_length=60, help_text="Its number.")
    valid_from = models.DateField()
    valid_until = models.DateField(null=True, blank=True, help_text="Empty: until it is withdrawn.")

    class Meta:
        ordering = ["-valid_from", "-id"]
        constraints = [
            models.CheckConstraint(
                name="exemption_ends_after_it_begins", condition=Q(valid_until__gte=F("valid_from"))
            ),
            models.UniqueConstraint(
                fields=["customer", "tax", "certificate"], name="exemption_certificate_once_per_customer"
            ),
        ]
        permissions = [("manage_exemptions", "Keep customers' certificates of exemption")]

    def __str__(self) -> str:
        return f"{self.customer}: {self.certificate}"

    def holds_on(self, day: date) -> bool:
        """Whether a document of that day may rely on it."""
        return self.valid_from <= day and (self.valid_until is None or day <= self.valid_until)
