from django.db import models


class RunStatus(models.TextChoices):
    WAITING = "waiting", "Waiting"
    RUNNING = "running", "Running"
    DONE = "done", "Done"
    FAILED = "failed", "Failed"


class Run(models.Model):
    """A long piece of work with a progress bar: what was asked, how far it is, what came of it."""

    company = models.ForeignKey("office.Company", on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey("office.User", null=True, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=40)
    title = models.CharField(max_length=200)
    parameters = models.JSONField(default=dict)
    input_file = models.BinaryField(null=True, editable=False)
    status = models.CharField(max_length=10, choices=RunStatus, default=RunStatus.WAITING)
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    result = models.JSONField(default=dict, help_text="Counts by name, in the words shown.")
    errors_file = models.BinaryField(
        null=True,
        editable=False,
        help_text="CSV of the rows left out, with the reason.",
    )
    explanation = models.TextField(blank=True)
    started_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["company", "-id"], name="run_newest_first")]
        permissions = [("view_runs", "See long runs")]

    def __str__(self) -> str:
        return self.title
