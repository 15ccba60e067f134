from django.contrib.postgres.functions import TransactionNow
from django.db import models
from django.db.models import Q


class MailText(models.Model):
    """A version of a company's own words for a kind and stage of mail in one language. The newest is in force.

    Written once. One without a body says that the built-in words are used again; one for trial only went to whoever
    wrote it, and was never in force.
    """

    append_only = True

    company = models.ForeignKey("office.Company", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=30)
    stage = models.CharField(max_length=30, blank=True)
    language = models.CharField(max_length=10)
    version = models.PositiveIntegerField()
    subject = models.CharField(max_length=200, blank=True)
    body = models.TextField(blank=True)
    is_trial = models.BooleanField(default=False)
    by = models.ForeignKey("office.User", null=True, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField(db_default=TransactionNow())

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["company", "kind", "stage", "language", "version"],
                condition=Q(is_trial=False),
                name="mail_text_version_once",
            ),
            models.CheckConstraint(
                name="mail_text_has_both_or_neither", condition=Q(subject="", body="") | ~Q(subject="") & ~Q(body="")
            ),
        ]
        permissions = [("edit_mail_texts", "Edit the words of mails")]

    def __str__(self) -> str:
        return f"{self.kind} {self.stage} ({self.language})".replace("  ", " ")
