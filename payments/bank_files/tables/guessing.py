"""What a table tells of itself: where its headings stand, which column is what, and how it is written.

A guess is shown to a person before anything is taken; what could be read in two ways is left for them to say.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import partial
from itertools import chain

from office.reading.days import DayEvidence, DayOrder
from office.reading.excel import Cell
from office.reading.fields import plain
from office.reading.numbers import DecimalSign, NumberEvidence
from office.reading.tables import TableRow
from payments.bank_files.tables.cells import bare_number, read_cell_day, read_number_in
from payments.bank_files.tables.grid import LOOKED_AT, Grid, filled, text_of, texts
from payments.bank_files.tables.mapping import AMOUNTS, COLUMN_ROLES, SEVERAL, Role, TableMapping

IN_WORDS = {"bij", "cr", "credit", "crdt", "in", "inflow", "haben", "h", "c", "+", "crédit", "abono", "gutschrift"}
OUT_WORDS = {"af", "dr", "debit", "dbit", "out", "outflow", "soll", "s", "d", "-", "débit", "cargo", "lastschrift"}
PENDING_WORDS = {"pending", "vorgemerkt", "in behandeling", "en attente", "pendiente", "reserved", "authorised"}
_IN_BRACKETS = re.compile(r"\(.*?\)|\[.*?\]")


def guess_mapping(grid: Grid, *, first_line: int | None = None, has_headings: bool = True) -> TableMapping:
    """The mapping that a table suggests; what is left open is empty. A person may say where the headings stand."""
    place = _headings_at(grid) if first_line is None else _place_of(grid, first_line, has_headings)
    headings = tuple(filled(grid.rows[place])) if place is not None else ()
    first = grid.rows[place].line if place is not None else first_line or _first_full_row(grid)
    rows = [row for row in grid.rows if row.line > first or (not headings and row.line == first)]
    width = len(grid.rows[place].cells) if place is not None else max((len(filled(row)) for row in rows), default=0)
    columns = [_column(rows, place) for place in range(width)]
    roles = _by_headings(headings, width) if headings else _by_cells(columns)
    _add_direction(roles, columns)
    mapping = TableMapping(
        columns=tuple(roles),
        headings=headings,
        first_line=first,
        encoding=grid.encoding,
        separator=grid.separator,
    )
    return _with_words(_as_evident(mapping, rows), columns, rows)


def _place_of(grid: Grid, first_line: int, has_headings: bool) -> int | None:
    """Where the headings stand by what a person says: on that line or the next that is not blank."""
    return next((place for place, row in enumerate(grid.rows) if has_headings and row.line >= first_line), None)


def _as_evident(mapping: TableMapping, rows: Sequence[TableRow]) -> TableMapping:
    """With the sign before the cents and the order of days only where something tells them: 12 and 13 tell nothing."""
    numbers, days = _number_evidence(mapping, rows), _day_evidence(mapping, rows)
    decimal = numbers.decide() if numbers.signs else None
    order = days.decide() if days.orders else None
    return replace(mapping, decimal=str(decimal or ""), day_order=str(order or ""))


def decided(mapping: TableMapping, rows: Sequence[TableRow]) -> TableMapping:
    """The mapping with the sign before the cents and the order of days, where it leaves them to the table's columns."""
    decimal, order = mapping.decimal, mapping.day_order
    if not decimal:
        decimal = str(_number_evidence(mapping, rows).decide() or "")
    if not order:
        order = str(_day_evidence(mapping, rows).decide() or "")
    return replace(mapping, decimal=decimal, day_order=order)


def _number_evidence(mapping: TableMapping, rows: Sequence[TableRow]) -> NumberEvidence:
    evidence = NumberEvidence()
    for row in rows:
        for cell in _cells(row, mapping, (*AMOUNTS, Role.BALANCE)):
            if _is_amount(cell):
                evidence.see(bare_number(cell).strip("()CRDcrd. "))
    return evidence


def _day_evidence(mapping: TableMapping, rows: Sequence[TableRow]) -> DayEvidence:
    evidence = DayEvidence()
    for row in rows:
        for cell in _cells(row, mapping, (Role.BOOKED_ON, Role.VALUE_ON)):
            evidence.see(cell)
    return evidence


def _cells(row: TableRow, mapping: TableMapping, roles: Iterable[Role]) -> Iterable[str]:
    places = chain.from_iterable(mapping.places(role) for role in roles)
    return (cell for place in places if place < len(row.cells) and isinstance(cell := row.cells[place], str))


def _headings_at(grid: Grid) -> int | None:
    """Where the first row stands that names a day and an amount."""
    for place, row in enumerate(grid.rows[:LOOKED_AT]):
        found = set(_by_headings(texts(row), len(row.cells)))
        if Role.BOOKED_ON in found and found & set(AMOUNTS):
            return place
    return None


def _first_full_row(grid: Grid) -> int:
    """The line of the first row with as many cells as most."""
    looked = grid.rows[:LOOKED_AT]
    widths = Counter(len(row.cells) for row in looked if len(filled(row)) > 1)
    usual = max(widths, key=lambda width: (widths[width], width), default=0)
    return next((row.line for row in looked if len(row.cells) == usual), 1)


def _by_headings(headings: Sequence[str], width: int) -> list[str]:
    """What each column is by its heading; one that names an amount and its two parts keeps the amount."""
    bare = [_IN_BRACKETS.sub("", heading) for heading in headings]
    found: list[str] = [""] * width
    for field in COLUMN_ROLES:
        wanted = {plain(name) for name in (field.label, *field.headings)}
        places = [place for place, heading in enumerate(bare) if plain(heading) in wanted and not found[place]]
        for place in places if field.name in SEVERAL else places[:1]:
            found[place] = field.name
    if Role.AMOUNT in found:
        found = ["" if name in (Role.MONEY_IN, Role.MONEY_OUT) else name for name in found]
    return found


def _by_cells(columns: Sequence[list[Cell]]) -> list[str]:
    """What each column is by what stands in it: the first of days, the first of amounts, and all words."""
    found: list[str] = []
    for cells in columns:
        role = _role_of(cells)
        found.append("" if role in found and role != Role.TEXT else role)
    return found


def _role_of(cells: list[Cell]) -> str:
    said = [cell for cell in cells if text_of(cell)]
    if not said:
        return ""
    if all(_is_day(cell) for cell in said):
        return Role.BOOKED_ON
    if all(_is_amount(cell) for cell in said):
        return Role.AMOUNT
    return Role.TEXT


def _is_day(cell: Cell) -> bool:
    return any(_reads(partial(read_cell_day, cell, order)) for order in DayOrder)


def _is_amount(cell: Cell) -> bool:
    return any(_reads(partial(read_number_in, cell, sign)) for sign in DecimalSign)


def _reads(read: Callable[[], date | Decimal | None]) -> bool:
    with suppress(ValueError):
        return read() is not None
    return False


def _column(rows: Sequence[TableRow], place: int) -> list[Cell]:
    return [row.cells[place] for row in rows[:LOOKED_AT] if place < len(row.cells)]


def _add_direction(roles: list[str], columns: Sequence[list[Cell]]) -> None:
    """A column of nothing but words for in and out says the direction of the amount beside it."""
    if Role.AMOUNT not in roles or Role.DIRECTION in roles:
        return
    for place, cells in enumerate(columns):
        said = {text_of(cell).casefold() for cell in cells} - {""}
        if not roles[place] and said and said <= IN_WORDS | OUT_WORDS:
            roles[place] = Role.DIRECTION
            return


def _with_words(mapping: TableMapping, columns: Sequence[list[Cell]], rows: Sequence[TableRow]) -> TableMapping:
    """The mapping with the words that its columns use, and what its rows look like."""
    said = {role: _said(mapping, role, columns) for role in (Role.DIRECTION, Role.STATUS, Role.BOOKED_ON)}
    pending = said[Role.STATUS] + said[Role.BOOKED_ON]
    out = mapping.place(Role.MONEY_OUT)
    return replace(
        mapping,
        in_words=tuple(word for word in said[Role.DIRECTION] if word.casefold() in IN_WORDS),
        out_words=tuple(word for word in said[Role.DIRECTION] if word.casefold() in OUT_WORDS),
        pending_words=tuple(word for word in pending if word.casefold() in PENDING_WORDS),
        out_is_negative=out is not None and _are_negative(columns[out]),
        goes_on=any(_goes_on(row, mapping) for row in rows[1:LOOKED_AT]),
    )


def _said(mapping: TableMapping, role: Role, columns: Sequence[list[Cell]]) -> list[str]:
    place = mapping.place(role)
    cells = columns[place] if place is not None else []
    return list(dict.fromkeys(text for cell in cells if (text := text_of(cell))))


def _are_negative(cells: list[Cell]) -> bool:
    said = [text for cell in cells if (text := text_of(cell))]
    return bool(said) and all(text.startswith(("-", "\N{MINUS SIGN}")) for text in said)


def _goes_on(row: TableRow, mapping: TableMapping) -> bool:
    """Whether a row has words, and neither a day nor an amount."""
    cells = texts(row)
    of = {role: [cells[place] for place in mapping.places(role) if place < len(cells)] for role in Role}
    return any(of[Role.TEXT]) and not any(chain.from_iterable(of[role] for role in (Role.BOOKED_ON, *AMOUNTS)))
