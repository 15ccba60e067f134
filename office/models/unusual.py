from django.db import models

from office.models.company import Company
from office.models.staff import User


class UnusualKind(models.TextChoices):
    """What of a person's day is counted."""

    LOOKS = "looks", "Looks at what few may see"
    FILES = "files", "Files taken away"
    FAILURES = "failures", "Failed log-ins"


class UnusualDay(models.Model):
    """That somebody did something on a day more often than the company thinks usual."""

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="unusual_days")
    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=UnusualKind)
    day = models.DateField(help_text="In the company's time zone.")
    count = models.PositiveIntegerField(help_text="How often, as counted last.")
    usual = models.PositiveIntegerField(help_text="Up to how often was usual when it was noticed.")
    noticed_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["company", "person", "kind", "day"], name="unusual_day_once"),
            models.CheckConstraint(name="unusual_day_above_usual", condition=models.Q(count__gt=models.F("usual"))),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} of {self.person}"
