"""What of open items is late, and since when: by the days that were agreed on, else as their documents say.

The book has the days that documents say. The room that keeps agreements tells of them here, so that every figure of
what is late reads the same, in rooms that may not use it as well.
"""

import json
from collections.abc import Callable, Collection, Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, NamedTuple, TypeAlias, TypedDict

from django.db.models import Case, DateField, F, Field, Func, Q, QuerySet, TextField, Value, When
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast, Coalesce
from django_stubs_ext import WithAnnotations

from ledger.fields import AmountField
from ledger.models import OpenItem


class Late(NamedTuple):
    """What of an item is late, and the first day by which some of that was to be paid."""

    amount: Decimal
    since: date | None


AgreedDays = Callable[[date, date], Mapping[int, Late]]
"""By the agreements of a day: what of items was to be paid by another, of those with a part that was, or that their
documents say was."""
AGREED: list[AgreedDays] = []


class Coming(NamedTuple):
    """The next day by which something of an item is to be paid, and how much by that day."""

    due_on: date
    amount: Decimal


ComingParts = Callable[[date, Collection[int]], Mapping[int, Coming]]
"""By the agreements of a day: of these items those that have another day, with what is to be paid next, that day or
later."""
COMING: list[ComingParts] = []


def register_agreed_days(agreed: AgreedDays, coming: ComingParts) -> None:
    """Let every figure of what is late or due next know of such agreements."""
    if agreed not in AGREED:
        AGREED.append(agreed)
        COMING.append(coming)


def coming_parts(items: Collection[OpenItem], on: date) -> dict[int, Coming]:
    """By open item, what is to be paid of it next: as agreed on, else all of it by its document's day."""
    parts = {item.pk: Coming(item.due_on, item.balance) for item in items}
    for coming in COMING:
        parts |= coming(on, list(parts))
    return parts


def late_items(items: QuerySet[OpenItem, Any], on: date, days: int = 1) -> QuerySet[OpenItem, Any]:
    """Those of which something is late on a day, by so many days or more; `late` says what, `late_since` since when."""
    last, told = _told(on, days)
    early = [pk for pk, late in told.items() if late.amount]
    past = Q(due_on__lte=last) | Q(pk__in=early) if early else Q(due_on__lte=last)
    rows = items.filter(past, balance__gt=0).alias(late=_late(last, told), late_since=_since(told))
    return rows.filter(late__gt=0) if told else rows


class Lateness(TypedDict):
    late: Decimal
    late_since: date


ItemWithLate: TypeAlias = "WithAnnotations[OpenItem, Lateness]"


def with_late(items: QuerySet[OpenItem], on: date) -> QuerySet[ItemWithLate]:
    """Open items, each with `late`, what of it is late on a day, and `late_since`, nothing where nothing is."""
    last, told = _told(on, 1)
    return items.annotate(late=_late(last, told)).annotate(late_since=Case(When(late__gt=0, then=_since(told))))


def late_part(on: date) -> Combinable:
    """What of an open item is late on a day; for a query of open items."""
    return _late(*_told(on, 1))


def _told(on: date, days: int) -> tuple[date, dict[int, Late]]:
    """The last day that is late by so many days, and what was agreed on."""
    last = on - timedelta(days=days)
    return last, {item: late for agreed in AGREED for item, late in agreed(on, last).items()}


def _late(last: date, told: Mapping[int, Late]) -> Combinable:
    said = Case(When(due_on__lte=last, balance__gt=0, then="balance"), default=Decimal(0), output_field=AmountField())
    return _agreed({pk: str(late.amount) for pk, late in told.items()}, said, AmountField())


def _since(told: Mapping[int, Late]) -> Combinable:
    return _agreed({pk: str(late.since) for pk, late in told.items() if late.since}, F("due_on"), DateField())


def _agreed(values: Mapping[int, str], else_: Combinable, field: "Field[Any, Any]") -> Combinable:
    """What was agreed on of an item, or what its document says."""
    if not values:
        return else_
    said = _UnderKey(Value(json.dumps(values)), Cast("pk", TextField()), output_field=TextField())
    return Coalesce(Cast(said, field), else_, output_field=field)


class _UnderKey(Func):
    """What a JSON object says under a key; nothing where it does not have it."""

    template = "(%(expressions)s)"
    arg_joiner = "::jsonb ->> "
