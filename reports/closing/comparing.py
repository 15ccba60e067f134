"""Whether a kept pack still comes out: each of its figures beside what the same report says now."""

import json
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby

from ledger.snapshot import snapshot
from office.models import User
from reports.closing.contents import PARTS
from reports.closing.figures import Figure
from reports.closing.reading import read_figures
from reports.closing.step import MonthEnd
from reports.models import ClosePack

AS_KNOWN = "ageing-as-known"
TITLES = {part.report.name: part.report.title for part in PARTS}


@dataclass(frozen=True)
class Compared:
    """A figure then and now; none where a report has no such line."""

    report: str
    table: str
    row: str
    column: str
    currency: str
    kept: Decimal | None
    now: Decimal | None

    @property
    def difference(self) -> Decimal:
        """What it comes to more now."""
        return (self.now or Decimal(0)) - (self.kept or Decimal(0))

    @property
    def is_same(self) -> bool:
        """Whether it still comes out."""
        return (self.kept or Decimal(0)) == (self.now or Decimal(0))


@dataclass(frozen=True)
class ComparedReport:
    """A report's figures, then and now; `is_as_known` where the book was asked for what it knew then."""

    name: str
    figures: list[Compared]
    is_as_known: bool = False

    @property
    def title(self) -> str:
        """What the report is called."""
        return TITLES.get(self.name, self.name)

    @property
    def differing(self) -> list[Compared]:
        """The figures that do not come out any more."""
        return [each for each in self.figures if not each.is_same]


def kept_figures(pack: ClosePack) -> list[Figure]:
    """The figures that a pack said."""
    content = bytes(pack.files.get(report=FIGURES, form="json").content)
    return [Figure.of(each) for each in json.loads(content)["figures"]]


FIGURES = "figures"
"""What the file of a pack's figures is called."""


def compare_pack(pack: ClosePack, reader: User) -> list[ComparedReport]:
    """A pack's figures beside those of today's book, and its ageing also beside what is known of its own moment.

    All that is read now stems from one moment.
    """
    month, kept = MonthEnd(pack.company, pack.month), kept_figures(pack)
    ageing = PARTS[:1]
    with snapshot():
        now = read_figures(month, reader)
        known = read_figures(month, reader, ageing, known_at=pack.known_at.isoformat())
    of_ageing = [figure for figure in kept if figure.report == ageing[0].report.name]
    as_known = ComparedReport(ageing[0].report.name, _beside(of_ageing, known), is_as_known=True)
    by_report = groupby(_beside(kept, now), lambda each: each.report)
    return [as_known, *(ComparedReport(name, list(figures)) for name, figures in by_report)]


def _beside(kept: list[Figure], now: list[Figure]) -> list[Compared]:
    """Each place of either, by report, as the reports have them."""
    then, today = ({each.place: each.amount for each in figures} for figures in (kept, now))
    order = {part.report.name: place for place, part in enumerate(PARTS)}
    places = sorted({**then, **today}, key=lambda place: order.get(place[0], len(order)))
    return [Compared(*place, then.get(place), today.get(place)) for place in places]
