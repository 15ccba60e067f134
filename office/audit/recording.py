"""The audit trail: every operation leaves a row here."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import timedelta
from itertools import zip_longest
from typing import Any

from django.db import models
from django.utils import timezone

from ledger.bulk import insert_all
from office.models import AuditRecord, User
from office.webhooks.events import note_events

SHORT_WHILE = timedelta(minutes=10)

_origin: ContextVar[str] = ContextVar("origin", default="")


@contextmanager
def coming_from(origin: str) -> Iterator[None]:
    """Name the door and address that the operations inside come from."""
    token = _origin.set(origin[:100])
    try:
        yield
    finally:
        _origin.reset(token)


def record(
    by: User | None,
    action: str,
    subject: models.Model,
    *,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    reason: str = "",
) -> None:
    """Write who did what to what. `before` and `after` hold the fields that changed, in words a person can read."""
    AuditRecord.objects.create(**_row(by, action, subject, before, after, reason))
    note_events(action, [subject])


def last_noted(subject: models.Model) -> AuditRecord | None:
    """The newest row of the subject, with who it was."""
    rows = AuditRecord.objects.filter(subject_type=subject._meta.label_lower, subject_id=subject.pk)
    return rows.select_related("by").order_by("-pk").first()


def was_just_noted(by: User | None, actions: Collection[str], subject: models.Model) -> bool:
    """Whether the newest row of the subject is one of these acts, by the same person, a short while ago."""
    last = last_noted(subject)
    if last is None or last.by != by or last.action not in actions:
        return False
    return timezone.now() - last.recorded_at < SHORT_WHILE


def note_look(by: User, action: str, subject: models.Model) -> None:
    """Keep that somebody looked at what few may see: for each person and thing at most once in a short while."""
    own = AuditRecord.objects.filter(
        subject_type=subject._meta.label_lower, subject_id=subject.pk, by=by, action=action
    )
    if not own.filter(recorded_at__gt=timezone.now() - SHORT_WHILE).exists():
        record(by, action, subject)


def record_all(
    by: User | None,
    action: str,
    subjects: Sequence[models.Model],
    *,
    after: Sequence[dict[str, Any]] = (),
    reason: str = "",
) -> None:
    """The same action on many subjects, in one statement; `after` holds what each is now, where that is to be kept."""
    insert_all(
        AuditRecord(**_row(by, action, subject, None, state, reason)) for subject, state in zip_longest(subjects, after)
    )
    note_events(action, subjects)


def _row(
    by: User | None,
    action: str,
    subject: models.Model,
    before: dict[str, Any] | None,
    after: dict[str, Any] | None,
    reason: str,
) -> dict[str, Any]:
    return {
        "by": by,
        "action": action,
        "company_id": _company_id(subject),
        "subject_type": subject._meta.label_lower,
        "subject_id": subject.pk,
        "subject_name": str(subject)[:200],
        "before": _readable(before),
        "after": _readable(after),
        "reason": reason,
        "origin": _origin.get(),
    }


def _company_id(subject: models.Model) -> int | None:
    name = "pk" if subject._meta.label_lower == "office.company" else "company_id"
    found: int | None = getattr(subject, name, None)
    return found


def _readable(values: dict[str, Any] | None) -> dict[str, str]:
    return {name: "" if value is None else str(value) for name, value in (values or {}).items()}
