"""What reports say in figures: each total as an exact number with a name, to be kept and compared later."""

from collections import Counter
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import NamedTuple

from reports.closing.tied import FINDINGS
from reports.frame import Answer, Asked, Column, Row, Table
from reports.frame.words import plain

TOGETHER = "Together"
MEASURES = "Measures"
COMPARED = ("money", "company_money", "number")


class Figure(NamedTuple):
    """One figure: of which report and table, its row and column, in which currency; no amount where there is none."""

    report: str
    table: str
    row: str
    column: str
    currency: str
    amount: Decimal | None

    @property
    def place(self) -> tuple[str, str, str, str, str]:
        """What tells it from all others."""
        return self[:5]

    def as_json(self) -> list[str | None]:
        """As it is kept: the amount in words of digits, never a float."""
        return [*self.place, None if self.amount is None else f"{self.amount:f}"]

    @classmethod
    def of(cls, kept: Sequence[str | None]) -> "Figure":
        """The figure as it was kept."""
        report, table, row, column, currency = (name or "" for name in kept[:5])
        return cls(report, table, row, column, currency, None if kept[5] is None else Decimal(kept[5]))


def figures_of(asked: Asked, answer: Answer) -> list[Figure]:
    """The feet of an answer's tables, or the rows of one without, and its measures and proofs.

    How much wants a look is left out: that is of the day on which somebody looks.
    """
    name, own = asked.report.name, asked.company.currency
    found = [each for table in answer.tables if table.title != FINDINGS for each in _of_table(name, table, own)]
    found += [Figure(name, MEASURES, TOGETHER, f"{each.label}, {each.unit}", "", each.value) for each in answer.figures]
    found += [
        Figure(name, "Proofs", each.words, "Difference", each.currency, each.difference) for each in answer.proofs
    ]
    return found


def _of_table(report: str, table: Table, own: str) -> Iterator[Figure]:
    rows = list(table.foot or table.rows)
    one_each = max(Counter(row.currency for row in rows).values(), default=1) == 1
    for row in rows:
        named = TOGETHER if table.foot and one_each else str(row.values.get(table.columns[0].key, ""))
        for column in table.columns:
            if column.kind in COMPARED and row.values.get(column.key) is not None:
                name, currency = _named(named, column, row, own)
                yield Figure(report, table.title, name, column.label, currency, Decimal(plain(column, row, own)))


def _named(named: str, column: Column, row: Row, own: str) -> tuple[str, str]:
    """The row's name and the figure's currency; where the row has another one, the name says it."""
    currency = {"money": row.currency, "company_money": own}.get(column.kind, "")
    return (named if currency == row.currency else f"{named}, {row.currency}"), currency
