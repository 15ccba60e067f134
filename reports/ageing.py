"""Ageing: what each customer owed on a day, by how late it was; as the book knows it now, or knew it at a moment.

Not due and due today is current; then 1-30, 31-60, 61-90 and over 90 days after the due date. Unapplied payments and
credit memos stand in a column of their own, below zero. The columns add up to the customer's balance, and the balances
to the receivable account. What of that was in dispute on the day, or in a payment plan, is said beside, and counts in
its column all the same. The due day is the one that was agreed on last by that day: put off, or that of an instalment.
"""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal, NamedTuple

from django.db import connection

from credit_control.plans.sql import companies_with_other_days, parts_sql
from ledger.balances import control_balance, open_on_day_sql
from ledger.calendar import BUCKETS
from ledger.snapshot import snapshot

PAGE = 50
UNAPPLIED, DISPUTED, PLANNED = "unapplied", "disputed", "planned"
COLUMNS = [*(bucket.key for bucket in BUCKETS), UNAPPLIED]


@dataclass(frozen=True)
class AgeingQuestion:
    """What is asked: whose book, which day, as known when, aged by which date, and for whose customers."""

    company_id: int
    on: date
    known_at: datetime | None = None
    by: Literal["due_on", "dated_on"] = "due_on"
    owner_id: int | None = None
    search: str = ""

    @property
    def is_whole(self) -> bool:
        """Whether the answer covers the whole book, so that it must equal the receivable account."""
        return self.owner_id is None and not self.search


Place = tuple[str, int, str]
"""Where a row stands in the report: by the customer's sort name and id, then by currency."""


class AgeingRow(NamedTuple):
    """A customer's figures in one currency: columns, their sum, what of that is in dispute, and what is in a plan."""

    customer_id: int
    number: str
    name: str
    sort_name: str
    currency: str
    current: Decimal
    days_1_30: Decimal
    days_31_60: Decimal
    days_61_90: Decimal
    over_90: Decimal
    unapplied: Decimal
    total: Decimal
    disputed: Decimal
    planned: Decimal

    @property
    def place(self) -> Place:
        """Where the row stands in the report."""
        return self.sort_name, self.customer_id, self.currency

    @property
    def amounts(self) -> list[tuple[str, Decimal]]:
        """Each column with its amount."""
        return [(column, getattr(self, column)) for column in COLUMNS]


@dataclass(frozen=True)
class Ageing:
    """The answer: a page of rows, totals by currency, and the receivable account to compare with."""

    question: AgeingQuestion
    rows: list[AgeingRow]
    totals: list[AgeingRow]
    has_more: bool
    control: dict[str, Decimal]

    def difference(self, currency: str) -> Decimal:
        """What the receivable account says more than the ageing; zero, or something is wrong with the book."""
        total = next((row.total for row in self.totals if row.currency == currency), Decimal(0))
        return self.control.get(currency, Decimal(0)) - total


def ageing(question: AgeingQuestion, *, after: Place | None = None, limit: int | None = PAGE) -> Ageing:
    """A page of customers by name, from the one after a place, with the totals of all; no limit gives all."""
    with snapshot():
        fetched = ageing_rows(question, after, limit)
        control = control_balance(question.company_id, question.on, known_at=question.known_at)
    rows = [row for row in fetched if row.customer_id]
    return Ageing(
        question,
        rows[:limit],
        totals=[row for row in fetched if not row.customer_id],
        has_more=limit is not None and len(rows) > limit,
        control={currency: amount for currency, (amount, _) in control.items()} if question.is_whole else {},
    )


def ageing_totals(question: AgeingQuestion) -> list[AgeingRow]:
    """The totals by currency alone."""
    with snapshot():
        return ageing_rows(question, None, 0)


def ageing_sql(question: AgeingQuestion, *, customers: bool = True) -> str:
    """One statement: the rows of a page and the totals (customer 0), over the items that were open on the day.

    Where nobody asks for the customers, all items are customer 0's: adding them up takes half the time.
    """
    amounts = ", ".join(f"coalesce(sum(open) FILTER (WHERE {_in_column(column)}), 0) AS {column}" for column in COLUMNS)
    columns = [*COLUMNS, "total", DISPUTED, PLANNED]
    other_days = question.company_id in companies_with_other_days(question.on, question.known_at)
    whose = "customer_id" if customers else "0 AS customer_id"
    return f"""
        WITH {_aged(question, whose) if other_days else _aged_by_documents(question, whose)},
        in_dispute AS (
            SELECT customer_id, currency, sum(least(open, held.amount)) AS disputed
            FROM {"opened" if other_days else "aged"} AS items
            JOIN ({_held(question)}) AS held ON held.item_id = items.id
            WHERE open > 0 GROUP BY customer_id, currency
        ),
        {_in_plan(other_days)}
        added AS (
            SELECT customer_id, currency, {amounts}, sum(open) AS total FROM aged GROUP BY customer_id, currency
        ),
        sums AS MATERIALIZED (
            SELECT added.*, coalesce(disputed, 0) AS disputed,
                {"coalesce(planned, 0)" if other_days else "0::numeric"} AS planned
            FROM added LEFT JOIN in_dispute USING (customer_id, currency)
                {"LEFT JOIN in_plan USING (customer_id, currency)" if other_days else ""}
        )
        (SELECT 0 AS id, '' AS number, '' AS name, '' AS sort_name, currency,
                {", ".join(f"sum({column})" for column in columns)}
         FROM sums GROUP BY currency ORDER BY currency)
        UNION ALL
        (SELECT id, number, name, sort_name, sums.currency, {", ".join(columns)}
         FROM sums JOIN customers_customer ON id = customer_id
         WHERE (sort_name, id, sums.currency) > (%(after_name)s, %(after_id)s, %(after_currency)s)
         ORDER BY sort_name, id, sums.currency LIMIT %(limit)s)
    """  # noqa: S608  built from our own column names


def _aged_by_documents(question: AgeingQuestion, whose: str) -> str:
    """`aged` where nobody agreed on other days than the documents say: one row for each open item."""
    return f"""
        aged AS MATERIALIZED (
            SELECT id, {whose}, currency, open, %(on)s::date - {question.by} AS age
            FROM ({open_on_day_sql(question.known_at)}) AS items WHERE {_scope(question)}
        )"""  # noqa: S608


def _aged(question: AgeingQuestion, whose: str) -> str:
    """`aged` by the days that were agreed on: a row for each part of an item that is to be paid on another day."""
    by_due = "(SELECT id, due_on, open FROM parts)"
    by_document = "(SELECT id, dated_on AS due_on, open FROM opened)"
    return f"""
        opened AS MATERIALIZED (
            SELECT id, {whose}, currency, dated_on, due_on, open
            FROM ({open_on_day_sql(question.known_at)}) AS items WHERE {_scope(question)}
        ),
        {parts_sql(question.known_at)},
        aged AS MATERIALIZED (
            SELECT part.id, customer_id, currency, part.open, %(on)s::date - part.due_on AS age
            FROM {by_due if question.by == "due_on" else by_document} AS part JOIN opened ON opened.id = part.id
        )"""  # noqa: S608


def _in_plan(other_days: bool) -> str:
    """What of each customer's items is in a plan; nothing to ask where there is none."""
    if not other_days:
        return ""
    return """in_plan AS (
            SELECT customer_id, currency, sum(lying.amount) AS planned FROM lying JOIN opened ON opened.id = item_id
            GROUP BY customer_id, currency
        ),"""


def ageing_rows(question: AgeingQuestion, after: Place | None, limit: int | None) -> list[AgeingRow]:
    """The rows of a page and one more, where there is one, and before them, as customer 0, the totals."""
    place = dict(zip(("after_name", "after_id", "after_currency"), after or ("", 0, ""), strict=True))
    with connection.cursor() as cursor:
        cursor.execute(
            ageing_sql(question, customers=limit != 0),
            _parameters(question) | place | {"limit": limit and limit + 1},
        )
        return list(map(AgeingRow._make, cursor.fetchall()))


def _parameters(question: AgeingQuestion) -> dict[str, Any]:
    return {
        "company_id": question.company_id,
        "on": question.on,
        "known_at": question.known_at,
        "owner_id": question.owner_id,
        "search": f"%{question.search}%",
    }


def _held(question: AgeingQuestion) -> str:
    """What disputes held of items at the end of the day, as far as it was known then; of few items, so they lead."""
    known = " AND held_at <= %(known_at)s" if question.known_at else ""
    unknown = "released_at > %(known_at)s" if question.known_at else "false"
    return f"""
        SELECT item_id, sum(amount) AS amount FROM billing_disputedamount
        WHERE held_on <= %(on)s{known} AND (released_on IS NULL OR released_on > %(on)s OR {unknown})
        GROUP BY item_id
    """  # noqa: S608


def _in_column(column: str) -> str:
    """The condition on an item that puts it in a column; none for no column in particular."""
    if column == UNAPPLIED:
        return "open < 0"
    if column in (DISPUTED, PLANNED):
        return f"{column} > 0"
    bucket = next((bucket for bucket in BUCKETS if bucket.key == column), None)
    if bucket is None:
        return "true"
    first = [] if bucket.first_day is None else [f"age >= {bucket.first_day}"]
    last = [] if bucket.last_day is None else [f"age <= {bucket.last_day}"]
    return " AND ".join(["open > 0", *first, *last])


def _scope(question: AgeingQuestion) -> str:
    """The condition on `customer_id` that keeps to the customers asked for."""
    if question.is_whole:
        return "true"
    owned = "sales_owner_id = %(owner_id)s" if question.owner_id is not None else "true"
    found = "search_text LIKE %(search)s" if question.search else "true"
    return f"customer_id IN (SELECT id FROM customers_customer WHERE {owned} AND {found})"  # noqa: S608


class AgedItem(NamedTuple):
    """One open item behind a figure, or the part of it that is to be paid on a day of its own.

    `due_on` is the document's; `pay_on` what was agreed on last. Disputed is a part of the whole item, said once.
    """

    customer_id: int
    customer: str
    entry_id: int
    kind: str
    reference: str
    dated_on: date
    due_on: date
    currency: str
    amount: Decimal
    open: Decimal
    age: int
    disputed: Decimal
    pay_on: date
    planned: Decimal
    item_id: int


def aged_items(
    question: AgeingQuestion, *, column: str = "", customer_id: int | None = None, currency: str = ""
) -> list[AgedItem]:
    """The items that one cell of the report adds up: of a column, a customer and a currency, or of all."""
    other_days = question.company_id in companies_with_other_days(question.on, question.known_at)
    with_parts = f", {parts_sql(question.known_at)}" if other_days else ""
    sql = f"""
        WITH opened AS MATERIALIZED (
            SELECT items.*, least(greatest(open, 0), coalesce(held.amount, 0)) AS disputed
            FROM ({open_on_day_sql(question.known_at)}) AS items
            LEFT JOIN ({_held(question)}) AS held ON held.item_id = items.id
            WHERE {_scope(question)} AND (%(customer_id)s::bigint IS NULL OR customer_id = %(customer_id)s)
        ){with_parts},
        aged AS (
            SELECT opened.id, opened.customer_id, entry_id, kind, reference, dated_on, opened.due_on, currency,
                opened.amount, part.open, %(on)s::date - {"pay_on" if question.by == "due_on" else "dated_on"} AS age,
                CASE WHEN row_number() OVER (PARTITION BY opened.id ORDER BY pay_on) = 1 THEN disputed ELSE 0 END
                    AS disputed, pay_on, part.planned
            FROM ({_parts_of_items(other_days)}) AS part JOIN opened ON opened.id = part.id
        )
        SELECT customer.id, customer.name, entry_id, kind, reference, dated_on, due_on, aged.currency, amount, open,
            age, disputed, pay_on, planned, aged.id
        FROM aged JOIN customers_customer customer ON customer.id = aged.customer_id
        WHERE (%(currency)s = '' OR aged.currency = %(currency)s) AND {_in_column(column)}
        ORDER BY customer.sort_name, customer.id, {"pay_on" if question.by == "due_on" else "dated_on"}, aged.id
    """  # noqa: S608
    with snapshot(), connection.cursor() as cursor:
        cursor.execute(sql, _parameters(question) | {"customer_id": customer_id, "currency": currency})
        return [AgedItem(*row) for row in cursor.fetchall()]


def _parts_of_items(other_days: bool) -> str:
    if not other_days:
        return "SELECT id, due_on AS pay_on, open, 0::numeric AS planned FROM opened"
    return "SELECT id, due_on AS pay_on, open, CASE WHEN is_planned THEN open ELSE 0 END AS planned FROM parts"
