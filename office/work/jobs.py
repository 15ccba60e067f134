"""The workers' tasks: how each went the last time, and who is told where one failed.

Every task is a Watched one (config/celery.py): a schedule that nobody looks at fails in silence. Whatever a task was to
do stands in PostgreSQL still, so the next round does it; what is kept here is for people alone.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from celery import Task, current_app
from django.db import Error, transaction
from django.db.models import F
from django.utils import timezone

from office.copies import STILL_DONE, is_held
from office.masking import mask
from office.models import Job
from office.operations.tell_of_failure import tell_of_failure

logger = logging.getLogger(__name__)
LATE = 3
"""After so many times its interval a job that was not begun is late."""


class Watched(Task):
    """A task of which it is kept when it began, how it ended, and what it counted. A restored copy does none."""

    abstract = True

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Do it, but in a restored copy that nobody released: what is due stays due there."""
        if self.name not in STILL_DONE and is_held():
            return None
        return super().__call__(*args, **kwargs)

    def before_start(self, task_id: str, args: Sequence[Any], kwargs: dict[str, Any]) -> None:
        if self.name in schedule():
            _noted(self.name, started_at=timezone.now())

    def on_success(self, retval: Any, task_id: str, args: Sequence[Any], kwargs: dict[str, Any]) -> None:
        if self.name in schedule():
            counted = retval if isinstance(retval, int) else None
            _noted(self.name, counts="done_times", done_at=timezone.now(), count=counted, failures=0)

    def on_failure(self, exc: Exception, task_id: str, args: Sequence[Any], kwargs: dict[str, Any], einfo: Any) -> None:
        try:
            note_failure(self.name, type(exc).__name__, words=str(exc), of=", ".join(map(str, args)))
        except Error:
            logger.exception("That %s failed could not be kept.", self.name)


@transaction.atomic
def note_failure(name: str, kind: str, *, words: str = "", of: str = "") -> None:
    """Keep that a task failed, and tell the administrators, once a day for each task.

    What an error says may hold what people typed. It is kept, with addresses and accounts masked, for the page of runs;
    the mail names its kind alone.
    """
    said = f"{f'For {of}: ' if of else ''}{kind}{f': {words}' if words else ''}"
    said = " ".join(mask(said.replace("\0", "")).split())[:500]
    _keep(name, failed_at=timezone.now(), error=said)
    Job.objects.filter(name=name).update(failures=F("failures") + 1, failed_times=F("failed_times") + 1)
    tell_of_failure(name, job_words(name), kind)


def _noted(name: str, *, counts: str = "", **values: Any) -> None:
    """Keep something that may be lost: a database that is away fails the task itself, not this."""
    try:
        _keep(name, **values)
        if counts:
            Job.objects.filter(name=name).update(**{counts: F(counts) + 1})
    except Error:
        logger.exception("How %s went could not be kept.", name)


def _keep(name: str, **values: Any) -> None:
    Job.objects.bulk_create(
        [Job(name=name, **values)], update_conflicts=True, unique_fields=["name"], update_fields=list(values)
    )


def schedule() -> dict[str, timedelta]:
    """The tasks that are begun by the clock, each with how often."""
    entries = current_app.conf.beat_schedule.values()
    return {entry["task"]: timedelta(seconds=float(entry["schedule"])) for entry in entries}


def job_words(name: str) -> str:
    """A task's name as people say it: Send due mail."""
    return name.rpartition(".")[2].replace("_", " ").capitalize()


@dataclass(frozen=True)
class JobState:
    """A scheduled task as a page shows it."""

    name: str
    words: str
    every: timedelta
    job: Job
    now: datetime

    @property
    def every_seconds(self) -> int:
        """Its interval in seconds."""
        return int(self.every.total_seconds())

    @property
    def next_at(self) -> datetime | None:
        """When it is due; nothing where it was never begun."""
        return self.job.started_at + self.every if self.job.started_at else None

    @property
    def state(self) -> str:
        """How it stands: failed, late, waiting for its first time, or done."""
        if self.job.failures:
            return "failed"
        if self.job.started_at is None:
            return "waiting"
        return "overdue" if self.now - self.job.started_at > LATE * self.every else "done"


def job_states() -> list[JobState]:
    """Every scheduled task, those that need a look first."""
    known, now = {job.name: job for job in Job.objects.all()}, timezone.now()
    states = [
        JobState(name, job_words(name), every, known.get(name) or Job(name=name), now)
        for name, every in schedule().items()
    ]
    return sorted(states, key=lambda each: (each.state not in ("failed", "overdue"), each.words))


def other_failures() -> list[Job]:
    """Tasks that no clock begins, of which the last thing known is a failure of the last days."""
    since = timezone.now() - timedelta(days=3)
    failed = Job.objects.filter(failed_at__gte=since).exclude(name__in=schedule())
    return list(failed.order_by("-failed_at"))
