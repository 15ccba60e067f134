"""Excel files, for lists, reports and papers: how a workbook is made and sent, and how its cells are."""

import tempfile
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any, BinaryIO

import xlsxwriter
from django.http import FileResponse
from django.utils import timezone

from office.sheets import guard

EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def new_book(file: BinaryIO, *, in_memory: bool = False) -> xlsxwriter.Workbook:
    """A book in which no text becomes a formula or a link: written row by row in steady memory, or all in memory."""
    kept = {"in_memory": True} if in_memory else {"constant_memory": True}
    return xlsxwriter.Workbook(file, {**kept, "strings_to_formulas": False, "strings_to_urls": False})


def excel_response(name: str, write: Callable[[BinaryIO], None]) -> FileResponse:
    """What `write` puts into a file, as a workbook to keep under a name."""
    file = tempfile.TemporaryFile()  # noqa: SIM115  the response closes it
    write(file)
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=name, content_type=EXCEL)


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
