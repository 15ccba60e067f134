"""A bank's table as rows of cells, before anybody knows what they are."""

from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal
from io import BytesIO
from itertools import islice

from ledger.refusals import Refused
from office.reading.encoding import encoding_of
from office.reading.excel import Cell
from office.reading.tables import SEPARATORS, ZIP, TableRow, table_rows
from payments.bank_files.facts import NOT_KNOWN, BadBankFile
from payments.bank_files.tables.mapping import MOST_COLUMNS, TableMapping, plain_headings

LOOKED_AT = 40
"""How many rows are looked at to tell what a table is like."""


@dataclass(frozen=True)
class Grid:
    """The rows of a table that are not blank, and how its bytes were read."""

    rows: Sequence[TableRow]
    encoding: str = ""
    separator: str = ""

    @property
    def kind(self) -> str:
        """CSV or Excel."""
        return "CSV" if self.separator else "Excel"

    @property
    def width(self) -> int:
        """How many columns the longest of its rows has, empty ones at the end left out."""
        return max((len(filled(row)) for row in self.rows), default=0)

    def after(self, mapping: TableMapping) -> Sequence[TableRow] | None:
        """The rows of payments, below the mapping's headings wherever these stand; None where it does not fit."""
        start = self._start(mapping)
        return None if start is None else self.rows[start : -mapping.last_rows or None]

    def head(self, mapping: TableMapping) -> Sequence[TableRow]:
        """The rows above those of payments."""
        return self.rows[: self._start(mapping)]

    def _start(self, mapping: TableMapping) -> int | None:
        if mapping.headings:
            wanted = plain_headings(mapping.headings)
            looked = enumerate(self.rows[:LOOKED_AT], start=1)
            return next((place for place, row in looked if plain_headings(texts(row)) == wanted), None)
        start = sum(row.line < mapping.first_line for row in self.rows)
        widest = max((len(filled(row)) for row in self.rows[start:]), default=0)
        return start if widest <= len(mapping.columns) else None


def open_table(content: bytes, encoding: str = "", separator: str = "") -> Grid:
    """The rows of a CSV or Excel file; what is not said is found out. Raises BadBankFile for what is no table."""
    try:
        if content.startswith(ZIP):
            return _whole(Grid(list(table_rows(BytesIO(content)))))
        encoding = encoding or encoding_of(BytesIO(content))
        separator = separator or _separator_of(content, encoding)
        return _whole(Grid(list(table_rows(BytesIO(content), encoding, separator)), encoding, separator))
    except Refused as refusal:
        raise BadBankFile(refusal.message) from refusal


def texts(row: TableRow) -> list[str]:
    """The cells as text."""
    return [text_of(cell) for cell in row.cells]


def text_of(cell: Cell) -> str:
    """A cell as a person reads it."""
    return f"{cell:f}" if isinstance(cell, Decimal) else str(cell).strip()


def filled(row: TableRow) -> list[str]:
    """The cells as text without the empty ones at the end."""
    found = texts(row)
    while found and not found[-1]:
        found.pop()
    return found


def _whole(grid: Grid) -> Grid:
    if grid.width < 2:
        raise BadBankFile(NOT_KNOWN)
    if grid.width > MOST_COLUMNS:
        raise BadBankFile(f"This is no table of a bank: it has {grid.width} columns.")
    return grid


def _separator_of(content: bytes, encoding: str) -> str:
    """The sign by which most of the first rows have the same number of cells, and the most of them."""
    return max(SEPARATORS, key=lambda separator: _evenness(content, encoding, separator))


def _evenness(content: bytes, encoding: str, separator: str) -> tuple[int, int]:
    widths: Counter[int] = Counter()
    with suppress(Refused):  # a broken row tells nothing; those before it do
        for row in islice(table_rows(BytesIO(content), encoding, separator), LOOKED_AT):
            widths[len(row.cells)] += len(row.cells) > 1
    return max(((count, width) for width, count in widths.items() if count), default=(0, 0))
