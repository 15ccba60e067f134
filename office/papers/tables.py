"""Tables on paper, across: what a list or a report shows, with what it was asked and when it was made."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.template.loader import render_to_string
from django.utils import timezone

from office import written
from office.models import Company
from office.papers.page import UNPRINTABLE, page_words
from office.papers.renderer import render_pdf

WIDE, NARROW = 3, 2
"""How wide a column of words is beside one of figures."""


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
        shares = [WIDE + (place == 0) if not flush else NARROW for place, flush in enumerate(self.figures)]
        widths = [f"{share * 100 / sum(shares):.2f}%" for share in shares]
        return list(zip(self.heads, self.figures, widths, strict=True))

    @property
    def body(self) -> list[list[tuple[str, bool]]]:
        """The rows' cells, each with whether it is a figure."""
        return [list(zip(row, self.figures, strict=True)) for row in self.rows]

    @property
    def sums(self) -> list[list[tuple[str, bool]]]:
        """The foot's cells."""
        return [list(zip(row, self.figures, strict=True)) for row in self.foot]


def tables_pdf(
    company: Company,
    title: str,
    about: str,
    asked: Sequence[tuple[str, str]],
    tables: Sequence[PaperTable],
    *,
    made_by: str,
    notes: Sequence[str] = (),
) -> bytes:
    """The PDF. Raises PdfUnavailable where none can be made now."""
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
    return render_pdf(UNPRINTABLE.sub("", page), identifier=f"{company.pk} {title} {moment.isoformat()}")
