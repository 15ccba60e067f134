"""Tables on paper, across: what a list or a report shows, with what it was asked and when it was made."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.template.loader import render_to_string
from django.utils import timezone

from office import written
from office.models import Company
from office.papers.page import UNPRINTABLE, page_words
from office.papers.renderer import render_pdf
from office.papers.widths import DENSE_EM_MM, width_mm

WIDTH_MM, WIDEST_MM, LEAST_MM = 269, 62, 18
"""All columns together; one of words at most, as far as the others need the room, and at least."""


@dataclass(frozen=True)
class PaperTable:
    """Rows of words under heads; `figures` says which columns stand flush right. A foot's rows stand out."""

    title: str
    heads: Sequence[str]
    figures: Sequence[bool]
    rows: Sequence[Sequence[str]]
    foot: Sequence[Sequence[str]] = ()
    note: str = ""

    @property
    def columns(self) -> list[tuple[str, bool, str]]:
        """Each head, whether its column is of figures, and the column's width."""
        return list(zip(self.heads, self.figures, [f"{width:.1f}mm" for width in self._widths()], strict=True))

    def _widths(self) -> list[float]:
        """No figure and no day is broken; columns of words share what room is left."""
        needed = [self._needed(place) for place in range(len(self.heads))]
        words = [place for place, is_figure in enumerate(self.figures) if not is_figure]
        spare, wanted = WIDTH_MM - sum(needed), sum(needed[place] for place in words) or 1
        for place in words:
            needed[place] = max(needed[place] * (1 + spare / wanted), LEAST_MM)
        return needed

    def _needed(self, place: int) -> float:
        texts = [row[place] for row in (*self.rows, *self.foot)]
        head = max(self.heads[place].split(), key=len, default="")
        wanted = width_mm([head, *texts], DENSE_EM_MM)
        return wanted if self.figures[place] else min(wanted, WIDEST_MM)

    @property
    def body(self) -> list[list[tuple[str, bool]]]:
        """The rows' cells, each with whether it is a figure."""
        return [list(zip(row, self.figures, strict=True)) for row in self.rows]

    @property
    def sums(self) -> list[list[tuple[str, bool]]]:
        """The foot's cells."""
        return [list(zip(row, self.figures, strict=True)) for row in self.foot]


@dataclass(frozen=True)
class Page:
    """A page that is written out, and the identifier of its PDF: to be rendered now or later, where nothing is read."""

    html: str
    identifier: str

    def pdf(self) -> bytes:
        """Its PDF. Raises PdfUnavailable where none can be made now."""
        return render_pdf(self.html, identifier=self.identifier)


def tables_page(
    company: Company,
    title: str,
    about: str,
    asked: Sequence[tuple[str, str]],
    tables: Sequence[PaperTable],
    *,
    made_by: str,
    notes: Sequence[str] = (),
) -> Page:
    """The tables as a page."""
    moment = timezone.localtime()
    page = render_to_string(
        "papers/tables.html",
        {
            "company": company,
            "title": title,
            "about": about,
            "asked": asked,
            "tables": tables,
            "notes": notes,
            "made": f"{written.plain_day(moment)} {moment:%H:%M}, {made_by}",
            "page_words": page_words(),
        },
    )
    return Page(UNPRINTABLE.sub("", page), f"{company.pk} {title} {moment.isoformat()}")
