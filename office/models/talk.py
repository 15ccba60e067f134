from datetime import timedelta

from django.db import models
from django.db.models import Q
from django.utils import timezone

UNDO = timedelta(minutes=10)
"""How long one's own words can be taken back."""


class Department(models.TextChoices):
    SALES = "sales", "Sales"
    SHIPPING = "shipping", "Shipping"
    QUALITY = "quality", "Quality"
    SUPPORT = "support", "Support"
    BILLING = "billing", "Billing"
    COLLECTIONS = "collections", "Collections"


class TaskKind(models.TextChoices):
    QUESTION = "question", "Question"
    CALL = "call", "Phone call"
    LETTER = "letter", "Letter to post"
    BOUNCED = "bounced", "Address that does not work"
    JOB = "job", "Job that failed"
    OTHER = "other", "To do"


class Task(models.Model):
    """Something that somebody is to do by a day, about a paper or customer where it is about one.

    Its key says what it is, so a job that runs twice makes one. It belongs to a person, a department, or to nobody in
    particular; whether it is late is read.
    """

    company = models.ForeignKey("office.Company", on_delete=models.PROTECT, related_name="+")
    key = models.CharField(max_length=200, unique=True)
    kind = models.CharField(max_length=10, choices=TaskKind)
    title = models.CharField(max_length=200)
    note = models.TextField(blank=True)
    about_type = models.CharField(max_length=40, blank=True, help_text="Such as billing.invoice.")
    about_id = models.BigIntegerField(null=True)
    about_name = models.CharField(max_length=200, blank=True)
    department = models.CharField(max_length=12, choices=Department, blank=True)
    assignee = models.ForeignKey("office.User", null=True, on_delete=models.PROTECT, related_name="tasks")
    assignments = models.PositiveSmallIntegerField(default=0, help_text="How often it was given to somebody.")
    due_on = models.DateField()
    made_by = models.ForeignKey("office.User", null=True, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)
    done_at = models.DateTimeField(null=True)
    done_by = models.ForeignKey("office.User", null=True, on_delete=models.PROTECT, related_name="+")
    outcome = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="task_about_something_or_nothing",
                condition=Q(about_type="", about_id=None) | ~Q(about_type="") & Q(about_id__isnull=False),
            ),
            models.CheckConstraint(
                name="task_of_a_person_or_department", condition=Q(assignee=None) | Q(department="")
            ),
            models.CheckConstraint(
                name="task_done_at_a_moment", condition=Q(done_at__isnull=False) | Q(done_by=None, outcome="")
            ),
        ]
        indexes = [
            models.Index(fields=["company", "due_on"], condition=Q(done_at=None), name="task_open"),
            models.Index(fields=["about_type", "about_id"], name="task_by_subject"),
        ]
        permissions = [("talk", "Comment, ask, and do tasks")]

    def __str__(self) -> str:
        return self.title

    @property
    def whose(self) -> str:
        """Who is to do it."""
        return str(self.assignee) if self.assignee else self.get_department_display()


class Comment(models.Model):
    """What somebody said about a paper, customer or task. It stays on the record; taken back, its words are hidden."""

    company = models.ForeignKey("office.Company", on_delete=models.PROTECT, related_name="+")
    about_type = models.CharField(max_length=40)
    about_id = models.BigIntegerField()
    task = models.ForeignKey(Task, null=True, on_delete=models.PROTECT, related_name="comments")
    by = models.ForeignKey("office.User", on_delete=models.PROTECT, related_name="+")
    body = models.TextField()
    mentions = models.ManyToManyField("office.User", related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["about_type", "about_id", "id"], name="comment_by_subject")]

    def __str__(self) -> str:
        return self.body[:60]

    @property
    def may_be_withdrawn(self) -> bool:
        """Whether its writer may still take it back."""
        return not self.withdrawn_at and timezone.now() - self.made_at <= UNDO
