"""Comparing what is billed with what was ordered and shipped: as many invoice lines as invoices, in one statement.

The bare way sums what is billed and shipped by order line and counts the lines that differ; it knows no tolerances,
credits, prices, taxes or days.
"""

from pathlib import Path

from django.db import connection
from django.test.utils import CaptureQueriesContext

from billing.orders.compare import comparison_of_company, counted_results
from config.bench.filling import FilledOffice
from config.bench.rows import Row
from config.bench.timing import medians

SIZES = (100_000,)
FILLING = Path(__file__).with_suffix(".sql")
COUNTED = "every line compared and counted by result"
READ = "the same, with each of its rows read"
QUERIES = "statements that this takes"
BARE = """
    SELECT count(*) FROM billing_orderline o
    LEFT JOIN (SELECT order_line_id, sum(quantity) AS quantity FROM billing_shipmentline GROUP BY 1) s
        ON s.order_line_id = o.id
    LEFT JOIN (
        SELECT b.order_line_id, sum(l.quantity) AS quantity FROM billing_billedline b
        JOIN billing_invoiceline l ON l.id = b.invoice_line_id
        JOIN billing_invoice i ON i.id = l.invoice_id AND i.status = 'issued' GROUP BY 1
    ) b ON b.order_line_id = o.id
    WHERE b.quantity > o.quantity OR s.quantity IS DISTINCT FROM b.quantity
"""


def measure(office: FilledOffice) -> list[Row]:
    """The figures in an office of one size."""
    with connection.cursor() as cursor:
        cursor.execute(FILLING.read_text(), {})
    require_all_compared(office)
    bare, counted, read = medians(
        bare_count,
        lambda: counted_results(office.company),
        lambda: comparison_of_company(office.company),
        times=3,
    )
    with CaptureQueriesContext(connection) as queries:
        counted_results(office.company)
    return [
        Row(COUNTED, office.size, counted, limit=bare),
        Row(READ, office.size, read, limit=bare),
        Row(QUERIES, office.size, len(queries), unit="", goal=1),
    ]


def require_all_compared(office: FilledOffice) -> None:
    """As many lines are billed by more than was ordered as the bare way finds."""
    counts = counted_results(office.company)
    if counts.get("over_billed", 0) != bare_count():
        raise AssertionError(f"{counts} are not what the bare way finds.")


def bare_count() -> int:
    """The lines that differ, in the fewest words of SQL."""
    with connection.cursor() as cursor:
        cursor.execute(BARE)
        return cursor.fetchone()[0]
