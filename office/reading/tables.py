"""A file as a heading and rows of cells: text from CSV, true numbers and days from Excel."""

import csv
import io
import zipfile
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import IO, NamedTuple

from python_calamine import CalamineError, CalamineWorkbook

from ledger.refusals import Refused
from office.reading.encoding import encoding_of
from office.sheets import unguard

Cell = str | Decimal | date | bool
SEPARATORS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
LARGEST_SHEET = 256 * 1024 * 1024
ZIP = b"PK\x03\x04"


class TableRow(NamedTuple):
    """A row and the line it begins on, as a spreadsheet or an editor counts."""

    line: int
    cells: list[Cell]


def table_rows(file: IO[bytes], encoding: str = "", separator: str = "") -> Iterator[TableRow]:
    """Every row that is not blank, the heading first; what is not said is found out. Raises Refused for no table."""
    start = file.read(len(ZIP))
    file.seek(0)
    rows = _excel_rows(file) if start == ZIP else _csv_rows(file, encoding, separator)
    return (row for row in rows if any(cell != "" for cell in row.cells))


def separator_of(first_line: str) -> str:
    """The sign that parts the headings, found outside of quotes."""
    outside = "".join(first_line.split('"')[::2])
    return max(SEPARATORS, key=outside.count)


def _csv_rows(file: IO[bytes], encoding: str, separator: str) -> Iterator[TableRow]:
    text = io.TextIOWrapper(file, encoding or encoding_of(file), newline="")
    try:
        separator = separator or separator_of(text.readline())
        text.seek(0)
        reader = csv.reader(text, delimiter=separator, strict=True)
        line = 1
        for cells in reader:
            yield TableRow(line, [unguard(cell) for cell in cells])
            line = reader.line_num + 1
    except UnicodeError as error:
        raise Refused(f"The file is not {encoding}. Choose another encoding.", code="unknown_encoding") from error
    except csv.Error as error:
        raise Refused(f"Line {reader.line_num} cannot be read: {error}.", code="not_a_table") from error
    finally:
        text.detach().seek(0)


def _excel_rows(file: IO[bytes]) -> Iterator[TableRow]:
    try:
        _require_small(file)
        sheet = CalamineWorkbook.from_filelike(file).get_sheet_by_index(0)
        first_line = sheet.start[0] + 1 if sheet.start else 1
        for line, cells in enumerate(sheet.iter_rows(), start=first_line):
            yield TableRow(line, [_excel_cell(cell) for cell in cells])
    except (CalamineError, zipfile.BadZipFile) as error:
        raise Refused("This is not an Excel file that can be read.", code="not_a_table") from error
    finally:
        file.seek(0)


def _require_small(file: IO[bytes]) -> None:
    with zipfile.ZipFile(file) as parts:
        if sum(part.file_size for part in parts.infolist()) > LARGEST_SHEET:
            raise Refused("The sheet is too large. Save it as CSV.", code="file_too_large")
    file.seek(0)


def _excel_cell(value: object) -> Cell:
    if isinstance(value, bool):
        return value
    if isinstance(value, int | float):
        return Decimal(repr(value)) if isinstance(value, int) else Decimal(f"{value:.15g}")
    if isinstance(value, datetime):
        return value.date()
    return value if isinstance(value, date) else unguard(str(value))
