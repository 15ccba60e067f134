from django.db import models

from billing.models.documents import Invoice
from customers.models import EInvoiceFormat
from office.models import User


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


class EInvoice(models.Model):
    """The kept bytes of a document as an e-invoice, in the kind its customer wanted when it was issued."""

    append_only = True

    invoice = models.OneToOneField(Invoice, on_delete=models.PROTECT, related_name="einvoice")
    format = models.CharField(max_length=20, choices=EInvoiceFormat)
    content = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "e-invoice"

    def __str__(self) -> str:
        return f"{self.invoice} {self.format}"


class Attachment(models.Model):
    """A file beside a document: for us alone, or along with it to the customer, and then frozen as the document is."""

    invoice = models.ForeignKey(Invoice, on_delete=models.CASCADE, related_name="attachments")
    name = models.CharField(max_length=100)
    media_type = models.CharField(max_length=100)
    content = models.BinaryField()
    size = models.PositiveIntegerField(help_text="In bytes.")
    sha256 = models.CharField(max_length=64)
    goes_along = models.BooleanField(default=False, help_text="The customer gets it with the document.")
    added_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["invoice", "name"], name="attachment_name_once_per_document")]

    def __str__(self) -> str:
        return self.name
