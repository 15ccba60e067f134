"""One row of a bank's table by its mapping: what each cell is, and what of it cannot be read."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

from office.reading.days import DayOrder
from office.reading.excel import Cell
from office.reading.numbers import DecimalSign
from office.reading.tables import TableRow
from payments.bank_files.facts import Unread, joined
from payments.bank_files.tables.cells import as_found, read_amount, read_cell_day, read_words
from payments.bank_files.tables.grid import filled, text_of
from payments.bank_files.tables.mapping import AMOUNTS, Role, TableMapping


class RowCells:
    """The cells of one row by what they are; those that cannot be read are noted."""

    def __init__(self, row: TableRow, mapping: TableMapping, currency: str) -> None:
        self.row, self.mapping, self.currency = row, mapping, currency
        self.place = f"line {row.line}"
        self.unread: list[Unread] = []
        self.noted: set[Role] = set()
        if mapping.headings and len(filled(row)) > len(mapping.columns):
            found = f"{len(filled(row))} cells under {len(mapping.columns)} headings"
            self.unread.append(Unread(self.place, "row", found))

    def cells(self, role: Role) -> list[Cell]:
        """The cells of a role."""
        return [self.row.cells[place] for place in self.mapping.places(role) if place < len(self.row.cells)]

    def has(self, *roles: Role) -> bool:
        """Whether anything stands in the columns of these roles."""
        return any(text_of(cell) for role in roles for cell in self.cells(role))

    def note(self, role: Role, found: str) -> None:
        """Keep what stood in the column of a role."""
        place = self.mapping.place(role)
        self.noted.add(role)
        self.unread.append(Unread(self.place, self.mapping.name_of(place) if place is not None else role, found))

    @property
    def is_pending(self) -> bool:
        """Whether the bank has not booked it: one of the words for that stands as its state or in place of its day."""
        pending = {word.casefold() for word in self.mapping.pending_words}
        said = (text_of(cell).casefold() for role in (Role.STATUS, Role.BOOKED_ON) for cell in self.cells(role))
        return bool(pending) and any(word in pending for word in said)

    def words(self, role: Role) -> list[str]:
        """What stands in each column of a role."""
        return [self._read(role, cell, read_words) or "" for cell in self.cells(role)]

    def word(self, role: Role) -> str:
        """What stands in the one column of a role."""
        return next(iter(self.words(role)), "")

    def day(self, role: Role) -> date | None:
        """A day."""
        order = DayOrder(self.mapping.day_order)
        return next(
            (self._read(role, cell, lambda cell: read_cell_day(cell, order)) for cell in self.cells(role)), None
        )

    def balance(self) -> tuple[Decimal | None, list[Unread]]:
        """The balance that stands beside the row, or what stood there: it is the statement's, and the line is sound."""
        kept, self.unread = self.unread, []
        balance = self._amount(Role.BALANCE)
        unread, self.unread = self.unread, kept
        return balance, unread

    def signed_amount(self) -> Decimal | None:
        """The amount, above zero for money in; what contradicts itself is noted."""
        if self.mapping.places(Role.AMOUNT):
            return self._directed(self._amount(Role.AMOUNT))
        came, went = self._amount(Role.MONEY_IN), self._went_out()
        if came and went:
            self.note(Role.MONEY_OUT, f"money in {came} and out {went} at once")
            return None
        if came is not None and came < 0:
            self.note(Role.MONEY_IN, text_of(self.cells(Role.MONEY_IN)[0]))
            return None
        if not (came or went) and self.noted.isdisjoint(AMOUNTS):
            self.note(Role.MONEY_IN if self.mapping.places(Role.MONEY_IN) else Role.MONEY_OUT, "(nothing)")
        return came or (-went if went else None)

    def _went_out(self) -> Decimal | None:
        """What went out, above zero; a minus is as the mapping says it is, or cannot be read."""
        amount = self._amount(Role.MONEY_OUT)
        if not amount:
            return None
        if (amount < 0) != self.mapping.out_is_negative:
            self.note(Role.MONEY_OUT, text_of(self.cells(Role.MONEY_OUT)[0]))
            return None
        return abs(amount)

    def _directed(self, amount: Decimal | None) -> Decimal | None:
        if amount is None:
            if Role.AMOUNT not in self.noted:
                self.note(Role.AMOUNT, "(nothing)")
            return None
        if not self.mapping.places(Role.DIRECTION):
            return -amount if self.mapping.flips else amount
        word = self.word(Role.DIRECTION)
        is_out = _is_out(word, self.mapping)
        if is_out is None or (amount < 0 and not is_out):
            self.note(Role.DIRECTION, joined([word or "(nothing)", str(amount)]))
            return None
        return -abs(amount) if is_out else amount

    def _amount(self, role: Role) -> Decimal | None:
        return next((self._read(role, cell, self._amount_in) for cell in self.cells(role)), None)

    def _amount_in(self, cell: Cell) -> Decimal | None:
        return read_amount(cell, DecimalSign(self.mapping.decimal), self.currency)

    def _read(self, role: Role, cell: Cell, read: Callable[[Cell], Any]) -> Any:
        try:
            return read(cell)
        except ValueError:
            self.note(role, as_found(cell))
            return None


def _is_out(word: str, mapping: TableMapping) -> bool | None:
    """Whether a word means money out; with words for one way only, all others mean the other. None for neither."""
    ins, outs = ({each.casefold() for each in words} for words in (mapping.in_words, mapping.out_words))
    if word.casefold() in outs:
        return True
    if word.casefold() in ins:
        return False
    return None if ins and outs else not outs
