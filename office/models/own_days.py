from django.db import models


class OwnDay(models.Model):
    """A day that a company adds to its working days, or takes off, whatever the calendar of a country says."""

    company = models.ForeignKey("office.Company", on_delete=models.PROTECT, related_name="own_days")
    day = models.DateField()
    is_worked = models.BooleanField()
    name = models.CharField(max_length=100, help_text="Why, such as company outing.")

    class Meta:
        ordering = ["day"]
        constraints = [models.UniqueConstraint(fields=["company", "day"], name="own_day_once_per_company")]

    def __str__(self) -> str:
        return f"{self.day} {self.name}"
