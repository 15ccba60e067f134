"""A pack as it is read: every report in one moment of the book, its Excel file written, its paper ready to be rendered.

What is read is one archive, which the run that makes the pack holds until all papers are rendered.
"""

import json
from dataclasses import dataclass, replace
from datetime import datetime
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile
from zoneinfo import ZoneInfo

from django.db import connection
from django.utils import timezone

from ledger.snapshot import snapshot
from office.models import User
from office.papers.tables import Page
from reports.closing.contents import PARTS, Part
from reports.closing.figures import Figure, figures_of
from reports.closing.step import MonthEnd
from reports.frame import Asked
from reports.frame.files import write_book
from reports.frame.page import MOST_ON_PAPER
from reports.frame.paper import report_page

ABOUT = "about.json"
PAGE = "page"


@dataclass
class Gathered:
    """What was read so far, by name and form: files that are done, and pages that wait to be rendered."""

    known_at: datetime
    figures: list[Figure]
    files: dict[tuple[str, str], bytes]

    @property
    def waiting(self) -> list[str]:
        """The reports whose paper is still a page."""
        return [report for report, form in self.files if form == PAGE]

    def rendered(self, report: str) -> bytes:
        """The PDF of a page that waits. Raises PdfUnavailable where none can be made now."""
        return Page(**json.loads(self.files[report, PAGE])).pdf()

    def take(self, report: str, pdf: bytes) -> None:
        """Put a page's PDF in its place."""
        if self.files.pop((report, PAGE), None):
            self.files[report, "pdf"] = pdf

    def figures_file(self) -> bytes:
        """The figures and their moment, as they are kept."""
        about = {"known_at": self.known_at.isoformat(), "figures": [each.as_json() for each in self.figures]}
        return json.dumps(about, indent=1).encode()

    def packed(self) -> bytes:
        """All of it as an archive."""
        file = BytesIO()
        with ZipFile(file, "w", ZIP_DEFLATED) as archive:
            archive.writestr(ABOUT, self.figures_file())
            for (report, form), content in self.files.items():
                archive.writestr(f"{report}.{form}", content)
        return file.getvalue()

    @classmethod
    def of(cls, packed: bytes) -> "Gathered":
        """What an archive holds."""
        with ZipFile(BytesIO(packed)) as archive:
            about = json.loads(archive.read(ABOUT))
            named = [name.rpartition(".") for name in archive.namelist() if name != ABOUT]
            files = {(report, form): archive.read(f"{report}.{form}") for report, _, form in named}
        known_at = datetime.fromisoformat(about["known_at"])
        return cls(known_at, [Figure.of(each) for each in about["figures"]], files)


def read_pack(month: MonthEnd, reader: User) -> Gathered:
    """Every report of the pack from one state of the book; the moment is the database's own."""
    with timezone.override(ZoneInfo(month.company.time_zone)), snapshot():
        gathered = Gathered(_moment(), [], {})
        for part in PARTS:
            _read(gathered, part.asked(month, reader))
    return gathered


def read_figures(month: MonthEnd, reader: User, parts: tuple[Part, ...] = PARTS, **more: str) -> list[Figure]:
    """The figures of reports as the book has them now; `more` is asked besides."""
    found: list[Figure] = []
    with snapshot():
        for part in parts:
            asked = replace(part.asked(month, reader, **more), limit=1)
            found += figures_of(asked, asked.report.answer(asked))
    return found


def _moment() -> datetime:
    with connection.cursor() as cursor:
        cursor.execute("SELECT now()")
        moment: datetime = cursor.fetchone()[0]
        return moment


def _read(gathered: Gathered, asked: Asked) -> None:
    name, file = asked.report.name, BytesIO()
    answer = asked.report.answer(asked)
    write_book(file, asked, answer)
    on_paper = replace(asked, limit=MOST_ON_PAPER)
    paper = asked.report.answer(on_paper)
    page = report_page(on_paper, paper)
    gathered.figures += figures_of(on_paper, paper)
    gathered.files[name, "xlsx"] = file.getvalue()
    gathered.files[name, PAGE] = json.dumps(vars(page)).encode()
