"""Making PDFs in a process of their own."""

import atexit
import json
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from office.helper import Helper, HelperLost

SECONDS = 60
CHILD = Path(__file__).with_name("child.py")


class PdfUnavailable(Exception):
    """No PDF can be made now; the message says why and what helps."""


class Renderer(Helper):
    """The child that renders page after page."""

    def __init__(self) -> None:
        super().__init__(CHILD, SECONDS)

    def render(self, html: str, identifier: str, **more: str) -> bytes:
        """The page as PDF. Raises PdfUnavailable where it takes too long, or the child fails."""
        try:
            kind, content = self.ask(json.dumps({"html": html, "identifier": identifier, **more}).encode())
        except HelperLost as error:
            raise PdfUnavailable("The PDF could not be made. Try again; its log has the reason.") from error
        if kind != b"P":
            raise PdfUnavailable(content.decode())
        return content


_renderer = Renderer()


def render_pdf(html: str, *, identifier: str) -> bytes:
    """The page as PDF; the same page and identifier give the same bytes."""
    return _renderer.render(html, identifier)


def render_facturx(html: str, *, identifier: str, einvoice: bytes, made_at: datetime) -> bytes:
    """The page as PDF/A-3 with an e-invoice inside, which is dated as the document is."""
    return _renderer.render(html, identifier, einvoice=einvoice.decode(), made_at=made_at.isoformat())


@dataclass(frozen=True)
class Pictures:
    """The first pages of a PDF as PNG, in Base64, and how many pages it has."""

    pages: int
    pictures: list[str]


def render_pictures(html: str) -> Pictures:
    """The pages as they would print, to look at; nothing is kept. Raises PdfUnavailable."""
    return Pictures(**json.loads(_renderer.render(html, "preview", pictures="yes")))


@atexit.register
def _stop() -> None:
    with suppress(Exception):
        _renderer.stop()
