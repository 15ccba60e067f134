from decimal import Decimal

from django.db import models
from django.db.models import Q

from ledger.fields import AmountField, RateField
from office.models import Company


class PaymentPolicy(models.Model):
    """What a company lets pass when money comes in short or not at all; without a row, nothing."""

    company = models.OneToOneField(Company, on_delete=models.CASCADE, related_name="payment_policy")
    relieves_tax = models.BooleanField(
        "claim tax back on bad debts",
        default=False,
        help_text="A write-off then takes its tax off what is payable. When that is allowed, the law of the tax says.",
    )
    tolerance_amount = AmountField(
        "let pass up to", default=Decimal(0), help_text="In the company's currency, of one document. Zero: nothing."
    )
    tolerance_percent = RateField(
        "and no more than, in percent", default=Decimal(0), help_text="Of what the document came to."
    )

    class Meta:
        verbose_name_plural = "payment policies"
        constraints = [
            models.CheckConstraint(name="tolerance_amount_not_negative", condition=Q(tolerance_amount__gte=0)),
            models.CheckConstraint(
                name="tolerance_between_0_and_100_percent",
                condition=Q(tolerance_percent__gte=0, tolerance_percent__lte=100),
            ),
        ]

    def __str__(self) -> str:
        return f"Policy of {self.company}"


def policy_of(company: Company) -> PaymentPolicy:
    """The company's policy, or the usual one where it has said nothing."""
    return PaymentPolicy.objects.filter(company=company).first() or PaymentPolicy(company=company)
