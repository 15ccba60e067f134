"""The rows of the ageing and the receivable account that they must come to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import connection

from ledger.balances import control_balance
from ledger.snapshot import snapshot
from reports.ageing.question import UNAPPLIED, AgeingQuestion
from reports.ageing.sql import PARTS, TOGETHER, ageing_sql

PAGE = 50
Place = tuple[str, int, str]
"""Where a row stands in the report: by the name it is ordered by and its id, then by currency."""


class AgeingRow(NamedTuple):
    """The figures of a customer, or of what else a row is, in one currency; `id` is 0 of nobody and -1 of all.

    `columns` add up to the total; of it, what is in dispute, in a plan or promised is said beside.
    Where figures were converted into another company's currency, the row says so.
    """

    id: int
    number: str
    name: str
    order: str
    currency: str
    columns: Mapping[str, Decimal]
    total: Decimal
    disputed: Decimal
    planned: Decimal
    promised: Decimal
    is_converted: bool = False

    @property
    def place(self) -> Place:
        """Where the row stands in the report."""
        return self.order, self.id, self.currency

    @property
    def sums(self) -> tuple[Decimal, ...]:
        """The total and what is said beside."""
        return self.total, self.disputed, self.planned, self.promised

    @property
    def unapplied(self) -> Decimal:
        """Payments and credit memos that are applied to nothing, below zero."""
        return self.columns[UNAPPLIED]

    @property
    def current(self) -> Decimal:
        """What is not late."""
        return self.columns["current"]

    @property
    def late(self) -> Decimal:
        """What is late."""
        return self.total - self.current - self.unapplied


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
    """A page of rows by name, from the one after a place, with the totals of all; no limit gives all. Currencies are
    few, and on one page."""
    with snapshot():
        fetched = ageing_rows(question, after, limit)
        control = control_on(question)
    rows = [row for row in fetched if row.id != TOGETHER]
    totals = [row for row in fetched if row.id == TOGETHER]
    if question.per == "currency":
        rows = [row._replace(id=0, name=row.currency, order=row.currency) for row in totals]
        if question.own:
            rows = [row._replace(currency=question.own) for row in rows]
            totals = [together(rows)] if rows else []
        limit = None
    return Ageing(
        question,
        rows[:limit],
        totals,
        has_more=limit is not None and len(rows) > limit,
        control=control,
    )


def ageing_totals(question: AgeingQuestion) -> list[AgeingRow]:
    """The totals by currency alone."""
    with snapshot():
        return ageing_rows(question, None, 0)


def ageing_rows(question: AgeingQuestion, after: Place | None, limit: int | None) -> list[AgeingRow]:
    """The rows of a page and one more, where there is one, and before them the totals."""
    place = dict(zip(("after_place", "after_id", "after_currency"), after or ("", TOGETHER, ""), strict=True))
    rows = limit != 0 and question.per in PARTS
    with connection.cursor() as cursor:
        cursor.execute(ageing_sql(question, rows=rows), question.parameters | place | {"limit": limit and limit + 1})
        columns = list(question.columns)
        return [_row(columns, *row) for row in cursor.fetchall()]


def _row(columns: list[str], id: int, number: str, name: str, order: str, currency: str, *figures: Any) -> AgeingRow:
    amounts = dict(zip(columns, figures, strict=False))
    return AgeingRow(id, number, name, order, currency, amounts, *figures[len(columns) :])


def together(rows: Sequence[AgeingRow]) -> AgeingRow:
    """Rows in one currency, added up."""
    columns = {column: sum((row.columns[column] for row in rows), Decimal(0)) for column in rows[0].columns}
    total, disputed, planned, promised = (
        sum(amounts, Decimal(0)) for amounts in zip(*(row.sums for row in rows), strict=True)
    )
    return AgeingRow(TOGETHER, "", "", "", rows[0].currency, columns, total, disputed, planned, promised)


def control_on(question: AgeingQuestion) -> dict[str, Decimal]:
    """The receivable account by currency, or all of it in the company's; nothing where a part of the book is asked."""
    if not question.is_whole:
        return {}
    control = control_balance(question.company_id, question.on, known_at=question.known_at)
    if question.own:
        return {question.own: sum((amount for _, amount in control.values()), Decimal(0))}
    return {currency: amount for currency, (amount, _) in control.items()}
