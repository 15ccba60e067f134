"""How long papers are kept by law: per country, in years, with the law that says so.

A term runs from the end of the calendar year of a paper's day. Where a law counts from the end of the business year or
of a tax year, which may end later, a year is added (`reserve`). A company may keep longer, never shorter.
"""

from dataclasses import dataclass
from datetime import date

from django.db import models


class Term(models.TextChoices):
    """What a paper is to the law, which says how long it is kept."""

    BOOKS = "books", "Books: the journal, the accounts, the audit trail"
    VOUCHERS = "vouchers", "Vouchers: invoices, payments, whatever proves an entry"
    LETTERS = "letters", "Letters: orders, disputes, promises, notes of calls"


@dataclass(frozen=True)
class Schedule:
    """A country's years of keeping of books, vouchers and letters, the laws that say so, and where they are read."""

    country: str
    by_term: tuple[int, int, int]
    law: str
    source: str
    reserve: int = 0

    def years(self, term: str) -> int:
        """The years of a term."""
        return self.by_term[Term.values.index(term)] + self.reserve


_SCHEDULES = [
    Schedule(
        "DE",
        (10, 8, 6),
        "§ 147 (3), (4) AO, § 257 (4), (5) HGB; vouchers 8 years since 2025 (BEG IV)",
        "https://www.gesetze-im-internet.de/ao_1977/__147.html",
    ),
    Schedule("AT", (7, 7, 7), "§ 132 (1) BAO, § 212 UGB", "https://www.ris.bka.gv.at/"),
    Schedule(
        "CH",
        (10, 10, 10),
        "Art. 958f OR: ten years from the end of the business year",
        "https://www.fedlex.admin.ch/",
        1,
    ),
    Schedule("LI", (10, 10, 10), "Art. 1059 PGR", "https://www.gesetze.li/", 1),
    Schedule(
        "FR",
        (10, 10, 10),
        "Code de commerce L123-22: from the end of the business year",
        "https://www.legifrance.gouv.fr/",
        1,
    ),
    Schedule("BE", (10, 10, 10), "Code de la TVA art. 60 § 4; CDE III.88", "https://www.ejustice.just.fgov.be/"),
    Schedule(
        "LU",
        (10, 10, 10),
        "Code de commerce art. 16: from the end of the business year",
        "https://legilux.public.lu/",
        1,
    ),
    Schedule(
        "NL",
        (7, 7, 7),
        "AWR art. 52 (4), BW 2:10 (3): from the end of the business year",
        "https://wetten.overheid.nl/",
        1,
    ),
    Schedule("IT", (10, 10, 10), "Codice civile art. 2220: from the last entry", "https://www.normattiva.it/"),
    Schedule("ES", (6, 6, 6), "Código de Comercio art. 30: from the last entry in the books", "https://www.boe.es/", 1),
    Schedule("PT", (10, 10, 10), "CIVA art. 52, CIRC art. 123", "https://info.portaldasfinancas.gov.pt/"),
    Schedule(
        "PL",
        (5, 5, 5),
        "Ordynacja podatkowa art. 86, art. 70; ustawa o rachunkowości art. 74",
        "https://isap.sejm.gov.pl/",
        1,
    ),
    Schedule("CZ", (10, 10, 10), "Zákon o DPH § 35 (2)", "https://www.zakonyprolidi.cz/"),
    Schedule(
        "DK", (5, 5, 5), "Bogføringsloven § 12: from the end of the business year", "https://www.retsinformation.dk/", 1
    ),
    Schedule("SE", (7, 7, 7), "Bokföringslagen 7 kap. 2 §", "https://www.riksdagen.se/"),
    Schedule("NO", (5, 5, 5), "Bokføringsloven § 13: from the end of the business year", "https://lovdata.no/", 1),
    Schedule("FI", (10, 6, 6), "Kirjanpitolaki 2:10: from the end of the business year", "https://www.finlex.fi/", 1),
    Schedule(
        "IE",
        (6, 6, 6),
        "Taxes Consolidation Act 1997 s. 886, Companies Act 2014 s. 285",
        "https://www.irishstatutebook.ie/",
        1,
    ),
    Schedule(
        "GB",
        (6, 6, 6),
        "VAT Act 1994 Sch. 11 para. 6, Finance Act 1998 Sch. 18 para. 21, Companies Act 2006 s. 388",
        "https://www.legislation.gov.uk/",
        1,
    ),
    Schedule(
        "US",
        (7, 7, 7),
        "26 CFR 1.6001-1, 26 USC 6501; IRS: three to seven years, here the longest",
        "https://www.irs.gov/publications/p583",
    ),
    Schedule(
        "CA",
        (6, 6, 6),
        "Income Tax Act s. 230 (4): from the end of the last tax year",
        "https://laws-lois.justice.gc.ca/",
        1,
    ),
    Schedule(
        "AU", (7, 7, 7), "Corporations Act 2001 s. 286 (2); ITAA 1936 s. 262A: five", "https://www.legislation.gov.au/"
    ),
    Schedule("NZ", (7, 7, 7), "Tax Administration Act 1994 s. 22", "https://www.legislation.govt.nz/", 1),
]
SCHEDULES = {each.country: each for each in _SCHEDULES}
OTHERWISE = Schedule("", (10, 10, 10), "No schedule of this country is known here, so the longest that is.", "", 1)


def schedule_of(country: str) -> Schedule:
    """A country's schedule, or the longest one where it has none here."""
    return SCHEDULES.get(country, OTHERWISE)


def last_day(day: date, years: int) -> date:
    """The last day on which what is dated `day` is kept: so many years after its calendar year ended."""
    return date(day.year + years, 12, 31)
