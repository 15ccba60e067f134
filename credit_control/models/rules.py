from decimal import Decimal

from django.db import models
from django.db.models import Q

from credit_control.day_count import DayCount
from credit_control.models.rates import Reference
from customers.models import Customer, CustomerGroup
from ledger.fields import AmountField, CurrencyField, RateField
from office.models import Company


class LateChargeRule(models.Model):
    """What customers owe for paying late: interest a year, and a fee once or for every full period.

    A fee is an amount by the size of the debt (`fee_steps`, pairs of "from" and "amount"), or a percentage of what the
    document came to.
    """

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="late_charge_rules")
    name = models.CharField(max_length=100)
    reference = models.CharField(max_length=10, choices=Reference, default=Reference.NONE)
    percent = RateField(
        "percent a year", default=Decimal(0), help_text="On top of the reference rate, if there is one."
    )
    day_count = models.CharField(max_length=20, choices=DayCount, default=DayCount.ACT_365)
    currency = CurrencyField(help_text="Of the amounts below.")
    fee_steps = models.JSONField(default=list, blank=True)
    fee_percent = RateField(default=Decimal(0))
    period_days = models.PositiveSmallIntegerField(default=0, help_text="Zero: the fee is charged once for a document.")
    grace_days = models.PositiveSmallIntegerField(default=0, help_text="Who pays within these days is charged nothing.")
    smallest_claim = AmountField(default=Decimal(0), help_text="Less waits until it has grown.")
    due_from = models.DateField(help_text="Only what was due on this day or later.")

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["company", "name"], name="late_charge_rule_name_once_per_company"),
            models.CheckConstraint(
                name="late_charge_rule_rates_not_negative",
                condition=Q(percent__gte=0, percent__lt=1000, fee_percent__gte=0, fee_percent__lte=100),
            ),
            models.CheckConstraint(name="late_charge_rule_has_one_fee", condition=Q(fee_percent=0) | Q(fee_steps=[])),
            models.CheckConstraint(name="late_charge_rule_smallest_not_negative", condition=Q(smallest_claim__gte=0)),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def steps(self) -> list[tuple[Decimal, Decimal]]:
        """From which size of debt which amount, in the order of sizes."""
        return [(Decimal(size), Decimal(amount)) for size, amount in self.fee_steps]


class LateChargeChoice(models.Model):
    """Which rule a customer, a group of customers, or without either the whole company has; no rule charges nothing."""

    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="late_charge_choices")
    group = models.ForeignKey(CustomerGroup, null=True, on_delete=models.CASCADE, related_name="+")
    customer = models.ForeignKey(Customer, null=True, on_delete=models.CASCADE, related_name="+")
    rule = models.ForeignKey(LateChargeRule, null=True, on_delete=models.PROTECT, related_name="choices")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["company"], condition=Q(group=None, customer=None), name="late_charge_choice_once_per_company"
            ),
            models.UniqueConstraint(fields=["group"], name="late_charge_choice_once_per_group"),
            models.UniqueConstraint(fields=["customer"], name="late_charge_choice_once_per_customer"),
            models.CheckConstraint(name="late_charge_choice_of_one", condition=Q(group=None) | Q(customer=None)),
        ]

    def __str__(self) -> str:
        return f"{self.customer or self.group or self.company}: {self.rule or 'nothing'}"
