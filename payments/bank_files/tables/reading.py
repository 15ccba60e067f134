"""From the rows of a bank's table to its statements, by a mapping."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from ledger.refusals import Refused
from office.reading.tables import TableRow
from payments.bank_files.facts import BadBankFile, ReadLine, ReadStatement, Unread, joined
from payments.bank_files.tables.balances import add_balances
from payments.bank_files.tables.grid import Grid
from payments.bank_files.tables.guessing import decided
from payments.bank_files.tables.mapping import AMOUNTS, Role, TableMapping
from payments.bank_files.tables.row import RowCells

SAID_ONCE = (Role.PARTY_NAME, Role.PARTY_ACCOUNT, Role.PARTY_BANK, Role.END_TO_END_ID, Role.BANK_REFERENCE, Role.KIND)


def read_table(grid: Grid, mapping: TableMapping, *, account: str, currency: str) -> list[ReadStatement]:
    """The statements of a table of one account, or of those that a column of it names.

    Raises Refused where the mapping does not fit, or what it leaves open can be read in two ways (IMP-01, IMP-07).
    """
    rows = grid.after(mapping)
    if rows is None:
        raise BadBankFile("The table does not have the columns that were told.", code="mapping_does_not_fit")
    mapping = decided(mapping, rows)
    require_decided(mapping)
    reader = _RowReader(mapping, currency)
    for row in rows:
        reader.read(row)
    return _statements(reader.found, grid.kind, account, currency)


def require_decided(mapping: TableMapping) -> None:
    """Raises Refused where amounts or days can be read in two ways."""
    for said, what in ((mapping.decimal, "sign before the cents"), (mapping.day_order, "order of day and month")):
        if not said:
            raise Refused(f"The {what} can be read in two ways. Choose one.", code="undecided")


@dataclass
class _Found:
    """A line with the balance beside it and the account that it names."""

    line: ReadLine
    balance: Decimal | None
    unread_balance: list[Unread]
    account: str


@dataclass
class _RowReader:
    """Reads row after row; a row without a day may go on with the one before."""

    mapping: TableMapping
    currency: str
    found: list[_Found] = field(default_factory=list)

    def read(self, row: TableRow) -> None:
        """Take one row in."""
        cells = RowCells(row, self.mapping, self.currency)
        if self.mapping.goes_on and self.found and not (cells.has(Role.BOOKED_ON) or cells.has(*AMOUNTS)):
            line = self.found[-1].line
            line.text = joined([line.text, *cells.words(Role.TEXT)])
            line.unread += cells.unread
            return
        line = ReadLine(
            place=cells.place,
            entry=len(self.found) + 1,
            amount=None,
            booked_on=None,
            currency=cells.word(Role.CURRENCY).upper(),
            is_pending=cells.is_pending,
        )
        if not line.is_pending:
            _fill(line, cells)
        account = cells.word(Role.OUR_ACCOUNT)
        self.found.append(_Found(line, *cells.balance(), account))


def _fill(line: ReadLine, cells: RowCells) -> None:
    line.amount = cells.signed_amount()
    line.booked_on, line.value_on = cells.day(Role.BOOKED_ON), cells.day(Role.VALUE_ON)
    if line.booked_on is None and Role.BOOKED_ON not in cells.noted:
        cells.note(Role.BOOKED_ON, "(nothing)")
    line.text = joined(cells.words(Role.TEXT))
    line.references = tuple(word for word in cells.words(Role.REFERENCE) if word)
    for role in SAID_ONCE:
        setattr(line, role, cells.word(role))
    line.unread = cells.unread


def _statements(found: Sequence[_Found], kind: str, account: str, currency: str) -> list[ReadStatement]:
    by_account: dict[str, list[_Found]] = defaultdict(list)
    for each in found:
        by_account[each.account or account].append(each)
    statements = []
    for number, (theirs, rows) in enumerate(by_account.items() or [(account, [])], start=1):
        days = [each.line.booked_on for each in rows if each.line.booked_on]
        name = str(max(days)) if days else str(number)  # a table has no number: its last day tells it from others
        statement = ReadStatement(account=theirs, currency="", number=name, message=kind)
        statement.lines = [each.line for each in rows]
        if theirs == account:
            statement.currency = currency
        statement.unread = [unread for each in rows for unread in each.unread_balance]
        add_balances(statement, [each.balance for each in rows])
        statements.append(statement)
    return statements
