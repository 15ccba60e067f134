"""Which events other programs may hear, and how an act becomes one: written in the act's own transaction.

Each room registers the acts of its audit trail that are of use outside. What has no act of its own (that a document is
settled, whoever did what to it) is written by a trigger. Without an endpoint in the company nothing is kept.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import models, transaction

from ledger.bulk import insert_all
from office.models import WebhookEndpoint, WebhookEvent
from office.work.bells import ring

SPREAD = "office.tasks.spread_webhooks"
TEST = "test"
"""The event that an administrator sends to see whether it arrives."""


def always(subject: Any) -> bool:
    """Of every subject."""
    return True


@dataclass(frozen=True)
class EventKind:
    """A kind of event: its name and words, where its subject is read by the API, and of which act it is.

    `of` says whether it is of this subject, where one act makes several kinds.
    """

    name: str
    words: str
    address: str
    act: str = ""
    of: Callable[[Any], bool] = always


KINDS: dict[str, EventKind] = {TEST: EventKind(TEST, "A test that somebody sent", "/api/v1/webhooks/{id}/")}
_BY_ACT: dict[str, list[EventKind]] = {}


def register_event(kind: EventKind) -> None:
    """Let an event be heard; called when the room that owns it is ready."""
    KINDS[kind.name] = kind
    if kind.act and kind not in _BY_ACT.setdefault(kind.act, []):
        _BY_ACT[kind.act].append(kind)


def note_events(act: str, subjects: Sequence[models.Model]) -> None:
    """Write down for other programs what was done to these, where any program of their company listens."""
    kinds = _BY_ACT.get(act)
    if not kinds:
        return
    owned = [(subject, company_id) for subject in subjects if (company_id := getattr(subject, "company_id", None))]
    listening = _listening({company_id for _, company_id in owned})
    events = [
        WebhookEvent(
            company_id=company_id,
            kind=kind.name,
            subject_type=subject._meta.label_lower,
            subject_id=subject.pk,
            subject_number=str(getattr(subject, "number", "") or "")[:60],
        )
        for subject, company_id in owned
        if company_id in listening
        for kind in kinds
        if kind.of(subject)
    ]
    if events:
        insert_all(events)
        transaction.on_commit(lambda: ring(SPREAD), robust=True)


def _listening(company_ids: set[int]) -> set[int]:
    """In which of these companies a program listens."""
    endpoints = WebhookEndpoint.objects.filter(company_id__in=company_ids, ended_at=None)
    return set(endpoints.values_list("company_id", flat=True))
