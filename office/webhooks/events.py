"""Which events other programs may hear, and how an act becomes one: written in the act's own transaction.

Each room registers the acts of its audit trail that are of use outside. What has no act of its own (that a document is
settled, whoever did what to it) is written by a trigger. Without an endpoint in the company nothing is kept.
"""

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection, models, transaction
from psycopg2.extras import execute_values

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

INSERT = """
    INSERT INTO office_webhookevent (company_id, uid, kind, subject_type, subject_id, subject_number)
    SELECT told.company_id, told.uid, told.kind, told.subject_type, told.subject_id, told.subject_number
    FROM (VALUES %s) AS told (company_id, uid, kind, subject_type, subject_id, subject_number, place)
    WHERE EXISTS (
        SELECT FROM office_webhookendpoint e WHERE e.company_id = told.company_id AND e.ended_at IS NULL
    )
    ORDER BY told.place
    RETURNING id
"""


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
    rows = [
        (
            getattr(subject, "company_id", None),
            str(uuid.uuid4()),
            kind.name,
            subject._meta.label_lower,
            subject.pk,
            str(getattr(subject, "number", "") or "")[:60],
            place,
        )
        for place, subject in enumerate(subjects)
        for kind in kinds
        if kind.of(subject)
    ]
    if not rows:
        return
    with connection.cursor() as cursor, connection.wrap_database_errors:
        shape = "(%s::bigint, %s::uuid, %s, %s, %s::bigint, %s, %s)"
        written = execute_values(cursor.cursor, INSERT, rows, shape, page_size=len(rows), fetch=True)
    if written:
        transaction.on_commit(lambda: ring(SPREAD), robust=True)
