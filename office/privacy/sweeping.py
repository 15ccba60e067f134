"""What may go by itself: no paper, and past the time for which somebody needs it. A person says when.

Each kind names what is past, as rows, and what becomes of these. Papers, entries and customers are none of
them: persons of whom everything is past its term are erased on their own page.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from office.models import Company, IdempotentAnswer, LogIn, MailStatus, OutgoingMail, Run, Task
from office.privacy.keeping import past_before, years_kept
from office.privacy.terms import Term

MOST = 10_000
"""So many rows of a kind go at once at most."""
CALLS, RUNS, LOG_INS = timedelta(days=30), timedelta(days=180), timedelta(days=365)


@dataclass(frozen=True)
class Sweep:
    """A kind of rows that may go: what they are, how long they are kept, which are past, what becomes of them."""

    name: str
    what: str
    kept: str
    becomes: str
    past: Callable[[Company], QuerySet[Any]]
    clear: Callable[[QuerySet[Any]], int]


def _letters(company: Company) -> datetime:
    """The moment before which letters are past their term; years end with UTC's here, hours later at most."""
    day = past_before(company, years_kept(company)[Term.LETTERS])
    return datetime(day.year, day.month, day.day, tzinfo=timezone.get_default_timezone())


def _old_mails(company: Company) -> QuerySet[OutgoingMail]:
    over = [MailStatus.SENT, MailStatus.BOUNCED, MailStatus.CANCELLED]
    mails = OutgoingMail.objects.filter(company=company, status__in=over, finished_at__lt=_letters(company))
    return mails.exclude(to_email="", kept_message=None)


def _old_tasks(company: Company) -> QuerySet[Task]:
    return Task.objects.filter(company=company, done_at__lt=_letters(company)).exclude(title="Cleared")


def _old_runs(company: Company) -> QuerySet[Run]:
    runs = Run.objects.filter(company=company, finished_at__lt=timezone.now() - RUNS)
    return runs.exclude(input_file=None, errors_file=None)


def _old_log_ins(company: Company) -> QuerySet[LogIn]:
    return LogIn.objects.filter(user__companies=company, seen_at__lt=timezone.now() - LOG_INS)


def _old_answers(company: Company) -> QuerySet[IdempotentAnswer]:
    return IdempotentAnswer.objects.filter(user__companies=company, created_at__lt=timezone.now() - CALLS)


def _deleted(rows: QuerySet[Any]) -> int:
    count: int = rows.delete()[0]
    return count


SWEEPS = [
    Sweep(
        "mails",
        "Addresses and texts of mails",
        "as letters",
        "Emptied; that a mail went, when, and about which paper stays.",
        _old_mails,
        lambda rows: rows.update(to_email="", kept_message=None, explanation=""),
    ),
    Sweep(
        "tasks",
        "Words of tasks that are done",
        "as letters",
        "Emptied; that there was a task, and when, stays.",
        _old_tasks,
        lambda rows: rows.update(title="Cleared", note="", outcome="", about_name=""),
    ),
    Sweep(
        "runs",
        "Files that were imported, and what was left out of them",
        f"{RUNS.days} days",
        "Deleted; what was imported stays, and so does that it was.",
        _old_runs,
        lambda rows: rows.update(input_file=None, errors_file=None),
    ),
    Sweep(
        "log_ins",
        "Log-ins, with device and address, since they were last used",
        f"{LOG_INS.days} days",
        "Deleted.",
        _old_log_ins,
        _deleted,
    ),
    Sweep(
        "answers",
        "Answers kept so that a form or call sent twice acts once",
        f"{CALLS.days} days",
        "Deleted.",
        _old_answers,
        _deleted,
    ),
]


def past_now(company: Company) -> dict[str, int]:
    """How many rows of each kind are past their time."""
    return {sweep.name: sweep.past(company).count() for sweep in SWEEPS}
