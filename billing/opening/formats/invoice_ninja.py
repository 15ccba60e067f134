"""Invoice Ninja 5: Reports, Invoice, Credit or Payment, exported as CSV.

The headings are the English words of the report's keys, as its exporter writes them (app/Export/CSV in its source):
Client, Number, Amount, Balance, Date, Due Date, PO Number, Status, Currency; from 5.7 on each of them with the word of
the document in front, such as Invoice Number, and Client Name; later Invoice Invoice Number. Credits are known by their
word; what is left of one is its balance. Payments say what came, was applied and was refunded, not what is free.
"""

import re
from collections.abc import Callable, Iterator
from decimal import Decimal

from office.reading.formats import Format
from office.reading.tables import TableRow

KIND, FREE, UNCERTAIN = "Kind", "Free of it", "look it up"
CLIENT = {"Client Name": "Client", "ClientName": "Client", "Client Currency": "Currency", "ClientCurrency": "Currency"}
AMOUNT, APPLIED, REFUNDED = "Payment Amount", "Payment Applied", "Payment Refunded"


def plainly(rows: Iterator[TableRow]) -> Iterator[TableRow]:
    """The table with the document's word taken from its headings."""
    head = next(rows, None)
    if head is not None:
        yield TableRow(
            head.line, [CLIENT.get(name) or re.sub(r"^(Invoice ?)+(?=\w)", "", name) for name in _names(head)]
        )
        yield from rows


def as_credits(rows: Iterator[TableRow]) -> Iterator[TableRow]:
    """The table of credits, which says in a column of its own that they are."""
    yield from _of_kind(rows, "Credit", {})


def as_payments(rows: Iterator[TableRow]) -> Iterator[TableRow]:
    """The table of payments, which says that they are, and what of each is neither applied nor refunded.

    Where a part was applied and a part refunded, the table does not tell whether the refund was of what was applied:
    that is asked, so the row comes back to be mended.
    """
    yield from _of_kind(rows, "Payment", {FREE: _free})


def _free(told: dict[str, str]) -> str:
    try:
        amount, applied, refunded = (Decimal(told.get(name) or "0") for name in (AMOUNT, APPLIED, REFUNDED))
        if not applied or not refunded or amount <= applied:
            return str(max(amount - applied - refunded, Decimal(0)))
    except ArithmeticError:  # no number, or one that no sum holds
        return told.get(AMOUNT, "")
    return UNCERTAIN


def _of_kind(
    rows: Iterator[TableRow], word: str, more: dict[str, Callable[[dict[str, str]], str]]
) -> Iterator[TableRow]:
    """The table with the word of its documents, once in each heading and in a column, and with more columns."""
    head = next(rows, None)
    if head is None:
        return
    names = [CLIENT.get(name) or re.sub(rf"^({word} ?)+(?=\w)", f"{word} ", name) for name in _names(head)]
    if KIND in names:
        yield head
        yield from rows
        return
    yield TableRow(head.line, [*names, KIND, *more])
    for line, cells in rows:
        padded = [*cells, *[""] * (len(names) - len(cells))]
        told = {name: str(cell).strip() for name, cell in zip(names, padded, strict=False)}
        yield TableRow(line, [*padded, word, *(work_out(told) for work_out in more.values())])


def _names(head: TableRow) -> list[str]:
    return [str(cell).strip() for cell in head.cells]


INVOICES = Format(
    "invoice-ninja",
    "Invoice Ninja: invoices",
    ("Client", "Number", "Balance", "Date"),
    {"customer": "Client", "customer_number": "Client Number", "total": "Amount", "open": "Balance"},
    plainly,
)
CREDITS = Format(
    "invoice-ninja-credits",
    "Invoice Ninja: credits",
    ("Client", "Credit Number", "Credit Balance", "Credit Date"),
    {
        "customer": "Client",
        "customer_number": "Client Number",
        "number": "Credit Number",
        "total": "Credit Amount",
        "open": "Credit Balance",
        "dated_on": "Credit Date",
        "po_number": "Credit PO Number",
        "status": "Credit Status",
    },
    as_credits,
)
PAYMENTS = Format(
    "invoice-ninja-payments",
    "Invoice Ninja: payments",
    ("Client", "Payment Number", AMOUNT, APPLIED, "Payment Date"),
    {
        "customer": "Client",
        "customer_number": "Client Number",
        "number": "Payment Number",
        "total": AMOUNT,
        "open": FREE,
        "dated_on": "Payment Date",
        "currency": "Payment Currency",
        "status": "Payment Status",
        "note": "Payment Transaction Reference",
    },
    as_payments,
)
