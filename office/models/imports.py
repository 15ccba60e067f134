from django.db import models


class ImportMapping(models.Model):
    """A mapping of somebody's columns to our fields, kept under a name for the next file."""

    company = models.ForeignKey("office.Company", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=40, help_text="The import it is for, such as import_invoices.")
    name = models.CharField(max_length=100)
    mapping = models.JSONField()

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["company", "kind", "name"], name="mapping_once_per_name")]

    def __str__(self) -> str:
        return self.name
