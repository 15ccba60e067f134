from django.db import models
from django.db.models import Q

from billing.models.documents import Invoice
from office.models import User


class Printing(models.Model):
    """A document that went to paper. One that did not after all is withdrawn, and its row stays."""

    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="printings")
    printed_at = models.DateTimeField(auto_now_add=True)
    printed_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["invoice"], condition=Q(withdrawn_at=None), name="document_stands_printed_once"
            ),
            models.CheckConstraint(
                name="printing_withdrawn_by_nobody_while_it_stands",
                condition=Q(withdrawn_by=None) | Q(withdrawn_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.invoice} on paper"
