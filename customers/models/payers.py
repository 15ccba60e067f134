from django.db import models
from django.db.models import F, Q

from customers.models.customer import Customer
from office.models import User


class DeclaredPayer(models.Model):
    """That one customer pays what another owes, such as a parent company; kept after it ended, for what it settled."""

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="declared_payers")
    payer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="declared_payees")
    declared_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    declared_at = models.DateTimeField(auto_now_add=True)
    ended_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["customer"], condition=Q(ended_at=None), name="payer_one_at_a_time"),
            models.CheckConstraint(name="payer_is_another_customer", condition=~Q(payer=F("customer"))),
        ]

    def __str__(self) -> str:
        return f"{self.payer} pays for {self.customer}"
