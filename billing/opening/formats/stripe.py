"""Stripe: Billing, Invoices, Export, as CSV. Amounts are in whole units of the currency, days in UTC.

The columns that are read: id, Amount Due, Amount Paid or Amount Remaining, Currency, Customer (its id), Customer Name,
Customer Email, Date (UTC), Due Date (UTC), Number, Tax, Total, Status. Which of them a file has was chosen when it was
exported: what is still open is Amount Remaining or, without it, Amount Due less Amount Paid. An invoice that was given
up as uncollectible is no more owed there.
"""

from collections.abc import Iterator
from decimal import Decimal

from office.reading.excel import Cell
from office.reading.formats import Format
from office.reading.tables import TableRow

OPEN = "Still open"
NAMES = ("Amount Remaining", "Amount Due", "Amount Paid")


def arranged(rows: Iterator[TableRow]) -> Iterator[TableRow]:
    """The table with what is still open of each invoice as its last column."""
    head = next(rows, None)
    if head is None:
        return
    names = [str(cell).strip() for cell in head.cells]
    if OPEN in names:
        yield head
        yield from rows
        return
    yield TableRow(head.line, [*head.cells, OPEN])
    places = [names.index(name) if name in names else len(names) for name in NAMES]
    for line, cells in rows:
        own = [*cells, *[""] * (len(names) - len(cells))]
        left, due, paid = ([*own, ""][place] for place in places)
        yield TableRow(line, [*own[: len(names)], left if left != "" else _less(due, paid)])


def _less(due: Cell, paid: Cell) -> Cell:
    """What is left of an amount; the amount itself where either cannot be read, which is then told of its row."""
    try:
        return f"{Decimal(str(due)) - Decimal(str(paid) or '0'):f}"
    except ArithmeticError:  # no number, or one that no sum holds
        return due


INVOICES = Format(
    "stripe",
    "Stripe: exported invoices",
    ("id", "Amount Due", "Currency", "Customer", "Number", "Status"),
    {
        "customer_number": "Customer",
        "customer": "Customer Name",
        "email": "Customer Email",
        "number": "Number",
        "dated_on": "Date (UTC)",
        "due_on": "Due Date (UTC)",
        "total": "Total",
        "open": OPEN,
        "tax": "Tax",
    },
    arranged,
)
