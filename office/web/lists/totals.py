"""What stands at the foot: how many rows there are, and what they add up to in each currency."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from babel.numbers import format_decimal
from django.db.models import F, QuerySet, Sum

from office.web.lists.spec import Column
from office.written import locale

MOST = 10_000


@dataclass(frozen=True)
class Totals:
    """The sums of one currency, by column key."""

    currency: str
    sums: dict[str, Decimal]


def capped_count(queryset: QuerySet[Any]) -> int:
    """How many rows there are; past ten thousand, where counting costs more than it tells, one more than that."""
    return queryset.order_by()[: MOST + 1].count()


def count_words(count: int) -> str:
    """A capped count as it is shown."""
    shown = format_decimal(min(count, MOST), locale=locale())
    return f"{shown}+" if count > MOST else shown


def totals_of(queryset: QuerySet[Any], currency: str, columns: Sequence[Column]) -> list[Totals]:
    """The sums of those columns that are added up, over every row, one set for each currency."""
    summed = {column.key: Sum(column.total) for column in columns if column.total is not None}
    if not summed:
        return []
    sums = {f"total_{key}": each for key, each in summed.items()}
    rows = queryset.order_by().values(list_currency=F(currency)).annotate(**sums).order_by("list_currency")
    return [Totals(row["list_currency"], {key: row[f"total_{key}"] for key in summed}) for row in rows]
