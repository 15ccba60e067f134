from collections.abc import Iterable
from decimal import Decimal

from django.contrib.auth.models import Group
from django.db import models
from django.db.models import F, Q

from ledger.fields import AmountField
from office.models.company import Company
from office.models.staff import User


class ApprovalState(models.TextChoices):
    """What became of a request."""

    WAITING = "waiting", "Waiting"
    APPROVED = "approved", "Approved"
    DECLINED = "declined", "Declined"
    WITHDRAWN = "withdrawn", "Withdrawn"


def limit_of(limits: Iterable[Decimal], usual: Decimal) -> Decimal:
    """Up to which amount a person does an action alone: the highest limit of their roles, else the rule's own."""
    return max(limits, default=usual)


class ApprovalRule(models.Model):
    """From which amount, in the action's unit, an action needs a second person of a role."""

    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="approval_rules")
    action = models.CharField(max_length=40)
    above = AmountField(help_text="In the action's unit.")
    role = models.ForeignKey(Group, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["company", "action"], name="approval_rule_once_per_action"),
            models.CheckConstraint(name="approval_rule_amount_not_negative", condition=Q(above__gte=0)),
        ]

    def __str__(self) -> str:
        return f"{self.action} above {self.above}: {self.role}"

    def above_for(self, person: User) -> Decimal:
        """Up to which amount a person does it alone: the highest limit of their roles, else the rule's own amount."""
        limits = self.role_limits.filter(role__in=person.groups.all()).values_list("above", flat=True)
        return limit_of(limits, self.above)


class RoleLimit(models.Model):
    """Up to which amount people of a role do an action alone, in place of the rule's own amount."""

    rule = models.ForeignKey(ApprovalRule, on_delete=models.CASCADE, related_name="role_limits")
    role = models.ForeignKey(Group, on_delete=models.PROTECT, related_name="+", help_text="Whose limit it is.")
    above = AmountField(help_text="In the action's unit.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["rule", "role"], name="role_limit_once_per_rule"),
            models.CheckConstraint(name="role_limit_not_negative", condition=Q(above__gte=0)),
        ]

    def __str__(self) -> str:
        return f"{self.role} {self.above}"


class ApprovalRequest(models.Model):
    """What somebody asked to do and may not do alone. It is done when another person approves it, and only then."""

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="approval_requests")
    action = models.CharField(max_length=40)
    arguments = models.JSONField(help_text="What the action is to be done with.")
    subject_id = models.BigIntegerField(help_text="Which thing it is done to.")
    subject_name = models.CharField(max_length=200)
    amount = AmountField(null=True, help_text="In the action's unit, when it was asked; none: without any limit.")
    reason = models.CharField(max_length=300, blank=True)
    state = models.CharField(max_length=10, choices=ApprovalState, default=ApprovalState.WAITING)
    requested_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField(auto_now_add=True)
    role = models.ForeignKey(Group, on_delete=models.PROTECT, related_name="+", help_text="Whose word is needed.")
    escalated_at = models.DateTimeField(null=True, help_text="Since when all who decide at all may decide it.")
    decided_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    decision_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                name="nobody_decides_their_own_request",
                condition=Q(state="withdrawn") | ~Q(decided_by=F("requested_by")),
            ),
            models.CheckConstraint(
                name="approval_request_decided_unless_waiting",
                condition=Q(state="waiting", decided_by=None, decided_at=None)
                | (~Q(state="waiting") & Q(decided_by__isnull=False, decided_at__isnull=False)),
            ),
            models.UniqueConstraint(
                fields=["action", "subject_id"],
                condition=Q(state="waiting"),
                name="approval_asked_once_at_a_time",
            ),
        ]
        permissions = [
            ("ask_approval", "Ask for another person's approval"),
            ("decide_approval", "Approve or decline what others ask"),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.subject_name}"
