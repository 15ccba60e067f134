"""What of a debt in an interest-free plan counts as late each day. Values in, values out.

Until the day the plan was accepted, as if there were none; from then on only what is past its instalment's day, and
what is open beyond the plan.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import accumulate

from credit_control.plans.spread import ZERO, Instalment, Planned, spread

Steps = Sequence[tuple[date, Decimal]]
"""A value from the end of each day on, in the order of days."""


@dataclass(frozen=True)
class PlannedDebt:
    """An item of a plan: what it came to, what of it is planned, and what of it was settled when."""

    item_id: int
    amount: Decimal
    planned: Decimal
    settled: Sequence[tuple[date, Decimal]]

    def open_on(self, day: date) -> Decimal:
        """What was open at the end of a day."""
        return self.amount - sum((amount for on, amount in self.settled if on <= day), ZERO)

    def planned_on(self, day: date) -> Planned:
        """How it stood in its plan at the end of a day."""
        return Planned(self.item_id, self.planned, self.open_on(day))

    def left_on(self, day: date) -> Decimal:
        """What of its planned amount was open at the end of a day."""
        return self.planned_on(day).left


@dataclass(frozen=True)
class KeptPlan:
    """A plan that stands, or that was changed for another: since when, its items in their order, its instalments, and
    on which day it ended."""

    accepted_on: date
    items: Sequence[PlannedDebt]
    instalments: Sequence[Instalment]
    ended_on: date | None = None

    def late_steps(self, item_id: int, usual: Steps) -> list[tuple[date, Decimal]]:
        """What of an item is late from the end of each day on, where `usual` says it without the plan."""
        days = {self.accepted_on, *(day for day, _ in usual), *(each.due_on for each in self.instalments)}
        days |= {day for item in self.items for day, _ in item.settled} | ({self.ended_on} if self.ended_on else set())
        return [(day, self._late(item_id, usual, day)) for day in sorted(days) if day >= usual[0][0]]

    def _late(self, item_id: int, usual: Steps, day: date) -> Decimal:
        place = bisect_right(usual, day, key=lambda step: step[0])
        before = usual[place - 1][1] if place else ZERO
        holds = self.accepted_on <= day and (self.ended_on is None or day < self.ended_on)
        return min(before, self._past_on(item_id, day)) if holds else before

    def _past_on(self, item_id: int, day: date) -> Decimal:
        """What is past its instalment's day at the end of a day, and what is open beyond the plan."""
        planned = [item.planned_on(day) for item in self.items]
        own = [each for each in spread(planned, self.instalments) if each.item_id == item_id]
        open_ = next(item.open_on(day) for item in self.items if item.item_id == item_id)
        past = sum((each.amount for each in own if each.due_on <= day), ZERO)
        return past + max(open_ - sum((each.amount for each in own), ZERO), ZERO)


def days_with(steps: Steps, since: date, until: date) -> int:
    """How many days after one, up to another, began with anything above zero."""
    days = [since, *(day for day, _ in steps if since < day < until), until]
    values = [next((value for day, value in reversed(steps) if day <= start), ZERO) for start in days]
    spans = accumulate(
        (end - start).days if value > 0 else 0 for start, end, value in zip(days, days[1:], values, strict=False)
    )
    return max(spans, default=0)
