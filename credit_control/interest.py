"""Simple interest on what was open each day. Values in, values out.

A day is one that begins with something open: spans run from the end of one day to the end of another, so a payment
stops interest from the day after it, and interest begins the day after the due date.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

from credit_control.day_count import accrued
from ledger.money import round_fraction

Steps = Sequence[tuple[date, Decimal]]
"""A value from the end of each day on, in the order of days."""
ZERO = Decimal(0)


@dataclass(frozen=True)
class Charged:
    """Days that an earlier claim charged, with the rate it took."""

    from_on: date
    to_on: date
    percent: Decimal
    day_count: str


@dataclass(frozen=True)
class Terms:
    """What is charged for days that nobody has charged yet: percent a year from each day on, and how days count."""

    rates: Steps
    day_count: str


@dataclass(frozen=True)
class LateDebt:
    """A debt: what of it was open from the end of each day on, and what of its interest was claimed so far."""

    due_on: date
    currency: str
    principal: Steps
    charged: Sequence[Charged] = ()
    claimed: Decimal = ZERO


@dataclass(frozen=True)
class Span:
    """Days through which the same principal was open at the same rate, and what they come to, rounded."""

    from_on: date
    to_on: date
    principal: Decimal
    percent: Decimal
    amount: Decimal


@dataclass(frozen=True)
class Interest:
    """What is to be claimed now: each new span, and what earlier claims took too little (or, negative, too much)."""

    spans: list[Span]
    correction: Decimal

    @property
    def total(self) -> Decimal:
        """All of it; never claimed where it is not above zero."""
        return sum((span.amount for span in self.spans), self.correction)


def value_on(steps: Steps, day: date) -> Decimal:
    """The value at the end of a day; nothing before the first step."""
    place = bisect_right(steps, day, key=lambda step: step[0])
    return steps[place - 1][1] if place else ZERO


def interest_due(debt: LateDebt, until: date, terms: Terms) -> Interest:
    """What a debt's interest comes to by the end of a day, less what was claimed so far.

    Days charged before keep their rate and take the principal that is now known of them. The sum to date is rounded,
    not its parts: so claims add up to what one claim at the end would be.
    """
    exact, fresh = Fraction(0), []
    for start, end in _parts(debt, until, terms):
        before = next((each for each in debt.charged if each.from_on <= start < each.to_on), None)
        percent = before.percent if before else value_on(terms.rates, start)
        principal = value_on(debt.principal, start)
        years = accrued(before.day_count if before else terms.day_count, debt.due_on, start, end)
        worth = Fraction(principal) * Fraction(percent) / 100 * years
        if before:
            exact += worth
        elif principal > 0 and percent > 0 and end <= until:
            fresh.append((Span(start, end, principal, percent, ZERO), worth))
    correction = round_fraction(exact, debt.currency) - debt.claimed
    return Interest(_rounded(fresh, exact, debt.currency), correction)


def _parts(debt: LateDebt, until: date, terms: Terms) -> list[tuple[date, date]]:
    """The time since the due day, cut wherever principal, rate or claim change."""
    cuts = {day for day, _ in (*debt.principal, *terms.rates)} | {until}
    cuts |= {day for each in debt.charged for day in (each.from_on, each.to_on)}
    last = max([until, *(each.to_on for each in debt.charged)])
    days = [debt.due_on, *sorted(day for day in cuts if debt.due_on < day <= last)]
    return list(pairwise(days))


def _rounded(fresh: Sequence[tuple[Span, Fraction]], exact: Fraction, currency: str) -> list[Span]:
    """Each span with what it adds to the rounded sum to date."""
    spans, before = [], round_fraction(exact, currency)
    for span, worth in fresh:
        exact += worth
        after = round_fraction(exact, currency)
        spans.append(replace(span, amount=after - before))
        before = after
    return spans
