from django.db import models

from billing.models.documents import Invoice


class PdfEdition(models.TextChoices):
    ISSUED = "issued", "As issued"
    VOID = "void", "Marked void"


class InvoicePdf(models.Model):
    """The kept bytes of a document: made once, the same for everybody who downloads them."""

    append_only = True

    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="pdfs")
    edition = models.CharField(max_length=10, choices=PdfEdition)
    content = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["invoice", "edition"], name="pdf_once_per_edition")]

    def __str__(self) -> str:
        return f"{self.invoice} {self.edition}"
