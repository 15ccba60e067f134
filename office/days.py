"""Which days a person may date a document on."""

from datetime import date

from ledger.refusals import Refused
from office.models import Company


def require_not_future(company: Company, day: date) -> None:
    """Refuse a date after the company's today: the book holds what happened."""
    if day > company.today():
        raise Refused(
            f"{day} is in the future. Today is {company.today()}.",
            code="date_in_future",
        )
