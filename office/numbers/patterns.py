"""How numbers are written: what a pattern may say, so that no two numbers of a series can ever be equal.

The counter gives each value once; the pattern must let it be read off again. So it stands between signs that are no
digits, and a series that begins anew each year says the year.
"""

import re

from ledger.refusals import Refused

LONGEST, LONGEST_NUMBER = 40, 30
WIDEST = 12
COUNTER = re.compile(r"\{number(?::0(\d{1,2})d?)?\}")
YEAR = "{year}"
ALLOWED = re.compile(r"[A-Za-z0-9 ./_#-]*")


def checked_pattern(pattern: str, *, is_yearly: bool) -> str:
    """The pattern without blanks around it. Raises Refused for one that could give a number twice or cannot be read."""
    pattern = pattern.strip()
    counters = COUNTER.findall(pattern)
    if len(counters) != 1:
        raise _refused(f"A pattern has {{number}} once, such as INV-{YEAR}-{{number:05}}.", "no_number")
    if is_yearly and YEAR not in pattern:
        raise _refused(f"These numbers begin anew each year, so the pattern needs {YEAR}.", "no_year")
    if pattern.count(YEAR) > int(is_yearly):
        wanted = "once" if is_yearly else "not at all, as these numbers run on over the years"
        raise _refused(f"{YEAR} may stand in this pattern {wanted}.", "too_many_years")
    before, after = COUNTER.sub("\0", pattern).split("\0")
    if re.search(r"\d$", before) or re.match(r"\d|\{year\}", after):
        raise _refused("Put a sign that is no digit between {number} and the digits beside it.", "number_unclear")
    if not ALLOWED.fullmatch((before + after).replace(YEAR, "")):
        raise _refused("Use letters, digits, blanks and . / _ # - beside {number} and {year}.", "bad_sign")
    if int(counters[0] or 0) > WIDEST or len(number_of(pattern, 2000, 1)) > LONGEST_NUMBER or len(pattern) > LONGEST:
        raise _refused(f"Numbers have at most {LONGEST_NUMBER} signs, {WIDEST} of them for the counter.", "too_long")
    return pattern


def number_of(pattern: str, year: int, counter: int) -> str:
    """The number as it is written."""
    return pattern.format(year=year, number=counter)


def _refused(words: str, code: str) -> Refused:
    return Refused(words, code=code)
