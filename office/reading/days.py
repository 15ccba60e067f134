"""Days as people in different countries write them, decided for a whole column and never guessed."""

import re
from datetime import date
from enum import StrEnum
from functools import cache

_YEAR_FIRST = re.compile(r"(\d{4})([-./])(\d{1,2})\2(\d{1,2})\.?|(\d{4})(\d{2})(\d{2})", re.ASCII)
_PARTS = re.compile(r"(\d{1,2})([./-])(\d{1,2})\2(\d{4}|\d{2})\.?", re.ASCII)
_DAY_NAMED_MONTH = re.compile(r"(\d{1,2})\.?[ -]([^\W\d_]+)\.?[ ,-]+(\d{4})")
_NAMED_MONTH_DAY = re.compile(r"([^\W\d_]+)\.? (\d{1,2}),? (\d{4})")
_TIME = re.compile(r"[T ]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?( ?[AP]M|Z)?$", re.IGNORECASE)
LANGUAGES = ("en", "de", "fr", "es", "nl", "it", "pt", "da", "sv", "hu")
"""Whose names of months are known."""
CENTURY = 2000


class DayOrder(StrEnum):
    """Which part of a written day comes first."""

    YEAR_FIRST = "ymd"
    DAY_FIRST = "dmy"
    MONTH_FIRST = "mdy"


class DayEvidence:
    """What the days of a column tell of their order; each is shown to it once."""

    def __init__(self) -> None:
        self.orders: set[DayOrder] = set()
        self.is_open = False

    def see(self, text: str) -> None:
        """Learn from one cell."""
        text = _TIME.sub("", text.strip())
        if _year_first(text) or _with_named_month(text):
            self.orders.add(DayOrder.YEAR_FIRST)
        elif parts := _PARTS.fullmatch(text):
            self._see_parts(int(parts[1]), int(parts[3]), parts[4])

    def _see_parts(self, first: int, second: int, year: str) -> None:
        if len(year) == 2:
            self.is_open = True  # 18-04-03 may begin with its year
        elif first > 12:
            self.orders.add(DayOrder.DAY_FIRST)
        elif second > 12:
            self.orders.add(DayOrder.MONTH_FIRST)
        elif first != second:
            self.is_open = True

    def decide(self) -> DayOrder | None:
        """The order that all agree on; None where it stays open. A year in front or a named month is never mistaken."""
        said = self.orders - {DayOrder.YEAR_FIRST}
        if len(said) == 1:
            return next(iter(said))
        return None if said or self.is_open else DayOrder.YEAR_FIRST


def read_day(text: str, order: DayOrder) -> date:
    """The day, whatever time follows it. Raises ValueError for what is no day in this order."""
    text = _TIME.sub("", text.strip())
    if certain := _year_first(text) or _with_named_month(text):
        return _day(*certain)
    parts = _PARTS.fullmatch(text)
    if not parts or order is DayOrder.YEAR_FIRST:
        raise ValueError("is not a day")
    first, second, year = int(parts[1]), int(parts[3]), int(parts[4])
    year += CENTURY if len(parts[4]) == 2 else 0
    return _day(year, second, first) if order is DayOrder.DAY_FIRST else _day(year, first, second)


def _year_first(text: str) -> tuple[int, int, int] | None:
    """Year, month and day of 2026-03-31, 2026.03.31. and 20260331."""
    found = _YEAR_FIRST.fullmatch(text)
    if not found:
        return None
    year, month, day = found.group(1, 3, 4) if found[1] else found.group(5, 6, 7)
    is_likely = bool(found[1]) or 1900 <= int(year) < 2100
    return (int(year), int(month), int(day)) if is_likely else None


def _with_named_month(text: str) -> tuple[int, int, int] | None:
    """Year, month and day of 31-Dec-2019, 31. Dezember 2019 and Dec 31, 2019."""
    if found := _DAY_NAMED_MONTH.fullmatch(text):
        day, name, year = found.groups()
    elif found := _NAMED_MONTH_DAY.fullmatch(text):
        name, day, year = found.groups()
    else:
        return None
    month = _months().get(name.casefold())
    return (int(year), month, int(day)) if month else None


@cache
def _months() -> dict[str, int]:
    """The number of a month by its name or a shorter one, but for a name that means two."""
    from babel import Locale

    months: dict[str, set[int]] = {}
    for language in LANGUAGES:
        written = Locale.parse(language).months
        for names in (written[form][width] for form in written for width in ("wide", "abbreviated")):
            for month, name in names.items():
                months.setdefault(name.casefold().strip("."), set()).add(month)
    return {name: next(iter(numbers)) for name, numbers in months.items() if len(numbers) == 1}


def _day(year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError as error:
        raise ValueError("is a day that does not exist") from error
