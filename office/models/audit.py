from django.contrib.postgres.functions import TransactionNow
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models

HASH = 64


class AuditWords(models.Func):
    """All words that a record says, for `office.audit.search`."""

    function = "office_audit_words"
    output_field = SearchVectorField()


SAID = ("action", "subject_name", "before", "after", "reason", "origin")
"""What is searched for words."""


class AuditRecord(models.Model):
    """Who did what to what, when, from where and why. Written once; the database lets nobody change it."""

    append_only = True

    company = models.ForeignKey("office.Company", null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    by = models.ForeignKey("office.User", null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
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
            models.Index(fields=["recorded_at", "id"], name="audit_by_time"),
            models.Index(fields=["company", "recorded_at", "id"], name="audit_by_company"),
            models.Index(fields=["by", "recorded_at", "id"], name="audit_by_person"),
            models.Index(fields=["action", "recorded_at", "id"], name="audit_by_action"),
            models.Index(fields=["subject_type", "recorded_at", "id"], name="audit_by_kind"),
            GinIndex(AuditWords(*SAID), name="audit_by_words"),
        ]
        permissions = [("read_audit", "Read the audit trail")]

    def __str__(self) -> str:
        return f"{self.action} {self.subject_name}"


class AuditLink(models.Model):
    """A record's place in the chain of its company, or of what is no company's.

    The hash is SHA-256 of the hash before it and of all that the record says (`office.audit.chain`). The database
    writes it as the record's transaction ends; nobody else may.
    """

    by_triggers_alone = True

    record = models.OneToOneField(
        AuditRecord, primary_key=True, on_delete=models.PROTECT, related_name="link", db_constraint=False
    )
    company = models.ForeignKey(
        "office.Company", null=True, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    position = models.BigIntegerField(help_text="Counts on from one without a gap.")
    hash = models.CharField(max_length=HASH)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["company", "position"], name="audit_link_once", nulls_distinct=False)
        ]

    def __str__(self) -> str:
        return f"{self.position} {self.hash}"


class AuditHead(models.Model):
    """How far a chain goes: the position and hash of its last link."""

    by_triggers_alone = True

    company = models.ForeignKey(
        "office.Company", null=True, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    position = models.BigIntegerField()
    hash = models.CharField(max_length=HASH)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["company"], name="audit_head_once", nulls_distinct=False)]

    def __str__(self) -> str:
        return f"{self.position} {self.hash}"


class AuditSeal(models.Model):
    """How far a chain went when a day was over, signed with a key the database does not hold (`office.audit.seals`)."""

    append_only = True

    company = models.ForeignKey("office.Company", null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    day = models.DateField(help_text="In the company's time zone; in UTC of what is no company's.")
    position = models.BigIntegerField()
    hash = models.CharField(max_length=HASH)
    records = models.BigIntegerField(help_text="How many came since the seal before.")
    sealed_at = models.DateTimeField()
    seal = models.CharField(max_length=HASH, unique=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["company", "day"], name="audit_sealed_once_a_day", nulls_distinct=False)
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.seal}"
