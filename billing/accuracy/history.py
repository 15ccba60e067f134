"""What customers bought before: the quantities, prices and totals of their own documents, for many at once."""

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import connection

from billing.models import DocumentKind, DocumentStatus, Invoice, InvoiceLine, LineKind

REMEMBERED = timedelta(days=730)
"""So far back goes what is usual: two of each season."""

THING = """CASE WHEN {line}.product_id IS NOT NULL THEN 'product ' || {line}.product_id
    WHEN {line}.item_code <> '' THEN 'code ' || {line}.item_code ELSE lower({line}.description) END"""
COUNTS = """i.kind = %(invoice)s AND i.status = %(issued)s AND i.dated_on >= %(since)s
    AND NOT EXISTS (SELECT FROM billing_invoice c WHERE c.credits_id = i.id AND c.status = %(issued)s)"""
LINES = f"""
SELECT i.customer_id, i.currency, i.prices_include_tax, l.unit, {THING.format(line="l")},
    array_agg(i.id ORDER BY l.id), array_agg(l.quantity ORDER BY l.id), array_agg(l.unit_price ORDER BY l.id)
FROM billing_invoice i JOIN billing_invoiceline l ON l.invoice_id = i.id
WHERE i.customer_id = ANY (%(customers)s) AND {COUNTS}
    AND l.kind = %(item)s AND l.quantity > 0 AND l.unit_price > 0 AND NOT i.is_deposit
    AND {THING.format(line="l")} IN (
        SELECT {THING.format(line="a")} FROM billing_invoiceline a WHERE a.invoice_id = ANY (%(documents)s))
GROUP BY 1, 2, 3, 4, 5
"""  # noqa: S608  our own names
TOTALS = f"""
SELECT i.customer_id, i.currency, array_agg(i.id ORDER BY i.id), array_agg(i.total ORDER BY i.id)
FROM billing_invoice i
WHERE i.customer_id = ANY (%(customers)s) AND {COUNTS} AND i.total > 0 AND NOT i.is_deposit
GROUP BY 1, 2
"""  # noqa: S608  our own names


class Sold(NamedTuple):
    """A thing as a customer buys it; a figure in another currency or unit says nothing of it."""

    customer_id: int
    currency: str
    prices_include_tax: bool
    unit: str
    thing: str


class Before(NamedTuple):
    """How much of it each document had, and at what price."""

    document_ids: list[int]
    quantities: list[Decimal]
    prices: list[Decimal]


def sold(document: Invoice, line: InvoiceLine) -> Sold:
    """What a line sells."""
    if line.product_id:
        thing = f"product {line.product_id}"
    else:
        thing = f"code {line.item_code}" if line.item_code else line.description.lower()
    return Sold(document.customer_id, document.currency, document.prices_include_tax, line.unit, thing)


def lines_before(documents: Sequence[Invoice]) -> dict[Sold, Before]:
    """Each thing on these documents as their customers bought it, on whatever document that counts."""
    return {Sold(*row[:5]): Before(*row[5:]) for row in _asked(LINES, documents)}


def totals_before(documents: Sequence[Invoice]) -> dict[tuple[int, str], tuple[list[int], list[Decimal]]]:
    """By customer and currency, the documents that count and what each came to."""
    return {(customer, currency): (ids, totals) for customer, currency, ids, totals in _asked(TOTALS, documents)}


def _asked(query: str, documents: Sequence[Invoice]) -> list[tuple]:
    today = documents[0].company.today()
    first = min((document.dated_on or today for document in documents), default=today)
    parameters: dict[str, Any] = {
        "customers": list({document.customer_id for document in documents}),
        "documents": [document.pk for document in documents],
        "since": first - REMEMBERED,
        "invoice": DocumentKind.INVOICE,
        "issued": DocumentStatus.ISSUED,
        "item": LineKind.ITEM,
    }
    with connection.cursor() as cursor:
        cursor.execute(query, parameters)
        return cursor.fetchall()
