from dataclasses import dataclass

from django.db import models
from django.db.models import Q


class RunStatus(models.TextChoices):
    PREPARED = "prepared", "Being prepared"
    WAITING = "waiting", "Waiting"
    RUNNING = "running", "Running"
    DONE = "done", "Done"
    FAILED = "failed", "Failed"
    STOPPED = "stopped", "Stopped"


@dataclass(frozen=True)
class LoadedFile:
    """A file that was taken in, as it came: its name, its size in bytes, and its SHA-256 in hexadecimal."""

    name: str
    size: int
    sha256: str


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
    touched_at = models.DateTimeField(auto_now=True, help_text="When its latest piece was done.")
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["company", "-id"], name="run_newest_first"),
            models.Index(fields=["touched_at"], condition=Q(status__in=["waiting", "running"]), name="run_unfinished"),
        ]
        permissions = [("view_runs", "See long runs")]

    def __str__(self) -> str:
        return self.title

    @property
    def input(self) -> bytes:
        """The file it works on, while there is one."""
        return bytes(self.input_file or b"")

    @property
    def file(self) -> LoadedFile | None:
        """What is kept of the file that an import took in, also when its bytes are gone."""
        told = self.parameters.get("loaded")
        return LoadedFile(**told) if told else None

    @property
    def is_finished(self) -> bool:
        return self.status in (RunStatus.DONE, RunStatus.FAILED, RunStatus.STOPPED)

    @property
    def is_dry(self) -> bool:
        """Whether it only says what would be done."""
        return bool(self.parameters.get("dry_run"))

    @property
    def percent(self) -> int:
        """How much of it is done, of a hundred."""
        return 100 if self.status == RunStatus.DONE else self.done * 100 // self.total if self.total else 0
