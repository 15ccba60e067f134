from django.db import models
from django.db.models import Q

from office.models import Company


class ReasonPurpose(models.TextChoices):
    """What a reason is given for."""

    CORRECTION = "correction", "Corrections"
    WRITE_OFF = "write_off", "Write-offs"
    DISPUTE = "dispute", "Disputes"


class ReasonCode(models.Model):
    """A usual reason for an act, by which such acts are counted; what a document prints are its words."""

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="reason_codes")
    code = models.CharField(max_length=20)
    words = models.CharField("printed as", max_length=100)
    purpose = models.CharField("given for", max_length=20, choices=ReasonPurpose, default=ReasonPurpose.CORRECTION)
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["words"]
        constraints = [
            models.UniqueConstraint(fields=["company", "code"], name="reason_code_once_per_company"),
            models.CheckConstraint(name="reason_code_has_code_and_words", condition=~Q(code="") & ~Q(words="")),
        ]

    def __str__(self) -> str:
        return self.words
