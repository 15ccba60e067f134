"""What a recurring invoice's text may leave open: a closed list of plain words in braces, filled in for each period."""

import re

from babel import Locale
from babel.dates import format_date

from billing.schedules import Period
from customers.models import Customer
from ledger.refusals import Refused
from office.languages import as_written_in

PLACEHOLDERS = ("period", "month", "year")
_BRACED = re.compile(r"\{(\w*)\}")


def require_known_placeholders(text: str) -> None:
    """Raise Refused for a word in braces that stands for nothing."""
    unknown = [name for name in _BRACED.findall(text) if name not in PLACEHOLDERS]
    if unknown:
        known = ", ".join(f"{{{name}}}" for name in PLACEHOLDERS)
        raise Refused(f"{{{unknown[0]}}} stands for nothing. There are {known}.", code="unknown_placeholder")


def filled(text: str, period: Period, customer: Customer) -> str:
    """The text for a period, in the customer's language."""
    locale = _locale(customer)
    values = {
        "period": period_words(period, locale),
        "month": format_date(period.first, "LLLL", locale),
        "year": format_date(period.first, "y", locale),
    }
    return _BRACED.sub(lambda found: values.get(found[1], found[0]), text)


def period_words(period: Period, locale: Locale | str = "en_GB") -> str:
    """A period as people write it, its two days with a dash between, or its only day."""
    days = [format_date(day, "medium", locale) for day in (period.first, period.last)]
    return " – ".join(days if period.first != period.last else days[:1])


def _locale(customer: Customer) -> Locale:
    """The customer's language as it is written where the company is."""
    return Locale.parse(as_written_in(customer.language, customer.company.country), sep="-")
