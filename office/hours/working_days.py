"""Which days people work: week-ends and public holidays of a country, and what a company says of its own days.

Countries are ISO 3166 codes. A region is a code or name that the library `holidays` knows, such as BY or Bavaria's
"Bayern"; one that it does not know has the country's days. `own` holds days that a company adds or cancels, each with
whether it is worked; they come first.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from functools import lru_cache

from holidays import HolidayBase, country_holidays

NONE: Mapping[date, bool] = {}
SATURDAY = 5
ONE_DAY = timedelta(days=1)


def is_working_day(day: date, country: str, region: str = "", own: Mapping[date, bool] = NONE) -> bool:
    """Whether people work there on this day. In a country that is not known, from Monday to Friday."""
    if day in own:
        return own[day]
    known = _holidays(country.upper(), region.strip())
    return known.is_working_day(day) if known is not None else day.weekday() < SATURDAY


def next_working_day(day: date, country: str, region: str = "", own: Mapping[date, bool] = NONE) -> date:
    """The day itself where it is a working day, else the first one after it."""
    while not is_working_day(day, country, region, own):
        day += ONE_DAY
    return day


def working_day_before(day: date, country: str, region: str = "", own: Mapping[date, bool] = NONE) -> date:
    """The day itself where it is a working day, else the last one before it."""
    while not is_working_day(day, country, region, own):
        day -= ONE_DAY
    return day


def holiday_name(day: date, country: str, region: str = "") -> str:
    """What a public holiday is called in English, where that is known; empty for any other day."""
    known = _holidays(country.upper(), region.strip())
    return str(known.get(day, "")) if known is not None else ""


@lru_cache(maxsize=512)
def _holidays(country: str, region: str) -> HolidayBase | None:
    try:
        known = country_holidays(country)
    except NotImplementedError:
        return None
    names = {name.casefold(): code for name, code in known.subdivisions_aliases.items()}
    names |= {code.casefold(): code for code in known.subdivisions}
    language = "en_US" if "en_US" in known.supported_languages else None
    return country_holidays(country, subdiv=names.get(region.casefold()), language=language)
