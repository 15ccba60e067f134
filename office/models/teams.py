from django.db import models
from django.db.models.functions import Lower

from office.models.company import Company
from office.models.staff import User


class Team(models.Model):
    """Colleagues who see each other's customers: of those limited to the customers they own in sales."""

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="teams")
    name = models.CharField(max_length=60)
    members = models.ManyToManyField(User, related_name="teams", blank=True)

    class Meta:
        constraints = [models.UniqueConstraint("company", Lower("name"), name="team_of_one_name")]
        ordering = ["name", "pk"]

    def __str__(self) -> str:
        return self.name
