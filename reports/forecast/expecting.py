"""What comes in which week, as pure arithmetic over debts and how late their customers paid. No database here.

A debt is expected on its promised day, else on the day of its instalment, else as its customer paid before: of the
payments that were later than the debt is already, the share that fell into a week is the share of it that is expected
then. Whoever paid too seldom is taken to pay as all customers together.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache, partial
from itertools import chain
from typing import NamedTuple

WEEKS = 13
ENOUGH = 5
"""So many payments say how a customer pays."""
BAND = Decimal("1.2816")
"""Standard deviations to each side that hold 80 of 100 outcomes of a normal distribution."""
ZERO = Decimal(0)


class Debt(NamedTuple):
    """What is open and not in dispute of one document or instalment, and what of it is promised for which day."""

    customer_id: int
    open: Decimal
    pay_on: date
    is_planned: bool = False
    promised: tuple[tuple[date, Decimal], ...] = ()


@dataclass
class Week:
    """What is expected in a week: promised, by plans, and as customers paid before; beside it, what is due on paper."""

    first_day: date
    last_day: date
    due: Decimal = ZERO
    promised: Decimal = ZERO
    planned: Decimal = ZERO
    usual: Decimal = ZERO
    spread: Decimal = ZERO

    @property
    def expected(self) -> Decimal:
        """All that is expected."""
        return self.promised + self.planned + self.usual

    @property
    def low(self) -> Decimal:
        """What it is above in nine of ten cases."""
        return max(self.expected - BAND * self.spread, ZERO)

    @property
    def high(self) -> Decimal:
        """What it is below in nine of ten cases."""
        return self.expected + BAND * self.spread


@dataclass
class Forecast:
    """The weeks after a day, and what is owed on it in all."""

    on: date
    weeks: list[Week] = field(default_factory=list)
    owed: Decimal = ZERO

    @property
    def expected(self) -> Decimal:
        """What is expected within these weeks."""
        return sum((week.expected for week in self.weeks), ZERO)

    @property
    def due(self) -> Decimal:
        """What is due within these weeks on paper."""
        return sum((week.due for week in self.weeks), ZERO)

    @property
    def later(self) -> Decimal:
        """What is expected after these weeks, or never was paid so late."""
        return self.owed - self.expected


def week_of(day: date, on: date) -> int:
    """Which week after a day another day lies in, the first is 0; what is past counts as the first."""
    return max((day - on).days - 1, 0) // 7


def shares_of(payments: Sequence[int], late: int) -> list[Decimal] | None:
    """By week, the share of the payments later than so many days that fell into it; None where none was later.

    `payments` are days after the due day, in order; `late` is how many days late a debt is now, below zero not due yet.
    """
    passed = bisect_right(payments, late)
    rest = len(payments) - passed
    if not rest:
        return None
    shares = []
    for week in range(1, WEEKS + 1):
        end = bisect_right(payments, late + 7 * week, passed)
        shares.append(Decimal(end - passed) / rest if end > passed else ZERO)
        passed = end
    return shares


def forecast(debts: Iterable[Debt], payments: Mapping[int, Sequence[int]], on: date) -> Forecast:
    """The weeks after a day. `payments` are each customer's, in days after the due day, in order."""
    answer = Forecast(on, [_week(on, number) for number in range(WEEKS)])
    everybody = sorted(chain.from_iterable(payments.values()))
    of_everybody = lru_cache(maxsize=None)(partial(shares_of, everybody))
    usual: list[dict[int, Decimal]] = [defaultdict(Decimal) for _ in answer.weeks]
    theirs: dict[int, Decimal] = defaultdict(Decimal)
    for debt in debts:
        answer.owed += debt.open
        _add(answer, "due", debt.pay_on, debt.open)
        rest = debt.open
        for day, amount in debt.promised:
            part = min(amount, rest)
            _add(answer, "promised", day, part)
            rest -= part
        if debt.is_planned:
            _add(answer, "planned", debt.pay_on, rest)
            continue
        theirs[debt.customer_id] += rest
        late = (on - debt.pay_on).days
        own = payments.get(debt.customer_id, ())
        shares = (shares_of(own, late) if len(own) >= ENOUGH else None) or of_everybody(late)
        for number, share in enumerate(shares or ()):
            if share:
                usual[number][debt.customer_id] += rest * share
    for week, sums in zip(answer.weeks, usual, strict=True):
        week.usual = sum(sums.values(), ZERO)
        week.spread = sum((_variance(expected, theirs[pk]) for pk, expected in sums.items()), ZERO).sqrt()
    return answer


def _week(on: date, number: int) -> Week:
    return Week(on + timedelta(days=7 * number + 1), on + timedelta(days=7 * number + 7))


def _add(answer: Forecast, what: str, day: date, amount: Decimal) -> None:
    number = week_of(day, answer.on)
    if number < WEEKS:
        week = answer.weeks[number]
        setattr(week, what, getattr(week, what) + amount)


def _variance(expected: Decimal, owed: Decimal) -> Decimal:
    """Of a customer who pays all they owe in a week or nothing of it: whoever pays often pays several debts at once."""
    return expected * (owed - expected)
