"""What a company that bills healthcare says of its services: codes, and the lists they are checked against."""

from django.db import models
from django.db.models import F, Q

from billing.models.documents import Invoice, InvoiceLine
from office.models import Company

MOST_DIAGNOSES, MOST_MODIFIERS, MOST_POINTERS = 12, 4, 4
"""As many as a claim has places for (CMS-1500, boxes 21 and 24)."""


class MedicalSystem(models.TextChoices):
    """What a code says: what was done, how it differs from the usual, or why it was done."""

    PROCEDURE = "procedure", "CPT or HCPCS"
    MODIFIER = "modifier", "Modifier"
    DIAGNOSIS = "diagnosis", "ICD-10-CM"


class MedicalCode(models.Model):
    """A code of a list that the company loaded, good on the days from one to another, both included."""

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="medical_codes")
    system = models.CharField(max_length=10, choices=MedicalSystem)
    code = models.CharField(max_length=8)
    name = models.CharField(max_length=300, blank=True)
    valid_from = models.DateField(null=True, blank=True)
    valid_until = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["system", "code", F("valid_from").asc(nulls_first=True)]
        constraints = [
            models.UniqueConstraint(
                fields=["company", "system", "code", "valid_from"],
                nulls_distinct=False,
                name="medical_code_once_per_list_and_day",
            ),
            models.CheckConstraint(
                name="medical_code_validity_not_backwards",
                condition=Q(valid_from=None) | Q(valid_until=None) | Q(valid_until__gte=F("valid_from")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}".strip()


class Diagnosis(models.Model):
    """An ICD-10-CM code of a document; its lines point to it by the letter of its position."""

    invoice = models.ForeignKey(Invoice, on_delete=models.CASCADE, related_name="diagnoses")
    position = models.PositiveSmallIntegerField()
    code = models.CharField(max_length=8)

    class Meta:
        ordering = ["position"]
        verbose_name_plural = "diagnoses"
        constraints = [
            models.UniqueConstraint(fields=["invoice", "position"], name="diagnosis_position_once_per_invoice"),
            models.UniqueConstraint(fields=["invoice", "code"], name="diagnosis_code_once_per_invoice"),
            models.CheckConstraint(
                name="diagnosis_has_a_letter", condition=Q(position__gte=1, position__lte=MOST_DIAGNOSES)
            ),
        ]
        permissions = [
            ("see_medical_codes", "See medical codes of documents"),
            ("set_medical_codes", "Write medical codes on drafts"),
        ]

    def __str__(self) -> str:
        return self.code


class MedicalService(models.Model):
    """What was done for the patient on a line: the day, the code with its modifiers, and the diagnoses behind it."""

    line = models.OneToOneField(InvoiceLine, on_delete=models.CASCADE, related_name="service")
    serviced_on = models.DateField()
    procedure = models.CharField(max_length=5, help_text="CPT or HCPCS.")
    modifiers = models.CharField(max_length=11, blank=True, help_text="Up to four, with spaces between.")
    pointers = models.CharField(max_length=4, blank=True, help_text="Letters of diagnoses, the main one first.")

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="service_procedure_has_its_form", condition=Q(procedure__regex="^[0-9A-Z]{5}$")
            ),
            models.CheckConstraint(
                name="service_modifiers_have_their_form",
                condition=Q(modifiers="") | Q(modifiers__regex="^[0-9A-Z]{2}( [0-9A-Z]{2}){0,3}$"),
            ),
            models.CheckConstraint(name="service_pointers_are_letters", condition=Q(pointers__regex="^[A-L]{0,4}$")),
        ]

    def __str__(self) -> str:
        return self.procedure
