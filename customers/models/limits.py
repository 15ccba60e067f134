from django.db import models
from django.db.models import Q

from customers.models.customer import Customer
from ledger.fields import AmountField
from office.models import Company, User


class LimitChange(models.Model):
    """That a customer's credit limit was changed: for good, or with a last day."""

    append_only = True

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="limit_changes")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="limit_changes")
    limit = AmountField(null=True, help_text="In the customer's currency; none: no limit.")
    until = models.DateField(null=True, help_text="The last day; none: it lasts.")
    changed_on = models.DateField()
    changed_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    changed_at = models.DateTimeField(auto_now_add=True)
    reason = models.CharField(max_length=300)
    approved_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(name="limit_change_not_negative", condition=Q(limit=None) | Q(limit__gte=0)),
            models.CheckConstraint(name="limit_change_has_a_reason", condition=~Q(reason="")),
        ]
        permissions = [("change_credit_limit", "Change customers' credit limits")]

    def __str__(self) -> str:
        return f"{self.limit} for {self.customer}"
