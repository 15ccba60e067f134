"""What a statement says: values, without a database."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from ledger.calendar import BUCKETS, bucket

ZERO = Decimal(0)
UNAPPLIED = "unapplied"
COLUMNS = [*(each.key for each in BUCKETS), UNAPPLIED]
"""The columns of the ageing, in their order; they add up to the balance."""


class Movement(NamedTuple):
    """A document or payment of the period, however many others it settled, and the balance after it."""

    entry_id: int
    kind: str
    reference: str
    dated_on: date
    amount: Decimal
    balance: Decimal


class OpenLine(NamedTuple):
    """What was left of a document or payment on the day, with its sign; `disputed` is a part of what is open.

    `days` says when which part of it is to be paid, where that is not its due day: it was put off, or is in a plan.
    """

    entry_id: int
    kind: str
    reference: str
    dated_on: date
    due_on: date
    amount: Decimal
    open: Decimal
    disputed: Decimal
    days: tuple[tuple[date, Decimal], ...] = ()

    @property
    def parts(self) -> tuple[tuple[date, Decimal], ...]:
        """What is to be paid when."""
        return self.days or ((self.due_on, self.open),)

    @property
    def pay_on(self) -> date:
        """The first day on which something of it is to be paid."""
        return self.days[0][0] if self.days else self.due_on

    def days_late(self, on: date) -> int:
        """Days past that day; zero for what is not late, and for what is in the customer's favour."""
        return max((on - self.pay_on).days, 0) if self.open > 0 else 0


@dataclass
class Part:
    """A customer's account in one currency: from the opening balance by its movements to the closing balance, and the
    same as open items. `opened_elsewhere` is where the last statement closed, if that is not where this one opens."""

    currency: str
    opening: Decimal = ZERO
    movements: list[Movement] = field(default_factory=list)
    items: list[OpenLine] = field(default_factory=list)
    buckets: dict[str, Decimal] = field(default_factory=dict)
    opened_elsewhere: Decimal | None = None

    @property
    def closing(self) -> Decimal:
        """What is owed at the end of the day, by what moved; below zero where we owe them."""
        return self.movements[-1].balance if self.movements else self.opening

    @property
    def open(self) -> Decimal:
        """The same by what stands open."""
        return sum(self.buckets.values(), ZERO)

    @property
    def overdue(self) -> Decimal:
        """What of it was due before the day; what is unapplied is not taken off."""
        return self.open - self.buckets.get("current", ZERO) - self.buckets.get(UNAPPLIED, ZERO)

    @property
    def disputed(self) -> Decimal:
        """What of it the customer disputes."""
        return sum((item.disputed for item in self.items), ZERO)

    @property
    def is_idle(self) -> bool:
        """Whether nothing is open and nothing moved."""
        return not (self.items or self.movements or self.opening)

    @property
    def ageing(self) -> list[tuple[str, Decimal]]:
        """Each column with its amount."""
        return [(column, self.buckets.get(column, ZERO)) for column in COLUMNS]


@dataclass
class Section:
    """One customer's account: a part for each currency."""

    customer_id: int
    number: str
    name: str
    parts: list[Part] = field(default_factory=list)


@dataclass
class Figures:
    """A statement: of one customer, or of several as one, where it says so and shows each by itself."""

    form: str
    from_on: date
    on: date
    sections: list[Section]
    is_combined: bool = False

    @property
    def totals(self) -> list[Part]:
        """What the sections come to in each currency: balances and ageing, without lines."""
        return totals_of(part for section in self.sections for part in section.parts)

    @property
    def is_zero(self) -> bool:
        """Whether nothing is owed either way in any currency, and nothing stands open."""
        return not any(part.closing or part.items for section in self.sections for part in section.parts)

    @property
    def faults(self) -> list[str]:
        """What is wrong with these figures; anything is a reason not to send them."""
        return [
            fault for section in self.sections for part in section.parts for fault in _faults_of(section.number, part)
        ]


class Total(Part):
    """Several parts of one currency added up."""

    def __init__(self, currency: str) -> None:
        super().__init__(currency)
        self.moved = ZERO

    @property
    def closing(self) -> Decimal:
        return self.opening + self.moved

    def add(self, part: Part) -> None:
        """Take a part in."""
        self.opening += part.opening
        self.moved += part.closing - part.opening
        for column, amount in part.buckets.items():
            self.buckets[column] = self.buckets.get(column, ZERO) + amount


def totals_of(parts: Iterable[Part]) -> list[Part]:
    """What parts come to, by currency."""
    totals: dict[str, Total] = {}
    for part in parts:
        totals.setdefault(part.currency, Total(part.currency)).add(part)
    return [totals[currency] for currency in sorted(totals)]


def aged(items: Iterable[OpenLine], on: date) -> dict[str, Decimal]:
    """What is open by how late it is, as the ageing report has it."""
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for item in items:
        for day, amount in item.parts:
            sums[bucket((on - day).days).key if item.open > 0 else UNAPPLIED] += amount
    return dict(sums)


def _faults_of(number: str, part: Part) -> list[str]:
    found = []
    if part.closing != part.open:
        found.append(
            f"Customer {number}: what moved comes to {part.closing} {part.currency}, what is open to {part.open}."
        )
    if part.opened_elsewhere is not None:
        found.append(
            f"Customer {number}: the last statement closed at {part.opened_elsewhere} {part.currency}, this one opens"
            f" at {part.opening}."
        )
    return found
