from django.db import models

from billing.models.documents import Invoice


class Unmailed(models.Model):
    """A document that was issued and never mailed to anybody. The database alone writes these rows.

    Where all were mailed but a few, these are found without a look at every document and every mail.
    """

    invoice = models.OneToOneField(Invoice, primary_key=True, on_delete=models.DO_NOTHING, related_name="unmailed")

    def __str__(self) -> str:
        return f"{self.invoice} not mailed"
