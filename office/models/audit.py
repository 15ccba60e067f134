from django.contrib.postgres.functions import TransactionNow
from django.db import models


class AuditRecord(models.Model):
    """Who did what to what, when, from where and why. Written once; the database lets nobody change it."""

    append_only = True

    company = models.ForeignKey("office.Company", null=True, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey("office.User", null=True, on_delete=models.PROTECT, related_name="+")
    action = models.CharField(max_length=60)
    subject_type = models.CharField(max_length=40)
    subject_id = models.BigIntegerField()
    subject_name = models.CharField(max_length=200)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    reason = models.CharField(max_length=300, blank=True)
    origin = models.CharField(max_length=100, blank=True, help_text="The door and address it came from.")
    policy_version = models.PositiveIntegerField(
        default=0, editable=False, help_text="The version of the company's rules that held; the database stamps it."
    )
    recorded_at = models.DateTimeField(db_default=TransactionNow())

    class Meta:
        indexes = [
            models.Index(fields=["subject_type", "subject_id", "id"], name="audit_by_subject"),
            models.Index(fields=["company", "-id"], name="audit_newest_first"),
        ]
        permissions = [("read_audit", "Read the audit trail")]

    def __str__(self) -> str:
        return f"{self.action} {self.subject_name}"
