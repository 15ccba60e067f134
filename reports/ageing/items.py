"""The open items that the figures of the ageing add up."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from django.db import connection

from ledger.snapshot import snapshot
from reports.ageing.question import DISPUTED, PROMISED, AgeingQuestion
from reports.ageing.sql import (
    PARTS,
    TOGETHER,
    in_column,
    noted_sql,
    noted_value,
    open_sql,
    other_days,
    scope,
    valued_sql,
)

Place = tuple[str, int, date, int, date, bool]
"""Where an item stands: by its customer's sort name and id, the day it is aged by, its id, and the part's day."""


@dataclass(frozen=True)
class Cell:
    """Which figure: of a column, of a row, and of one customer's or one currency's items; left out is all."""

    column: str = ""
    part_id: int | None = None
    customer_id: int | None = None
    currency: str = ""


class AgedItem(NamedTuple):
    """One open item behind a figure, or the part of it that is to be paid on a day of its own.

    `due_on` is the document's; `pay_on` what was agreed on last. `amount` and `open` stand in the document's currency;
    `value` is what the figure adds up, in the company's where that was asked. Disputed and promised are parts of the
    whole item, said once.
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
    value: Decimal
    age: int
    disputed: Decimal
    planned: Decimal
    promised: Decimal
    pay_on: date
    is_planned: bool
    item_id: int
    sort_name: str
    day: date

    @property
    def place(self) -> Place:
        """Where it stands in the list."""
        return self.sort_name, self.customer_id, self.day, self.item_id, self.pay_on, self.is_planned


class OpenPart(NamedTuple):
    """What is open of an item or of its part with a day of its own to be paid on; `disputed` is of the whole item."""

    item_id: int
    customer_id: int
    open: Decimal
    pay_on: date
    is_planned: bool
    disputed: Decimal


class ItemSum(NamedTuple):
    """All items of a cell in one currency; in the company's where that was asked."""

    currency: str
    value: Decimal
    disputed: Decimal
    planned: Decimal
    promised: Decimal


def aged_items(
    question: AgeingQuestion, *, column: str = "", customer_id: int | None = None, currency: str = ""
) -> list[AgedItem]:
    """The items that one cell of the report adds up: of a column, a customer and a currency, or of all."""
    with snapshot():
        return items_and_sums(question, Cell(column, None, customer_id, currency))[0]


def items_and_sums(
    question: AgeingQuestion, cell: Cell, after: Place | None = None, limit: int | None = None
) -> tuple[list[AgedItem], list[ItemSum]]:
    """The items of a cell, from the one after a place and one more than the limit, and the sums of all of them."""
    parameters = question.parameters | vars(cell) | {"after": after, "limit": limit and limit + 1}
    with connection.cursor() as cursor:
        cursor.execute(items_sql(question, cell, is_after=after is not None), parameters)
        fetched = [AgedItem._make(row) for row in cursor.fetchall()]
    sums = [
        ItemSum(row.currency, row.value, row.disputed, row.planned, row.promised)
        for row in fetched
        if row.customer_id == TOGETHER
    ]
    return [row for row in fetched if row.customer_id != TOGETHER], sums


def open_parts(question: AgeingQuestion, currency: str) -> list[OpenPart]:
    """All that is open in a currency, by item and day: no more of each than arithmetic over all of it takes."""
    sql = f"""
        WITH {noted_sql(question)},
        opened AS MATERIALIZED (
            SELECT items.id, customer_id, due_on, open, {_capped(question, DISPUTED)}
            FROM ({open_sql(question)}) AS items LEFT JOIN noted ON noted.item_id = items.id
            WHERE {scope(question)} AND currency = %(currency)s
        ),
        {valued_sql(question, other_days(question))}
        SELECT o.id, o.customer_id, part.open, part.due_on, part.is_planned, o.disputed
        FROM valued AS part JOIN opened o ON o.id = part.id
        ORDER BY o.id, part.due_on, part.is_planned
    """  # noqa: S608  our own names
    with snapshot(), connection.cursor() as cursor:
        cursor.execute(sql, question.parameters | {"currency": currency})
        return [OpenPart._make(row) for row in cursor.fetchall()]


def items_sql(question: AgeingQuestion, cell: Cell, *, is_after: bool) -> str:
    """One statement: the sums by currency (customer -1), and the items in their order."""
    day = "pay_on" if question.by == "due_on" else "dated_on"
    value = "part.value" if question.own else "part.open"
    place = f"sort_name, customer_id, {day}, chosen.id, pay_on, is_planned"
    return f"""
        WITH {noted_sql(question)},
        opened AS MATERIALIZED (
            SELECT items.*, {_capped(question, DISPUTED)}, {_capped(question, PROMISED)}
            FROM ({open_sql(question)}) AS items LEFT JOIN noted ON noted.item_id = items.id
            WHERE {scope(question)} AND {_of_cell(question, cell)}
        ),
        {valued_sql(question, other_days(question))},
        aged AS (
            SELECT o.customer_id, entry_id, kind, reference, dated_on, o.due_on, o.currency, o.amount, part.open,
                {value} AS value, %(on)s::date - {"part.due_on" if question.by == "due_on" else "dated_on"} AS age,
                CASE WHEN is_first THEN disputed ELSE 0 END AS disputed,
                CASE WHEN is_planned THEN {value} ELSE 0 END AS planned,
                CASE WHEN is_first THEN promised ELSE 0 END AS promised,
                part.due_on AS pay_on, is_planned, o.id
            FROM (SELECT *, row_number() OVER (PARTITION BY id ORDER BY due_on, is_planned) = 1 AS is_first
                  FROM valued) AS part
            JOIN opened o ON o.id = part.id
        ),
        chosen AS MATERIALIZED (SELECT * FROM aged WHERE {in_column(question, cell.column)})
        (SELECT {TOGETHER}::bigint, '', 0::bigint, '', '', NULL::date, NULL::date,
            {"%(own)s::text" if question.own else "currency"}, 0::numeric, 0::numeric, sum(value), 0,
            sum(disputed), sum(planned), sum(promised), NULL::date, false, 0::bigint, '', NULL::date
         FROM chosen GROUP BY 8 ORDER BY 8)
        UNION ALL
        (SELECT customer_id, customer.name, entry_id, kind, reference, dated_on, due_on, chosen.currency, amount,
            open, value, age, disputed, planned, promised, pay_on, is_planned, chosen.id, sort_name, {day}
         FROM chosen JOIN customers_customer customer ON customer.id = customer_id
         WHERE {f"({place}) > %(after)s" if is_after else "true"}
         ORDER BY {place} LIMIT %(limit)s)
    """  # noqa: S608


def _capped(question: AgeingQuestion, column: str) -> str:
    return f"CASE WHEN open > 0 AND {column} > 0 THEN {noted_value(question, column)} ELSE 0 END AS {column}"


def _of_cell(question: AgeingQuestion, cell: Cell) -> str:
    """The condition on an open item that keeps to the row, the customer and the currency of a cell."""
    wanted = ["true"]
    if cell.customer_id is not None:
        wanted.append("customer_id = %(customer_id)s")
    if cell.currency:
        wanted.append("currency = %(currency)s")
    if cell.part_id is not None and question.per in PARTS:
        joined, part_id, *_ = PARTS[question.per]
        wanted.append(f"""customer_id IN (SELECT c.id FROM customers_customer c {joined}
            WHERE c.company_id = %(company_id)s AND {part_id} = %(part_id)s)""")  # noqa: S608
    return " AND ".join(wanted)
