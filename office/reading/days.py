"""Days as people in different countries write them, decided for a whole column and never guessed."""

import re
from datetime import date
from enum import StrEnum

_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})", re.ASCII)
_PARTS = re.compile(r"(\d{1,2})([./-])(\d{1,2})\2(\d{4})", re.ASCII)
_TIME = re.compile(r"[T ]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?( ?[AP]M|Z)?$", re.IGNORECASE)


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
        if _ISO.fullmatch(text):
            self.orders.add(DayOrder.YEAR_FIRST)
        elif parts := _PARTS.fullmatch(text):
            self._see_parts(int(parts[1]), int(parts[3]))

    def _see_parts(self, first: int, second: int) -> None:
        if first > 12:
            self.orders.add(DayOrder.DAY_FIRST)
        elif second > 12:
            self.orders.add(DayOrder.MONTH_FIRST)
        elif first != second:
            self.is_open = True

    def decide(self) -> DayOrder | None:
        """The order that all agree on; None where it stays open. A year in front is never mistaken."""
        said = self.orders - {DayOrder.YEAR_FIRST}
        if len(said) == 1:
            return next(iter(said))
        return None if said or self.is_open else DayOrder.YEAR_FIRST


def read_day(text: str, order: DayOrder) -> date:
    """The day, whatever time follows it. Raises ValueError for what is no day in this order."""
    text = _TIME.sub("", text.strip())
    if iso := _ISO.fullmatch(text):
        return _day(*map(int, iso.groups()))
    parts = _PARTS.fullmatch(text)
    if not parts or order is DayOrder.YEAR_FIRST:
        raise ValueError("is not a day")
    first, second, year = int(parts[1]), int(parts[3]), int(parts[4])
    return _day(year, second, first) if order is DayOrder.DAY_FIRST else _day(year, first, second)


def _day(year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError as error:
        raise ValueError("is a day that does not exist") from error
