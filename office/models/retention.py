from django.db import models

from office.models.company import Company
from office.privacy.terms import Term


class OwnTerm(models.Model):
    """That a company keeps papers of a kind for more years than the law asks."""

    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="own_terms")
    term = models.CharField(max_length=10, choices=Term)
    years = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["company", "term"], name="own_term_once")]

    def __str__(self) -> str:
        return f"{self.get_term_display()}: {self.years} years"
