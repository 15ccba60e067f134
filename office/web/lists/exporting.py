"""A list as CSV, Excel or plain values: always every row of the filter, in the list's order."""

import csv
import tempfile
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any, BinaryIO

import xlsxwriter
from django.db.models import QuerySet
from django.http import FileResponse, StreamingHttpResponse
from django.utils import timezone

from ledger.money import places, round_money
from office.sheets import guard
from office.web.lists.spec import Column, ListSpec, read

CHUNK = 2000
BYTE_ORDER_MARK = "\ufeff"
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def plain_rows(spec: ListSpec, queryset: QuerySet[Any]) -> Iterator[dict[str, Any]]:
    """Each row's values by column key, amounts in their currency's places."""
    for row in queryset.iterator(chunk_size=CHUNK):
        yield {column.key: plain_value(column, row) for column in spec.columns} | currencies(spec, row)


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


def currencies(spec: ListSpec, row: Any) -> dict[str, str]:
    """The currency of a row's amounts, where the list shows any."""
    money = next((column for column in spec.columns if column.kind in ("money", "price")), None)
    return {"currency": read(row, money.currency)} if money else {}


def headings(spec: ListSpec) -> list[str]:
    """The heads of the file's columns."""
    has_money = any(column.kind in ("money", "price") for column in spec.columns)
    return [column.label for column in spec.columns] + (["Currency"] if has_money else [])


def csv_response(spec: ListSpec, queryset: QuerySet[Any]) -> StreamingHttpResponse:
    """The rows as CSV, sent while they are read."""
    response = StreamingHttpResponse(csv_lines(spec, queryset), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{spec.name}.csv"'
    return response


class Echo:
    """A file that gives back what is written to it."""

    def write(self, text: str) -> str:
        return text


def csv_lines(spec: ListSpec, queryset: QuerySet[Any]) -> Iterator[str]:
    """The lines of the CSV; the mark at the start tells Excel that it is UTF-8."""
    writer = csv.writer(Echo())
    yield BYTE_ORDER_MARK + writer.writerow(headings(spec))
    for values in plain_rows(spec, queryset):
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


def xlsx_response(spec: ListSpec, queryset: QuerySet[Any]) -> FileResponse:
    """The rows as an Excel sheet with true numbers and dates."""
    file = tempfile.TemporaryFile()  # noqa: SIM115  the response closes it
    write_sheet(file, spec, queryset)
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=f"{spec.name}.xlsx", content_type=EXCEL)


def write_sheet(file: BinaryIO, spec: ListSpec, queryset: QuerySet[Any]) -> None:
    """Write the sheet row by row, in steady memory."""
    book = xlsxwriter.Workbook(file, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    sheet = book.add_worksheet(spec.title[:31])
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, len(headings(spec)) - 1, 18)
    sheet.write_row(0, 0, headings(spec), book.add_format({"bold": True}))
    formats = Formats(book)
    for index, values in enumerate(plain_rows(spec, queryset), start=1):
        digits = places(values["currency"]) if "currency" in values else None
        for position, value in enumerate(values.values()):
            write_cell(sheet, index, position, value, formats, digits)
    book.close()


class Formats:
    """The number formats of one workbook."""

    def __init__(self, book: xlsxwriter.Workbook) -> None:
        self.day = book.add_format({"num_format": "yyyy-mm-dd"})
        self.moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        self.money = {n: book.add_format({"num_format": "#,##0" + ("." + "0" * n if n else "")}) for n in range(5)}


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
