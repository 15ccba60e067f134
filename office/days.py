"""Which days a person may date a document on."""

from datetime import date

from ledger.refusals import Refused
from office.models import Company
from office.written import plain_day

FIRST_DAY = date(1990, 1, 1)
LAST_DAY = date(2200, 12, 31)
"""A day outside of these can only be a slip."""


def is_likely_meant(day: date) -> bool:
    """Whether anybody means a day so long ago; before the first of the calendar none can be counted back."""
    return day.year >= 1900


def require_bookable_day(company: Company, day: date) -> None:
    """Refuse a day after the company's today, as the book holds what happened, and one that can only be a slip."""
    if day > company.today():
        raise Refused(
            f"{plain_day(day)} is in the future. Today is {plain_day(company.today())}.", code="date_in_future"
        )
    if day < FIRST_DAY:
        raise Refused(f"{plain_day(day)} is before {plain_day(FIRST_DAY)}: look at the year.", code="date_too_early")
