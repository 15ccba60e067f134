"""A list as plain values and CSV: always every row of the filter, in the list's order; and how Excel's cells are."""

import csv
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import xlsxwriter
from django.db.models import QuerySet
from django.http import StreamingHttpResponse
from django.utils import timezone

from ledger.money import round_money
from office.sheets import guard
from office.web.lists.spec import Column, read

CHUNK = 2000
BYTE_ORDER_MARK = "\ufeff"
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


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


class Formats:
    """The number formats of one workbook."""

    def __init__(self, book: xlsxwriter.Workbook) -> None:
        self.day = book.add_format({"num_format": "yyyy-mm-dd"})
        self.moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        amounts = {n: "#,##0" + ("." + "0" * n if n else "") for n in range(5)}
        self.money = {n: book.add_format({"num_format": pattern}) for n, pattern in amounts.items()}
        self.total = {n: book.add_format({"num_format": pattern, "bold": True}) for n, pattern in amounts.items()}
        self.bold = book.add_format({"bold": True})
        self.head = book.add_format({"bold": True, "bottom": 1, "valign": "top", "text_wrap": True})
        self.wrapped = book.add_format({"text_wrap": True, "valign": "top"})


def write_cell(sheet: Any, row: int, position: int, value: Any, formats: Formats, digits: int | None) -> None:
    """Write one cell in its own kind."""
    if isinstance(value, Decimal):
        sheet.write_number(row, position, value, formats.money[digits] if digits is not None else None)
    elif isinstance(value, int):
        sheet.write_number(row, position, value)
    elif isinstance(value, datetime):
        sheet.write_datetime(row, position, timezone.localtime(value).replace(tzinfo=None), formats.moment)
    elif isinstance(value, date):
        sheet.write_datetime(row, position, value, formats.day)
    elif value is not None:
        sheet.write_string(row, position, guard(str(value)))
