"""Invoice Ninja 5: Reports, Invoice or Credit, exported as CSV.

The headings are the English words of the report's keys, as its exporter writes them (app/Export/CSV in its source):
Client, Number, Amount, Balance, Date, Due Date, PO Number, Status, Currency; from 5.7 on each of them with the word of
the document in front, such as Invoice Number. Credits are known by that word; what is left of one is its balance.
"""

from collections.abc import Iterator

from office.reading.formats import Format
from office.reading.tables import TableRow

KIND = "Kind"


def plainly(rows: Iterator[TableRow]) -> Iterator[TableRow]:
    """The table with the document's word taken from its headings."""
    head = next(rows, None)
    if head is not None:
        yield TableRow(head.line, [str(cell).strip().removeprefix("Invoice ") for cell in head.cells])
        yield from rows


def as_credits(rows: Iterator[TableRow]) -> Iterator[TableRow]:
    """The table of credits, which says in a column of its own that they are."""
    head = next(rows, None)
    if head is None:
        return
    names = [str(cell).strip() for cell in head.cells]
    if KIND in names:
        yield head
        yield from rows
        return
    yield TableRow(head.line, [*names, KIND])
    for line, cells in rows:
        yield TableRow(line, [*cells, *[""] * (len(names) - len(cells)), "Credit"])


INVOICES = Format(
    "invoice-ninja",
    "Invoice Ninja: invoices",
    ("Client", "Number", "Balance", "Date"),
    {"customer": "Client", "total": "Amount", "open": "Balance"},
    plainly,
)
CREDITS = Format(
    "invoice-ninja-credits",
    "Invoice Ninja: credits",
    ("Client", "Credit Number", "Credit Balance", "Credit Date"),
    {
        "customer": "Client",
        "number": "Credit Number",
        "total": "Credit Amount",
        "open": "Credit Balance",
        "dated_on": "Credit Date",
        "po_number": "Credit PO Number",
    },
    as_credits,
)
