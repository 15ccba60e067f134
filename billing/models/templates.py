from django.db import models

from customers.models import Customer
from office.models import Company, User


class InvoiceTemplate(models.Model):
    """An invoice to be written again and again: what somebody typed, kept under a name."""

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="invoice_templates")
    name = models.CharField(max_length=100)
    customer = models.ForeignKey(
        Customer, on_delete=models.PROTECT, related_name="+", help_text="Who gets it, unless another is chosen."
    )
    details = models.JSONField(help_text="The draft as typed; numbers are texts.")
    created_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["company", "name"], name="template_name_once_per_company"),
        ]

    def __str__(self) -> str:
        return self.name
