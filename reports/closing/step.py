"""What a step of a month's end is made of."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple
from urllib.parse import urlencode

from django.urls import reverse

from ledger.calendar import end_of_month
from office.models import Company


class MonthEnd(NamedTuple):
    """The month that is to be closed: whose, and its first day."""

    company: Company
    first_day: date

    @property
    def last_day(self) -> date:
        """Its last day."""
        return end_of_month(self.first_day)


def _nothing(month: MonthEnd) -> dict[str, str]:
    return {}


@dataclass(frozen=True)
class CloseStep:
    """One step: what it is about, how much of it is open now, and the page where that is mended.

    `query` is what that page is asked. The month is not closed while anything of a `required` step is open; any other
    wants somebody to sign it off as it stands, or a reason when the month is closed.
    """

    key: str
    title: str
    about: str
    open_count: Callable[[MonthEnd], int]
    mend: str
    page: str
    query: Callable[[MonthEnd], Mapping[str, str]] = _nothing
    required: bool = False

    def address(self, month: MonthEnd) -> str:
        """Where what is open is found and mended."""
        asked = urlencode(self.query(month))
        return reverse(self.page) + (f"?{asked}" if asked else "")
