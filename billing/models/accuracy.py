"""What the accuracy checks found, and all that was done with it."""

from django.db import models
from django.db.models import Q

from billing.models.documents import Invoice
from billing.models.policies import IssueCheck
from customers.models import Customer
from office.models import Company, User


class AccuracyFinding(models.Model):
    """That a document, or what we keep of a customer, is wrong in some way. It is made once and never changes.

    The same facts make the same fingerprint, so that nobody is asked twice; its state is read from its events.
    """

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="accuracy_findings")
    check_name = models.CharField("check", max_length=20, choices=IssueCheck)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="accuracy_findings")
    invoice = models.ForeignKey(
        Invoice,
        null=True,
        on_delete=models.SET_NULL,
        related_name="accuracy_findings",
        help_text="Empty of a customer's data, and of a draft that is gone.",
    )
    is_of_document = models.BooleanField()
    message = models.CharField(max_length=1000)
    fingerprint = models.CharField(max_length=64, help_text="Of the check, what it looked at, and what it found there.")
    found_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["company", "fingerprint"], name="accuracy_finding_once"),
            models.CheckConstraint(
                name="finding_of_a_customer_has_no_document",
                condition=Q(is_of_document=True) | Q(invoice=None),
            ),
            models.CheckConstraint(name="accuracy_finding_says_something", condition=~Q(message="")),
        ]
        indexes = [
            models.Index(fields=["company", "-id"], name="accuracy_finding_newest"),
            models.Index(fields=["found_at"], name="accuracy_finding_by_day"),
        ]
        permissions = [("work_findings", "Work on what the accuracy checks found")]

    def __str__(self) -> str:
        return f"Finding {self.pk}"


class FindingAct(models.TextChoices):
    """What becomes of a finding."""

    FOUND = "found", "Found"
    MENDED = "mended", "Mended"
    DISMISSED = "dismissed", "Dismissed"
    ASSIGNED = "assigned", "Assigned"


class FindingEvent(models.Model):
    """One thing that became of a finding: it was found (again), mended, dismissed with a reason, or given to somebody.

    Nobody found or mended it in person where a run did.
    """

    append_only = True

    finding = models.ForeignKey(AccuracyFinding, on_delete=models.PROTECT, related_name="events")
    act = models.CharField(max_length=10, choices=FindingAct)
    assignee = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=300, blank=True)
    by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(name="finding_dismissed_has_a_reason", condition=~Q(act="dismissed", reason="")),
            models.CheckConstraint(name="finding_assigned_to_somebody", condition=Q(act="assigned") | Q(assignee=None)),
        ]
        indexes = [
            models.Index(fields=["finding", "-id"], name="finding_event_latest"),
            models.Index(fields=["at", "act"], name="finding_event_by_day"),
        ]

    def __str__(self) -> str:
        return f"{self.finding}: {self.get_act_display()}"
