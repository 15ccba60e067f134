from django.contrib.auth.models import Group
from django.db import models
from django.utils import timezone

from office.models.company import Company
from office.models.staff import User


class FactorRule(models.Model):
    """That people of a role come in to a company with a second factor only."""

    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="factor_rules")
    role = models.ForeignKey(Group, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["company", "role"], name="factor_rule_once_per_role")]

    def __str__(self) -> str:
        return self.role.name


class LogIn(models.Model):
    """That somebody came in, from where, and until when. The key of the session is sealed: whoever has it is in."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="log_ins")
    sealed_key = models.TextField()
    device = models.CharField(max_length=100)
    address = models.CharField(max_length=45, blank=True)
    way = models.CharField(max_length=60, help_text="By what the person was known.")
    began_at = models.DateTimeField(auto_now_add=True)
    seen_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_because = models.CharField(max_length=60, blank=True)

    class Meta:
        indexes = [models.Index(fields=["user", "-id"], condition=models.Q(ended_at=None), name="log_ins_that_stand")]
        constraints = [
            models.CheckConstraint(
                name="log_in_ended_for_a_reason",
                condition=models.Q(ended_at=None, ended_because="")
                | (models.Q(ended_at__isnull=False) & ~models.Q(ended_because="")),
            )
        ]

    def __str__(self) -> str:
        return f"{self.device} {self.address}".strip()


class LinkPurpose(models.TextChoices):
    """What a link by which a password is chosen is for.

    One instead of a stolen password is mailed to nobody: only the browser is led there in which that password was
    right, and the second factor of who has one.
    """

    INVITATION = "invitation", "Invitation"
    RESET = "reset", "New password"
    STOLEN = "stolen", "Another password"


class LogInLink(models.Model):
    """A link by which somebody chooses a password, once. Its hash is kept, from when the mail is written."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="log_in_links")
    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="+")
    purpose = models.CharField(max_length=10, choices=LinkPurpose)
    hash = models.CharField(max_length=64, unique=True, null=True)
    made_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True, help_text="When it was withdrawn, or gave way to a newer one.")

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="log_in_link_used_or_ended", condition=models.Q(used_at=None) | models.Q(ended_at=None)
            ),
            models.UniqueConstraint(
                fields=["user", "purpose"],
                condition=models.Q(used_at=None, ended_at=None),
                name="log_in_link_one_that_stands",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_purpose_display()} for {self.user}"

    @property
    def state(self) -> str:
        """What became of it, in a word."""
        if self.used_at:
            return "Accepted"
        if self.ended_at:
            return "Withdrawn"
        return "Waiting" if self.expires_at > timezone.now() else "Run out"
