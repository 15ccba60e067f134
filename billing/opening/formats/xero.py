"""Xero: Business, Invoices, Export, as CSV. One row for each line of an invoice, which repeats what the invoice says.

The headings are those of the file that Xero writes: ContactName, EmailAddress, PO and SA addresses, InvoiceNumber,
Reference, InvoiceDate, DueDate, PlannedDate, Total, TaxTotal, InvoiceAmountPaid, InvoiceAmountDue, then the line, then
Currency, Type, Sent and Status.
"""

from collections.abc import Iterator

from office.reading.formats import Format
from office.reading.tables import TableRow

KEY = ("ContactName", "InvoiceNumber", "Type")


def arranged(rows: Iterator[TableRow]) -> Iterator[TableRow]:
    """One row for each document: the first of its lines, which stand together."""
    head = next(rows, None)
    if head is None:
        return
    yield head
    names = [str(cell).strip() for cell in head.cells]
    places = [names.index(name) for name in KEY if name in names]
    before: list[object] = []
    for row in rows:
        key: list[object] = [row.cells[place] for place in places if place < len(row.cells)]
        if key != before:
            yield row
        before = key


INVOICES = Format(
    "xero",
    "Xero: exported invoices",
    ("ContactName", "InvoiceNumber", "InvoiceDate", "InvoiceAmountDue"),
    {
        "customer": "ContactName",
        "email": "EmailAddress",
        "number": "InvoiceNumber",
        "dated_on": "InvoiceDate",
        "due_on": "DueDate",
        "total": "Total",
        "open": "InvoiceAmountDue",
        "tax": "TaxTotal",
        "po_number": "Reference",
    },
    arranged,
)
