"""Findings among entries of the book: those that came late into their month."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import (
    Case,
    CharField,
    DateField,
    Func,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import TruncDate
from django.urls import reverse
from django.utils import timezone

from ledger.calendar import add_months
from ledger.models import Entry
from office.models import AuditRecord, User
from office.web.lists import Column
from reports.findings.kind import Asked, Kind, Way, days

REOPENINGS = 200
"""So many reopened months are looked at, the latest."""


class NextMonth(Func):
    """The first day after a day's month."""

    template = "(date_trunc('month', %(expressions)s) + interval '1 month')::date"
    output_field = DateField()


class DaysBetween(Func):
    """How many days from the second day to the first."""

    template = "(%(expressions)s)"
    arg_joiner = " - "
    output_field = IntegerField()


def _entries(asked: Asked) -> QuerySet[Any]:
    """A company's entries, with who entered each."""
    person = User.objects.filter(pk=OuterRef("by_id")).values("name")
    return Entry.objects.filter(company_id=asked.company.pk).annotate(by_name=Subquery(person))


def _late(asked: Asked, limit: Decimal) -> QuerySet[Any]:
    recorded_on = TruncDate("recorded_at", tzinfo=ZoneInfo(asked.company.time_zone))
    past = DaysBetween(recorded_on, NextMonth("dated_on")) + 1
    return _entries(asked).annotate(days_past=past).filter(days_past__gt=int(limit))


def _after_reopening(asked: Asked, limit: Decimal) -> QuerySet[Any]:
    noted = AuditRecord.objects.filter(subject_type="office.company", subject_id=asked.company.pk)
    reopened = noted.filter(action="reopen_month").select_related("by").order_by("-pk")[:REOPENINGS]
    whens = [When(_since(record), then=Value(_words(record, asked))) for record in reopened]
    if not whens:
        return _entries(asked).none()
    return (
        _entries(asked)
        .filter(_any([_since(record) for record in reopened]))
        .annotate(reopening=Case(*whens, default=Value(""), output_field=CharField()))
    )


def _any(conditions: list[Q]) -> Q:
    either = Q(pk=None)
    for condition in conditions:
        either |= condition
    return either


def _since(record: AuditRecord) -> Q:
    """Dated into the month that was reopened, and entered after that."""
    first = datetime.strptime(record.after["month"], "%Y-%m").date()  # noqa: DTZ007  a month is in no time zone
    return Q(dated_on__gte=first, dated_on__lt=add_months(first, 1), recorded_at__gt=record.recorded_at)


def _words(record: AuditRecord, asked: Asked) -> str:
    moment = timezone.localtime(record.recorded_at, ZoneInfo(asked.company.time_zone))
    return f"{moment:%Y-%m-%d %H:%M} by {record.by or 'Duebook'}: {record.reason}"


KEY = Column(
    "entry", "Entry", lambda row: row.reference or row.key, sort="pk", url=lambda row: reverse("paper", args=[row.pk])
)
WHAT = Column("kind", "What", lambda row: row.kind.replace("_", " ").capitalize(), sort="kind", hide_below="tablet")
DATED = Column("dated_on", "Dated", "dated_on", "day", sort="dated_on", hide_below="phone")
RECORDED = Column("recorded_at", "Entered", "recorded_at", "moment", sort="recorded_at")
DAYS_PAST = Column("days_past", "Days after its month", "days_past", "number", sort="days_past")
BY = Column("by", "By", lambda row: row.by_name or "Duebook", hide_below="tablet")

LATE = Kind(
    "late-entries",
    "Entered long after their month was over",
    "Reports of that month that were handed out before no longer agree with the book.",
    "A paper came late and was dated back, or older business was brought into the book.",
    Way("Close months when they are done: later papers then go into the next", "reports:month_list"),
    _late,
    (
        KEY,
        WHAT,
        DATED,
        RECORDED,
        DAYS_PAST,
        BY,
    ),
    "-entry",
    days("late", "More days after the month than", 10),
    is_of_whole_book=True,
)
AFTER_REOPENING = Kind(
    "after-reopening",
    "Entered into months that had been closed",
    "What was reported when the month was closed is true no more.",
    "The month was reopened, with the reason said, and something was dated into it.",
    Way("See what came in, tell whoever has the old figures, and close the month again", "reports:month_list"),
    _after_reopening,
    (KEY, WHAT, DATED, RECORDED, BY, Column("reopening", "Month reopened", "reopening", hide_below="phone")),
    "-entry",
    is_of_whole_book=True,
)
