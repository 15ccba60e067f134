"""A report's answer as files. Numbers are numbers and days are days; sums are formulas that come to what it says."""

import csv
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from io import StringIO
from typing import Any, BinaryIO

from django.http import FileResponse
from django.utils import timezone
from xlsxwriter.utility import xl_range_abs

from ledger.money import places
from office.sheets import guard
from office.web.lists.excel import Formats, excel_response, new_book, write_cell
from office.web.lists.exporting import BYTE_ORDER_MARK, csv_cell
from office.written import plain_moment
from reports.frame.question import Asked
from reports.frame.spec import Answer, Row, Table
from reports.frame.words import plain, verdict

CSV = "text/csv; charset=utf-8"
HEAD = 0
FIRST = 1
"""The rows of a sheet: its head, and the first below."""


def file_name(asked: Asked, ending: str) -> str:
    """What the file is called: the report and the days that were asked for."""
    days = [f"{value:%Y-%m-%d}" for value in asked.values.values() if isinstance(value, date)]
    return "-".join([asked.report.name, *days]) + f".{ending}"


def excel_file(asked: Asked, answer: Answer) -> FileResponse:
    """The whole answer: a sheet for each table, one for the measures, and one that says what it is."""
    return excel_response(file_name(asked, "xlsx"), lambda file: write_book(file, asked, answer))


def write_book(file: BinaryIO, asked: Asked, answer: Answer) -> None:
    """Write the sheets row by row, in steady memory."""
    book = new_book(file)
    formats = Formats(book)
    bold = book.add_format({"bold": True})
    for table in answer.tables:
        write_table(book.add_worksheet(sheet_name(table.title)), table, asked.company.currency, formats, bold)
    if answer.figures:
        _write_figures(book.add_worksheet("Measures"), answer, bold)
    _write_about(book.add_worksheet("About"), asked, answer, formats, bold)
    book.close()


def sheet_name(title: str) -> str:
    """A title as Excel takes it for a sheet: 31 signs, none of []:*?/\\ ."""
    return "".join(" " if sign in "[]:*?/\\" else sign for sign in title)[:31].strip("' ") or "Report"


def heads(table: Table) -> list[str]:
    """The heads of a table in a file."""
    beside = ["Currency"] if table.has_currency else []
    return [column.label for column in table.columns] + beside + ([table.notes] if table.notes else [])


def cells(table: Table, row: Row, own: str) -> list[Any]:
    """A row's values in a file."""
    values = [plain(column, row, own) for column in table.columns]
    return values + ([row.currency] if table.has_currency else []) + ([row.note] if table.notes else [])


def write_table(sheet: Any, table: Table, own: str, formats: Formats, bold: Any) -> None:
    """Write heads, rows and feet. A foot is a formula only where the rows come to it: several may stand below the same
    rows, such as the accounts that these are entered on."""
    sheet.freeze_panes(FIRST, 1)
    sheet.set_column(0, 0, 32)
    sheet.set_column(1, len(heads(table)), 16)
    sheet.write_row(HEAD, 0, heads(table), bold)
    summed = [place for place, column in enumerate(table.columns) if column.adds]
    sums: dict[tuple[int, str], Any] = defaultdict(int)
    at = FIRST
    for row in table.rows:
        values = cells(table, row, own)
        for place, value in enumerate(values):
            write_cell(sheet, at, place, value, formats, _digits(table, place, row.currency, own))
        for place in summed:
            sums[place, _added_by(table, row)] += values[place] or 0
        at += 1
    last = at - 1
    if last >= FIRST:
        sheet.autofilter(HEAD, 0, last, len(heads(table)) - 1)
    for foot in table.foot:
        for place, column in enumerate(table.columns):
            value = foot.values.get(column.key)
            digits = _digits(table, place, foot.currency, own)
            if value is not None and value == sums.get((place, _added_by(table, foot))):
                formula = _sum(table, place, _added_by(table, foot), last)
                style = formats.money[digits] if digits is not None else None
                sheet.write_formula(at, place, formula, style, value)
            else:
                write_cell(sheet, at, place, value, formats, digits)
        if table.has_currency:
            sheet.write_string(at, len(table.columns), foot.currency, bold)
        at += 1


def _added_by(table: Table, row: Row) -> str:
    """With the rows of which currency a row is added up; of a table without amounts, with all."""
    return row.currency if table.has_currency else ""


def _digits(table: Table, place: int, currency: str, own: str) -> int | None:
    """In how many decimals a cell is written; none for what is no money."""
    if place >= len(table.columns):
        return None
    kind = table.columns[place].kind
    if kind == "money" and currency:
        return places(currency)
    return places(own) if kind == "company_money" else None


def _sum(table: Table, place: int, currency: str, last: int) -> str:
    """The formula under a column: of the rows in this currency, or of all."""
    summed = xl_range_abs(FIRST, place, last, place)
    if not currency:
        return f"=SUM({summed})"
    named = len(table.columns)
    return f'=SUMIFS({summed},{xl_range_abs(FIRST, named, last, named)},"{currency}")'


def _write_figures(sheet: Any, answer: Answer, bold: Any) -> None:
    sheet.set_column(0, 0, 36)
    sheet.set_column(1, 3, 24)
    sheet.write_row(HEAD, 0, ["Measure", "Value", "Unit", "Formula"], bold)
    for at, figure in enumerate(answer.figures, start=FIRST):
        sheet.write_string(at, 0, guard(figure.label))
        if figure.value is not None:
            sheet.write_number(at, 1, figure.value)
        sheet.write_row(at, 2, [figure.unit, guard(figure.formula)])


def _write_about(sheet: Any, asked: Asked, answer: Answer, formats: Formats, bold: Any) -> None:
    sheet.set_column(0, 0, 36)
    sheet.set_column(1, 2, 60)
    sheet.write_string(0, 0, guard(asked.report.title), bold)
    sheet.write_string(1, 0, guard(answer.about))
    said = [("Company", asked.company.legal_name), ("Made by", str(asked.reader)), *question_words(asked)]
    at = 3
    for name, words in said:
        sheet.write_row(at, 0, [guard(name), guard(words)])
        at += 1
    sheet.write_string(at, 0, "Made at")
    sheet.write_datetime(at, 1, timezone.localtime().replace(tzinfo=None), formats.moment)
    for proof in answer.proofs:
        at += 1
        sheet.write_string(at, 0, guard(proof.words))
        write_cell(sheet, at, 1, proof.difference, formats, places(proof.currency))
        sheet.write_string(at, 2, verdict(proof))


def question_words(asked: Asked) -> list[tuple[str, str]]:
    """The question, as it was asked: the label of each field with its answer."""
    said = []
    for name, field in asked.form.fields.items():
        value = asked.values.get(name)
        if value not in (None, ""):
            words = dict(getattr(field, "choices", [])).get(value, value)
            words = plain_moment(words) if isinstance(words, datetime) else words
            said.append((str(field.label or name), str(words)))
    return said


def csv_file(asked: Asked, table: Table) -> FileResponse:
    """One table's rows as CSV."""
    file = tempfile.TemporaryFile()  # noqa: SIM115  the response closes it
    file.writelines(line.encode() for line in csv_lines(table, asked.company.currency))
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=file_name(asked, "csv"), content_type=CSV)


def csv_lines(table: Table, own: str) -> Iterator[str]:
    """The heads and the rows; the sums are left to who reads them."""
    yield BYTE_ORDER_MARK + _line(heads(table))
    for row in table.rows:
        yield _line(csv_cell(value) for value in cells(table, row, own))


def _line(values: Iterable[str]) -> str:
    text = StringIO()
    csv.writer(text).writerow(list(values))
    return text.getvalue()
