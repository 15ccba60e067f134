"""How long a company keeps what: as the law of its country says, or longer where it said so."""

from datetime import date, datetime
from typing import Any

from office.models import Company, OwnTerm
from office.privacy.terms import Term, last_day, schedule_of


def years_kept(company: Company) -> dict[str, int]:
    """The years of each term: what the company said, but never less than the law."""
    law = schedule_of(company.country)
    own = dict(OwnTerm.objects.filter(company=company).values_list("term", "years"))
    return {term: max(law.years(term), own.get(term, 0)) for term in Term.values}


def kept_until(company: Company, years: int, day: Any) -> date:
    """The last day on which a paper of a day is kept; one without a day is as of today."""
    if isinstance(day, datetime):
        day = company.day_of(day)
    return last_day(day or company.today(), years)


def past_before(company: Company, years: int) -> date:
    """The first day of which papers have to be kept still: what is dated before it is past its term."""
    return date(company.today().year - years, 1, 1)
