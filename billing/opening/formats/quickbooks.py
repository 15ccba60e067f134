"""QuickBooks Online: the reports A/R Aging Detail and Open Invoices, exported to Excel or CSV.

Above the headings stand the company, the report and its day; a first column without a heading holds the group (an age
in the one, the customer in the other), and below each group its total. The headings are those of the reports as they
are exported: "Date", "Transaction type", "Num", "Customer" or "Customer full name", "Terms", "Due date", "Amount",
"Open balance".
"""

import re
from collections.abc import Iterator, Sequence

from office.reading.excel import Cell
from office.reading.fields import plain
from office.reading.formats import Format, below_titles
from office.reading.tables import TableRow

HEADINGS = ("Date", "Transaction type", "Num", "Due date", "Open balance")
AMOUNTS = ("amount", "openbalance")
IN_BRACKETS = re.compile(r"\((.*)\)")
CUSTOMER = ("customer", "customerfullname", "name")


def arranged(rows: Iterator[TableRow]) -> Iterator[TableRow]:
    """The report as a plain table: without titles, groups and totals, and each row with its customer."""
    rows = below_titles(rows, HEADINGS)
    head = next(rows, None)
    if head is None:
        return
    names = [plain(str(cell)) for cell in head.cells]
    if "date" not in names:
        yield head
        yield from rows
        return
    day, amounts = names.index("date"), [place for place, name in enumerate(names) if name in AMOUNTS]
    is_grouped = not set(names) & set(CUSTOMER)
    yield TableRow(head.line, ["Customer", *head.cells] if is_grouped else head.cells)
    group: Cell = ""
    for line, cells in rows:
        if _filled(cells, day):
            for place in amounts:
                if _filled(cells, place):
                    cells[place] = _plain(cells[place])
            yield TableRow(line, [group, *cells] if is_grouped else cells)
        elif is_grouped and sum(cell != "" for cell in cells) == 1 and not str(cells[0]).casefold().startswith("total"):
            group = cells[0]


def _filled(cells: Sequence[Cell], place: int) -> bool:
    return place < len(cells) and cells[place] != ""


def _plain(cell: Cell) -> Cell:
    """An amount without its currency's sign, and with a minus where it stands in brackets."""
    return IN_BRACKETS.sub(r"-\1", cell.replace("$", "")) if isinstance(cell, str) else cell


REPORT = Format(
    "quickbooks",
    "QuickBooks: A/R Aging Detail or Open Invoices",
    HEADINGS,
    {"customer": "Customer full name", "total": "Amount"},
    arranged,
)
