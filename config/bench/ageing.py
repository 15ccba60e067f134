"""Ageing on a past day: the report as the product gives it, beside the best SQL known for it over two bare tables.

The best known way: the items that were open on the day, found by a range index, then their allocations. It gives the
same rows; what its sums alone cost, without names, order and foot, is a row of its own.
"""

from dataclasses import replace
from datetime import date
from typing import Any

from django.db import connection

from config.bench.filling import FilledOffice
from config.bench.rows import Row
from config.bench.timing import medians
from ledger.calendar import now
from ledger.snapshot import snapshot
from reports.ageing import PAGE as PAGE_LENGTH
from reports.ageing import AgeingQuestion, AgeingRow, ageing, ageing_rows

MILLION = 1_000_000
PAGE_ROWS = "as_of_ratio: ageing on a past day, 50 customers and the foot"
ALL_ROWS = "every customer and the foot"
IDS = "50 customers and the foot, against sums by customer id alone"
GROWTH = "the same, from one million invoices to three"
PAGE = "its page with the tie-out"
TODAY = "the same page, today"
AS_KNOWN = "the same page, as known at a moment"

BARE_TABLES = """
    CREATE TABLE bare_item AS
        SELECT id, customer_id, due_on, amount, open_during FROM ledger_openitem ORDER BY id;
    CREATE TABLE bare_settled AS
        SELECT debit_id AS item_id, dated_on, amount FROM ledger_allocation
        UNION ALL SELECT credit_id, dated_on, -amount FROM ledger_allocation;
    CREATE INDEX ON bare_item USING gist (open_during) INCLUDE (id, customer_id, due_on, amount);
    CREATE INDEX ON bare_settled (item_id) INCLUDE (dated_on, amount);
"""
BARE_SUMS = """
    WITH aged AS MATERIALIZED (
        SELECT i.customer_id, %(on)s::date - i.due_on AS age, i.amount - coalesce(settled.amount, 0) AS open
        FROM bare_item i LEFT JOIN LATERAL (
            SELECT sum(amount) AS amount FROM bare_settled WHERE item_id = i.id AND dated_on <= %(on)s
        ) AS settled ON true
        WHERE i.open_during @> %(on)s::date
    ),
    sums AS (
        SELECT customer_id,
            sum(open) FILTER (WHERE open > 0 AND age <= 0) AS a,
            sum(open) FILTER (WHERE open > 0 AND age BETWEEN 1 AND 30) AS b,
            sum(open) FILTER (WHERE open > 0 AND age BETWEEN 31 AND 60) AS c,
            sum(open) FILTER (WHERE open > 0 AND age BETWEEN 61 AND 90) AS d,
            sum(open) FILTER (WHERE open > 0 AND age > 90) AS e,
            sum(open) FILTER (WHERE open < 0) AS f
        FROM aged WHERE open <> 0 GROUP BY customer_id
    )
"""
BARE_IDS = BARE_SUMS + "SELECT * FROM sums"  # noqa: S608  our own words
BARE_REPORT = f"""
    {BARE_SUMS}
    (SELECT 0, '', '', '', sum(a), sum(b), sum(c), sum(d), sum(e), sum(f) FROM sums)
    UNION ALL
    (SELECT id, number, name, sort_name, a, b, c, d, e, f FROM sums JOIN customers_customer ON id = customer_id
     ORDER BY sort_name, id LIMIT %(limit)s)
"""  # noqa: S608


def measure(office: FilledOffice) -> list[Row]:
    """The report's figures in an office of one size."""
    make_bare_tables()
    question = AgeingQuestion(office.company.pk, office.past_day)
    require_same_sums(question)
    ids, bare_some, some, bare_everyone, everyone, page, today = medians(
        lambda: bare_ageing(question.on, BARE_IDS),
        lambda: bare_ageing(question.on, BARE_REPORT, limit=PAGE_LENGTH),
        lambda: product_ageing(question, limit=PAGE_LENGTH),
        lambda: bare_ageing(question.on, BARE_REPORT),
        lambda: product_ageing(question, limit=None),
        lambda: ageing(question),
        lambda: ageing(replace(question, on=office.today)),
    )
    (as_known,) = medians(lambda: ageing(replace(question, known_at=now())), times=1)
    is_million = office.size == MILLION
    return [
        Row(PAGE_ROWS, office.size, some, limit=bare_some, goal=1.3 if is_million else None),
        Row(ALL_ROWS, office.size, everyone, limit=bare_everyone),
        Row(IDS, office.size, some, limit=ids),
        Row(PAGE, office.size, page, goal=1.0 if is_million else None),
        Row(TODAY, office.size, today),
        Row(AS_KNOWN, office.size, as_known),
    ]


def compare(rows: list[Row]) -> list[Row]:
    """How much slower the report becomes with three times the history."""
    seconds = {row.size: row.value for row in rows if row.what == PAGE_ROWS}
    if not {MILLION, 3 * MILLION} <= seconds.keys():
        return []
    return [Row(GROWTH, 3 * MILLION, seconds[3 * MILLION], limit=seconds[MILLION], goal=3.3)]


def product_ageing(question: AgeingQuestion, limit: int | None) -> list[AgeingRow]:
    """The rows as the product reads them, with names and totals."""
    with snapshot():
        return ageing_rows(question, None, limit)


def make_bare_tables() -> None:
    """Copy what is needed, and no more, into two tables with an index each."""
    with connection.cursor() as cursor:
        cursor.execute(BARE_TABLES)
        cursor.execute("VACUUM ANALYZE bare_item, bare_settled")


def bare_ageing(on: date, sql: str, limit: int | None = None) -> list[tuple[Any, ...]]:
    """What the best SQL gives, planned as the product's."""
    with snapshot(), connection.cursor() as cursor:
        cursor.execute(sql, {"on": on, "limit": limit})
        return cursor.fetchall()


def require_same_sums(question: AgeingQuestion) -> None:
    """Stop unless both ways give the same cents: only then is it the same work."""
    bare = {
        customer_id: [amount or 0 for amount in amounts] for customer_id, *amounts in bare_ageing(question.on, BARE_IDS)
    }
    rows = product_ageing(question, limit=None)
    if bare != {row.id: list(row.columns.values()) for row in rows if row.id > 0}:
        raise AssertionError("The product's ageing and the bare one differ.")
