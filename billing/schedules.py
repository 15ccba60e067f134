"""When a recurring invoice is due, and for which days: dates in, periods out, no database.

A period runs from its first to its last day, both billed. Its length is so many days, weeks, months, quarters or years;
in months the wanted day is kept, so that the 31st follows the 28th of February, and 31 is the last day of each month.
Where the first day is not the wanted one, or the last period is cut short, that period is a part of a whole one.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from fractions import Fraction
from itertools import count, islice

from ledger.calendar import add_months, end_of_month, month_start, next_day_of_month

DAY = timedelta(days=1)


class Interval(StrEnum):
    """What a period is counted in."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


DAYS = {Interval.DAY: 1, Interval.WEEK: 7}
MONTHS = {Interval.MONTH: 1, Interval.QUARTER: 3, Interval.YEAR: 12}


@dataclass(frozen=True, slots=True)
class Pause:
    """Days on which no period begins; without a last day it goes on until somebody ends it."""

    first: date
    last: date | None = None

    def holds(self, day: date) -> bool:
        """Whether the day lies in it."""
        return self.first <= day and (self.last is None or day <= self.last)


@dataclass(frozen=True, slots=True)
class Schedule:
    """A rule for periods. `ends_on` is the last day billed, `most` the number of periods after which it stops."""

    interval: Interval
    starts_on: date
    every: int = 1
    wanted_day: int | None = None
    ends_on: date | None = None
    most: int | None = None
    in_arrears: bool = False
    pauses: Sequence[Pause] = ()


@dataclass(frozen=True, slots=True)
class Period:
    """The days billed, first and last one counted, the day the invoice is due to be made, and what part they are."""

    first: date
    last: date
    due_on: date
    part: Fraction = Fraction(1)

    @property
    def is_whole(self) -> bool:
        return self.part == 1


def periods(schedule: Schedule) -> Iterator[Period]:
    """The periods to bill, in order; without an end where the schedule has none.

    A period that begins in a pause is left out, and is none of the `most`.
    """
    return islice(_unpaused(schedule), schedule.most)


def _unpaused(schedule: Schedule) -> Iterator[Period]:
    for number in count():
        first, following = _boundary(schedule, number), _boundary(schedule, number + 1)
        if schedule.ends_on and first > schedule.ends_on:
            return
        pause = next((pause for pause in schedule.pauses if pause.holds(first)), None)
        if pause is None:
            yield _period(schedule, first, following - DAY)
        elif pause.last is None:
            return


def _boundary(schedule: Schedule, number: int) -> date:
    """The first day of the period of that number, counted from 0."""
    if number == 0:
        return schedule.starts_on
    if schedule.interval in DAYS:
        return schedule.starts_on + number * schedule.every * DAYS[schedule.interval] * DAY
    wanted = schedule.wanted_day or schedule.starts_on.day
    months = schedule.every * MONTHS[schedule.interval]
    if add_months(schedule.starts_on, 0, wanted) == schedule.starts_on:
        return add_months(schedule.starts_on, number * months, wanted)
    return add_months(next_day_of_month(schedule.starts_on, wanted), (number - 1) * months, wanted)


def _period(schedule: Schedule, first: date, last: date) -> Period:
    cut = min(last, schedule.ends_on) if schedule.ends_on else last
    is_cut = cut < last or not _begins_as_wanted(schedule, first)
    part = _part(schedule, first, cut) if is_cut else Fraction(1)
    return Period(first, cut, cut + DAY if schedule.in_arrears else first, part)


def _begins_as_wanted(schedule: Schedule, first: date) -> bool:
    if schedule.interval in DAYS or not schedule.wanted_day:
        return True
    return add_months(first, 0, schedule.wanted_day) == first


def _part(schedule: Schedule, first: date, last: date) -> Fraction:
    """What part of a whole period the days are, never more than a whole one."""
    if schedule.interval in DAYS:
        return Fraction((last - first).days + 1, schedule.every * DAYS[schedule.interval])
    return min(months_between(first, last) / (schedule.every * MONTHS[schedule.interval]), Fraction(1))


def months_between(first: date, last: date) -> Fraction:
    """The days, first and last counted, as months: in each calendar month over that month's own length."""
    total, day = Fraction(0), first
    while day <= last:
        month_end = end_of_month(day)
        total += Fraction((min(month_end, last) - day).days + 1, month_end.day)
        day = month_start(month_end + DAY)
    return total
