"""A list as plain values and CSV: always every row of the filter, in the list's order."""

import csv
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.http import StreamingHttpResponse
from django.utils import timezone

from ledger.money import round_money
from office.sheets import guard
from office.web.lists.spec import Column, read

CHUNK = 2000
BYTE_ORDER_MARK = "\ufeff"


@dataclass(frozen=True)
class ListFile:
    """A list as a file: its columns, every row that fits in the list's order, and what is said about them.

    `narrowed` are labels with their words: how it is narrowed and ordered; `about` is all that is said of it. `told` is
    called with the number of rows read so far.
    """

    name: str
    title: str
    columns: tuple[Column, ...]
    rows: QuerySet[Any]
    narrowed: Sequence[tuple[str, str]] = ()
    about: Sequence[tuple[str, str]] = ()
    told: Callable[[int], None] = lambda count: None

    @property
    def has_money(self) -> bool:
        """Whether a row's amounts need their currency beside them."""
        return any(column.kind in ("money", "price") for column in self.columns)

    @property
    def headings(self) -> list[str]:
        """The heads of the file's columns."""
        return [column.label for column in self.columns] + (["Currency"] if self.has_money else [])

    def values(self) -> Iterator[dict[str, Any]]:
        """Each row's values by column key, amounts in their currency's places."""
        for count, row in enumerate(self.rows.iterator(chunk_size=CHUNK), start=1):
            yield {column.key: plain_value(column, row) for column in self.columns} | currencies(self.columns, row)
            if count % CHUNK == 0:
                self.told(count)


def plain_value(column: Column, row: Any) -> Any:
    """A value as a program wants it."""
    value = read(row, column.value)
    if value is None:
        return None
    if column.kind == "money":
        return round_money(value, read(row, column.currency))
    if column.kind in ("price", "number", "day", "moment"):
        return value
    return str(value)


def currencies(columns: tuple[Column, ...], row: Any) -> dict[str, str]:
    """The currency of a row's amounts, where the list shows any."""
    money = next((column for column in columns if column.kind in ("money", "price")), None)
    return {"currency": read(row, money.currency)} if money else {}


def csv_response(listing: ListFile) -> StreamingHttpResponse:
    """The rows as CSV, sent while they are read."""
    response = StreamingHttpResponse(csv_lines(listing), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{listing.name}.csv"'
    return response


class Echo:
    """A file that gives back what is written to it."""

    def write(self, text: str) -> str:
        return text


def csv_lines(listing: ListFile) -> Iterator[str]:
    """The lines of the CSV; the mark at the start tells Excel that it is UTF-8."""
    writer = csv.writer(Echo())
    yield BYTE_ORDER_MARK + writer.writerow(listing.headings)
    for values in listing.values():
        yield writer.writerow([csv_cell(value) for value in values.values()])


def csv_cell(value: Any) -> str:
    """A value as text that means the same everywhere."""
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, datetime):
        return timezone.localtime(value).isoformat(timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    return "" if value is None else guard(str(value))
