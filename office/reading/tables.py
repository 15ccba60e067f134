"""A file as a heading and rows of cells: text from CSV, true numbers and days from Excel."""

import csv
import io
from collections.abc import Callable, Iterator
from typing import IO, NamedTuple

from ledger.refusals import Refused
from office.reading.encoding import encoding_of
from office.reading.excel import Cell, excel_rows
from office.sheets import unguard

SEPARATORS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
MOST_COLUMNS = 2000
ZIP = b"PK\x03\x04"


class TableRow(NamedTuple):
    """A row and the line it begins on, as a spreadsheet or an editor counts."""

    line: int
    cells: list[Cell]


Arrange = Callable[[Iterator[TableRow]], Iterator[TableRow]]
"""Makes a plain table, its heading first, of a file's rows."""


def as_they_are(rows: Iterator[TableRow]) -> Iterator[TableRow]:
    """The rows of a file that is a plain table already."""
    return rows


def table_rows(file: IO[bytes], encoding: str = "", separator: str = "") -> Iterator[TableRow]:
    """Every row that is not blank, the heading first; what is not said is found out. Raises Refused for no table."""
    start = file.read(len(ZIP))
    file.seek(0)
    rows = excel_rows(file) if start == ZIP else _csv_rows(file, encoding, separator)
    return (_narrow(TableRow(line, cells)) for line, cells in rows if any(cell != "" for cell in cells))


def _narrow(row: TableRow) -> TableRow:
    if len(row.cells) > MOST_COLUMNS:
        message = f"Line {row.line} has {len(row.cells):,} columns: more than {MOST_COLUMNS:,} are no table."
        raise Refused(message, code="too_many_columns")
    return row


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
        if not file.closed:  # else whoever asked went away in the midst of it
            text.detach().seek(0)
