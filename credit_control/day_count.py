"""Day counts: how much of a year lies between two days. Values in, exact fractions out."""

from calendar import isleap, monthrange
from collections.abc import Callable
from datetime import date
from fractions import Fraction

from django.db import models


class DayCount(models.TextChoices):
    """How the days of interest are counted."""

    ACT_365 = "ACT/365F", "Actual days / 365"
    ACT_360 = "ACT/360", "Actual days / 360"
    ACT_ACT = "ACT/ACT ISDA", "Actual days / actual year (ISDA)"
    THIRTY_US = "30/360 US", "30 / 360 (US)"
    THIRTY_E = "30E/360", "30E / 360 (Eurobond)"


def counted_days(convention: str, start: date, end: date) -> int:
    """The days after `start` up to and with `end`, as the convention counts them."""
    if convention == DayCount.THIRTY_US:
        return _thirty_us(start, end)
    if convention == DayCount.THIRTY_E:
        return _thirty(start, min(start.day, 30), end, min(end.day, 30))
    return (end - start).days


def year_fraction(convention: str, start: date, end: date) -> Fraction:
    """What part of a year these days are, exactly. Raises KeyError for a convention that is none."""
    return YEARS[DayCount(convention)](start, end)


def accrued(convention: str, anchor: date, start: date, end: date) -> Fraction:
    """What the days from `start` to `end` add to the time since `anchor`.

    So parts add up to the whole in every convention, also where a convention by itself would lose a day between them.
    """
    return year_fraction(convention, anchor, end) - year_fraction(convention, anchor, start)


def _actual(start: date, end: date) -> Fraction:
    return _years_to(end) - _years_to(start)


def _years_to(day: date) -> Fraction:
    """Years up to a day, each day a part of its own calendar year."""
    return day.year + Fraction((day - date(day.year, 1, 1)).days, 366 if isleap(day.year) else 365)


def _thirty_us(start: date, end: date) -> int:
    """The end of February counts as a 30th at the start, and at the end where both are one."""
    first, last = start.day, end.day
    if _ends_february(start):
        last = 30 if _ends_february(end) else last
        first = 30
    if last == 31 and first >= 30:
        last = 30
    return _thirty(start, min(first, 30), end, last)


def _thirty(start: date, first: int, end: date, last: int) -> int:
    return 360 * (end.year - start.year) + 30 * (end.month - start.month) + last - first


def _ends_february(day: date) -> bool:
    return day.month == 2 and day.day == monthrange(day.year, 2)[1]


def _over(convention: DayCount, year: int) -> Callable[[date, date], Fraction]:
    return lambda start, end: Fraction(counted_days(convention, start, end), year)


YEARS: dict[DayCount, Callable[[date, date], Fraction]] = {
    DayCount.ACT_365: _over(DayCount.ACT_365, 365),
    DayCount.ACT_360: _over(DayCount.ACT_360, 360),
    DayCount.ACT_ACT: _actual,
    DayCount.THIRTY_US: _over(DayCount.THIRTY_US, 360),
    DayCount.THIRTY_E: _over(DayCount.THIRTY_E, 360),
}
