from django.db import models

from office.models import Company


class Severity(models.TextChoices):
    """What a check does when it finds something."""

    IGNORE = "ignore", "Ignore"
    WARN = "warn", "Warn"
    STOP = "stop", "Stop"


class IssueCheck(models.TextChoices):
    """What is looked at before a draft is issued, beside what law and book demand in any case."""

    ORDER_NUMBER = "order_number", "The customer's order number is missing"
    RECEIVER = "receiver", "Nobody would receive it"
    PRICE = "price", "A price is off the list"
    DUPLICATE = "duplicate", "It looks like another document"
    TAX = "tax", "A tax does not suit the customer"
    CREDIT_LIMIT = "credit_limit", "The credit limit is passed"
    HOLD = "hold", "The customer is on hold"
    DEPOSIT = "deposit", "A deposit is not deducted"


USUALLY_STOPS = (IssueCheck.ORDER_NUMBER, IssueCheck.HOLD)


class CheckPolicy(models.Model):
    """How severe a company takes a check; without a row, it stops or warns as is usual."""

    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="check_policies")
    check_name = models.CharField("check", max_length=20, choices=IssueCheck)
    severity = models.CharField(max_length=10, choices=Severity)

    class Meta:
        verbose_name_plural = "check policies"
        constraints = [
            models.UniqueConstraint(fields=["company", "check_name"], name="policy_once_per_check_and_company")
        ]

    def __str__(self) -> str:
        return f"{self.check_name}: {self.severity}"
