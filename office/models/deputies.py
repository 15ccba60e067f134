from django.db import models
from django.db.models import F, Q

from office.models.company import Company
from office.models.staff import User


class Deputy(models.Model):
    """That somebody decides in another's place what others ask, from a day to another, both included."""

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="deputies")
    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="deputies", help_text="Whose place it is.")
    deputy = models.ForeignKey(User, on_delete=models.PROTECT, related_name="stands_in", help_text="Who decides.")
    first_on = models.DateField()
    last_on = models.DateField()
    set_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField(auto_now_add=True)
    ended_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name_plural = "deputies"
        ordering = ["first_on", "pk"]
        constraints = [
            models.CheckConstraint(name="nobody_is_their_own_deputy", condition=~Q(deputy=F("person"))),
            models.CheckConstraint(name="deputy_days_in_order", condition=Q(last_on__gte=F("first_on"))),
        ]
        indexes = [models.Index(fields=["deputy"], condition=Q(ended_at=None), name="deputy_that_stands")]

    def __str__(self) -> str:
        return f"{self.deputy} for {self.person}"
