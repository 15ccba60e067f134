from django.db import models
from django.db.models import Q

from office.models import Company


class ReasonCode(models.Model):
    """A usual reason for correcting an invoice, by which corrections are counted; what it prints are its words."""

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="reason_codes")
    code = models.CharField(max_length=20)
    words = models.CharField("printed as", max_length=100)
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["words"]
        constraints = [
            models.UniqueConstraint(fields=["company", "code"], name="reason_code_once_per_company"),
            models.CheckConstraint(name="reason_code_has_code_and_words", condition=~Q(code="") & ~Q(words="")),
        ]

    def __str__(self) -> str:
        return self.words
