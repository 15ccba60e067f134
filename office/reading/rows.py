"""A file's rows as values by field, with the troubles of each."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import IO, Any

from ledger.refusals import Refused
from office.reading.days import DayEvidence, DayOrder, read_day
from office.reading.excel import Cell
from office.reading.fields import Field, FieldKind
from office.reading.mapping import ColumnRule, Mapping
from office.reading.numbers import DecimalSign, NumberEvidence, read_number
from office.reading.tables import Arrange, as_they_are, table_rows
from office.reading.troubles import Trouble

TRUE = {"yes", "y", "true", "1", "x"}
FALSE = {"no", "n", "false", "0", ""}
REMEMBERED = 10_000
BAD_LETTERS = {"\x00", "\N{REPLACEMENT CHARACTER}"}
LARGEST = Decimal(10) ** 12
ADVICE = {
    FieldKind.NUMBER: "Write it as a number, such as 1234.50.",
    FieldKind.DAY: "Write it as a day, such as 2026-03-31.",
    FieldKind.FLAG: "Write yes or no.",
    FieldKind.TEXT: "Save the file anew as UTF-8: letters were lost.",
}


@dataclass
class ReadRow:
    """The values of a row by field; an empty cell is None. A row with troubles holds no values for those fields."""

    line: int
    values: dict[str, Any]
    troubles: list[Trouble] = field(default_factory=list)
    cells: Sequence[Cell] = ()


class TableReader:
    """Reads a table through a mapping. Raises Refused where a column is missing or its way of writing stays open.

    `arrange` makes a plain table of rows that another product lays out in its own way.
    """

    def __init__(
        self, file: IO[bytes], fields: Sequence[Field], mapping: Mapping, arrange: Arrange = as_they_are
    ) -> None:
        self.file, self.mapping, self.arrange = file, mapping, arrange
        self.fields = [wanted for wanted in fields if wanted.name in mapping.columns]
        self.headings = read_headings(file, mapping, arrange)
        self.rules = mapping.columns
        self.places = {wanted.name: self._place(wanted) for wanted in self.fields}
        missing = [f.label for f in fields if f.required and f.name not in {**mapping.columns, **mapping.constants}]
        if missing:
            raise Refused(f"Say which column is: {', '.join(missing)}.", code="column_missing")
        self.rules = self._decided()

    def __iter__(self) -> Iterator[ReadRow]:
        """The rows after the heading."""
        parsers = [(f, self.places[f.name], parser_of(f.kind, self.rules[f.name])) for f in self.fields]
        for line, cells in self._body():
            row = ReadRow(line, dict(self.mapping.constants), cells=cells)
            for wanted, place, parse in parsers:
                cell = cells[place] if place < len(cells) else ""
                self._read_cell(row, wanted, cell, parse)
            yield row

    def _read_cell(self, row: ReadRow, wanted: Field, cell: Cell, parse: Callable[[Cell], Any]) -> None:
        try:
            value = parse(cell)
        except ValueError as error:
            row.troubles.append(self._trouble(row.line, wanted, cell, f"This {error}. {ADVICE[wanted.kind]}"))
            return
        if value is not None:
            row.values[wanted.name] = value
        elif wanted.required and wanted.name not in row.values:
            row.troubles.append(self._trouble(row.line, wanted, cell, "It is empty. Fill it in."))

    def _trouble(self, line: int, wanted: Field, cell: Cell, advice: str) -> Trouble:
        return Trouble(line, self.rules[wanted.name].heading, str(cell), advice, f"{wanted.label} cannot be read")

    def _body(self) -> Iterator[tuple[int, list[Cell]]]:
        rows = self.arrange(table_rows(self.file, self.mapping.encoding, self.mapping.separator))
        next(rows)
        return rows

    def _place(self, wanted: Field) -> int:
        heading = self.mapping.columns[wanted.name].heading
        if heading not in self.headings:
            raise Refused(f"The file has no column {heading!r}.", code="column_missing")
        return self.headings.index(heading)

    def _decided(self) -> dict[str, ColumnRule]:
        """The rules with each column's way of writing, decided from all of its cells where the mapping is silent."""
        undecided = [f for f in self.fields if self._needs_deciding(f)]
        evidence = {f.name: NumberEvidence() if f.kind is FieldKind.NUMBER else DayEvidence() for f in undecided}
        for _, cells in self._body() if undecided else ():
            for wanted in undecided:
                place = self.places[wanted.name]
                if place < len(cells) and isinstance(cell := cells[place], str):
                    evidence[wanted.name].see(cell)
        return self.mapping.columns | {f.name: self._rule_for(f, evidence[f.name].decide()) for f in undecided}

    def _needs_deciding(self, wanted: Field) -> bool:
        rule = self.mapping.columns[wanted.name]
        return (wanted.kind is FieldKind.NUMBER and not rule.decimal) or (
            wanted.kind is FieldKind.DAY and not rule.day_order
        )

    def _rule_for(self, wanted: Field, decided: DecimalSign | DayOrder | None) -> ColumnRule:
        rule = self.mapping.columns[wanted.name]
        if decided is None:
            what = "decimal sign" if wanted.kind is FieldKind.NUMBER else "order of day and month"
            raise Refused(f"The {what} of {rule.heading!r} can be read in two ways. Choose one.", code="undecided")
        if isinstance(decided, DecimalSign):
            return replace(rule, decimal=str(decided))
        return replace(rule, day_order=str(decided))


def read_headings(file: IO[bytes], mapping: Mapping, arrange: Arrange = as_they_are) -> list[str]:
    """The cells of the first row. Raises Refused where there is none."""
    first = next(arrange(table_rows(file, mapping.encoding, mapping.separator)), None)
    if first is None:
        raise Refused("The file is empty.", code="not_a_table")
    return [str(cell).strip() for cell in first.cells]


def parser_of(kind: FieldKind, rule: ColumnRule) -> Callable[[Cell], Any]:
    """What turns a cell of a column into a value, None where it is empty. It raises ValueError for what cannot be.

    Columns say the same again and again, so what was understood lately is remembered.
    """
    return lru_cache(REMEMBERED, typed=True)(_parser(kind, rule))


def _parser(kind: FieldKind, rule: ColumnRule) -> Callable[[Cell], Any]:
    if kind is FieldKind.NUMBER:
        sign = DecimalSign(rule.decimal)
        return lambda cell: _number(cell, sign)
    if kind is FieldKind.DAY:
        order = DayOrder(rule.day_order)
        return lambda cell: _day(cell, order)
    if kind is FieldKind.FLAG:
        return _flag
    return _whole_number if rule.whole_number else _text


def _number(cell: Cell, sign: DecimalSign) -> Decimal | None:
    if not isinstance(cell, Decimal) and not str(cell).strip():
        return None
    number = cell if isinstance(cell, Decimal) else read_number(str(cell), sign)
    if abs(number) >= LARGEST:
        raise ValueError("is a larger number than can be kept")
    return number


def _day(cell: Cell, order: DayOrder) -> date | None:
    if isinstance(cell, date):
        return cell
    return read_day(str(cell), order) if str(cell).strip() else None


def _flag(cell: Cell) -> bool | None:
    if isinstance(cell, bool):
        return cell
    word = str(cell).strip().casefold()
    if word not in TRUE | FALSE:
        raise ValueError("is neither yes nor no")
    return word in TRUE if word else None


def _text(cell: Cell) -> str | None:
    text = f"{cell:f}" if isinstance(cell, Decimal) else str(cell)
    if not BAD_LETTERS.isdisjoint(text):
        raise ValueError("holds letters that were lost")
    return text.strip() or None


def _whole_number(cell: Cell) -> str | None:
    text = _text(cell)
    whole, point, part = (text or "").partition(".")
    return whole if point and not part.strip("0") else text
