from django.db import models

from office.models import Company


class PaperKind(models.TextChoices):
    """Which papers a text is for; a debit note is owed like an invoice, and has an invoice's texts."""

    INVOICE = "invoice", "Invoices and debit notes"
    CREDIT_MEMO = "credit_memo", "Credit memos"


class PaperText(models.Model):
    """What a company says on its papers of a kind in a language: above the lines, and at the foot of each page."""

    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="paper_texts")
    language = models.CharField(max_length=10)
    kind = models.CharField(max_length=12, choices=PaperKind)
    above = models.TextField("above the lines", blank=True)
    foot = models.TextField("at the foot", blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["company", "language", "kind"], name="text_once_per_language_and_kind")
        ]

    def __str__(self) -> str:
        return f"{self.kind} in {self.language}"
