from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from customers.models.customer import Customer
from office.models import Company, User


class NotTheSame(models.Model):
    """That two customers who look like one are two, as far as was known: what they have alike stands in `facts`.

    Where they come to have something more alike, they look like one again. It is said of these two records: where one
    of them becomes part of a third, it is not said of that one.
    """

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="+")
    first = models.ForeignKey(
        Customer, on_delete=models.PROTECT, related_name="+", db_constraint=False, help_text="Of the lower id."
    )
    second = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+", db_constraint=False)
    facts = ArrayField(models.TextField())
    reason = models.CharField(max_length=300)
    said_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    said_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name_plural = "not the same"
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="not_the_same_once_per_pair"),
            models.CheckConstraint(name="not_the_same_in_order", condition=Q(first__lt=F("second"))),
            models.CheckConstraint(name="not_the_same_has_a_reason", condition=~Q(reason="")),
        ]

    def __str__(self) -> str:
        return f"{self.first} is not {self.second}"
