from django.contrib.postgres.functions import TransactionNow
from django.db import models

from office.models.company import Company
from office.models.staff import User


class PolicyVersion(models.Model):
    """A company's rules as they stood from a moment on: each in plain words, under its key.

    Acts in the audit trail are stamped with the version they were done under; 0 is before anything was changed.
    """

    append_only = True

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="policy_versions")
    version = models.PositiveIntegerField(help_text="Counts on within the company.")
    rules = models.JSONField(help_text="By key, what the rule says.")
    changed_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    changed_at = models.DateTimeField(db_default=TransactionNow())

    class Meta:
        ordering = ["-version"]
        constraints = [models.UniqueConstraint(fields=["company", "version"], name="policy_version_once")]

    def __str__(self) -> str:
        return f"Policy {self.version}"
