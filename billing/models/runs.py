from django.db import models
from django.db.models import Q

from billing.models.documents import Invoice
from office.models import Run


class DocumentOutcome(models.TextChoices):
    """What a billing run made of a document. What is not looked at yet is first tried and taken back."""

    UNCHECKED = "unchecked", "Not looked at yet"
    WAITING = "waiting", "Waiting"
    DONE = "done", "Done"
    REFUSED = "refused", "Refused"


class RunDocument(models.Model):
    """A document that a billing run took on, and what became of it; its draft may be thrown away meanwhile."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="documents")
    invoice = models.ForeignKey(Invoice, null=True, on_delete=models.SET_NULL, related_name="run_documents")
    outcome = models.CharField(max_length=10, choices=DocumentOutcome, default=DocumentOutcome.UNCHECKED)
    note = models.CharField(max_length=1000, blank=True, help_text="Why it was refused, or what to look at.")

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["run", "invoice"], name="document_once_per_run"),
            models.CheckConstraint(
                name="document_refused_with_a_reason", condition=~Q(outcome="refused") | ~Q(note="")
            ),
        ]
        indexes = [models.Index(fields=["run", "outcome", "id"], name="run_document_next")]

    def __str__(self) -> str:
        return f"{self.invoice or 'A draft that was thrown away'}: {self.outcome}"
