from django.db import models
from django.db.models import Q

from office.models import Company


class CreditPolicy(models.Model):
    """How a company treats promises and reminders."""

    company = models.OneToOneField(Company, on_delete=models.CASCADE, related_name="credit_policy")
    promise_days = models.PositiveSmallIntegerField(
        "days ahead that a promise may be", default=30, help_text="For longer, agree on a plan."
    )
    promise_grace_days = models.PositiveSmallIntegerField(
        "days until a promise is broken", default=2, help_text="After its day: banks take their time."
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="credit_policy_days_sensible", condition=Q(promise_days__lte=366, promise_grace_days__lte=31)
            )
        ]

    def __str__(self) -> str:
        return f"Credit policy of {self.company}"


def policy_of(company: Company) -> CreditPolicy:
    """The company's policy, or the usual one where it has said nothing."""
    return CreditPolicy.objects.filter(company=company).first() or CreditPolicy(company=company)
