"""The process that renders. It reads pages on its standard input and writes PDFs.

It reaches no file and no network for what a page names, has limits of time and memory, and keeps one style sheet and
one font configuration for all its pages (a new font configuration for each page leaks).
"""

import base64
import gc
import hashlib
import io
import json
import os
import resource
import sys
import tempfile
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

ROOT = Path(__file__).parents[2]
FONTS = ROOT / "static" / "fonts" / "pdf"
STYLE = Path(__file__).with_name("paper.css")
HEAD_BYTES = 8
MEMORY = 1 << 30
COLLECT_EVERY = 10
PICTURES = 3
PICTURE_SCALE = 1.5
PICTURE_COLOURS = 64

FONT_CONFIG = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>{fonts}</dir>
  <cachedir>{cache}</cachedir>
  <include ignore_missing="yes">/etc/fonts/conf.d/10-scale-bitmap-fonts.conf</include>
</fontconfig>
"""


def use_own_fonts() -> None:
    """Let fontconfig know our fonts and no others, so a PDF looks the same on every machine."""
    folder = (
        Path(tempfile.gettempdir())
        / f"duebook-fonts-{os.getuid()}-{hashlib.sha256(str(FONTS).encode()).hexdigest()[:12]}"
    )
    folder.mkdir(mode=0o700, exist_ok=True)
    config = folder / "fonts.conf"
    config.write_text(FONT_CONFIG.format(fonts=FONTS, cache=folder / "cache"))
    os.environ["FONTCONFIG_FILE"] = str(config)


class Maker:
    """WeasyPrint, warmed up."""

    def __init__(self) -> None:
        from reading import Page  # it lies beside this script
        from weasyprint import CSS  # takes half a second, and only this process needs it
        from weasyprint.text.fonts import FontConfiguration
        from weasyprint.urls import URLFetcher

        self.page = Page
        self.fetcher = URLFetcher(
            allowed_protocols=["data"], allow_redirects=False
        )  # pictures stand in the page itself
        self.fonts = FontConfiguration()
        self.style = CSS(string=STYLE.read_text(), font_config=self.fonts, url_fetcher=self.fetcher)

    def make(self, page: dict[str, str]) -> bytes:
        """The PDF of one page; its identifier comes from the document, so the bytes do not depend on the clock.

        With an e-invoice to embed it is a PDF/A-3, and says that it is a Factur-X.
        """
        document = self.page(page["html"], self.fetcher)
        options = {
            "stylesheets": [self.style],
            "font_config": self.fonts,
            "pdf_identifier": hashlib.sha256(page["identifier"].encode()).digest()[:16],
        }
        if not page.get("einvoice"):
            plain: bytes = document.write_pdf(**options)
            return plain
        from a3 import finished  # this one too

        attachment = self._attachment(page["einvoice"], datetime.fromisoformat(page["made_at"]))
        made: bytes = finished(document.write_pdf(pdf_variant="pdf/a-3b", attachments=[attachment], **options))
        return made

    def pictures(self, page: dict[str, str]) -> bytes:
        """The first pages of the PDF as pictures, in JSON: how many pages there are, and each picture in Base64."""
        from pypdfium2 import PdfDocument

        pdf = PdfDocument(self.make(page))
        shown = [pdf[number].render(scale=PICTURE_SCALE).to_pil() for number in range(min(len(pdf), PICTURES))]
        return json.dumps({"pages": len(pdf), "pictures": [_as_png(picture) for picture in shown]}).encode()

    def _attachment(self, einvoice: str, made_at: datetime) -> Any:
        from a3 import NAME
        from weasyprint import Attachment

        return Attachment(
            string=einvoice,
            name=NAME,
            description="The invoice as data, in Factur-X",
            created=made_at,
            modified=made_at,
            relationship="Alternative",
        )


def _as_png(picture: Any) -> str:
    content = io.BytesIO()
    picture.convert("P", palette=1, colors=PICTURE_COLOURS).save(content, "PNG")
    return base64.b64encode(content.getvalue()).decode()


def answer(out: BinaryIO, kind: bytes, content: bytes) -> None:
    """Write one answer: P and what was made, or E and what went wrong."""
    out.write(kind + len(content).to_bytes(HEAD_BYTES, "big") + content)
    out.flush()


def serve(source: BinaryIO, out: BinaryIO) -> None:
    """Render until the parent closes its end."""
    use_own_fonts()
    try:
        maker = Maker()
    except OSError as error:
        head = source.read(HEAD_BYTES)
        source.read(int.from_bytes(head, "big"))
        answer(out, b"E", f"PDFs need a system library that is missing ({error}). README says which.".encode())
        return
    gc.freeze()
    gc.disable()
    made = 0
    while head := source.read(HEAD_BYTES):
        page = json.loads(source.read(int.from_bytes(head, "big")))
        try:
            answer(out, b"P", maker.pictures(page) if page.get("pictures") else maker.make(page))
        except Exception as error:  # whatever a page does, the next one is served
            answer(out, b"E", f"The PDF could not be made: {error}".encode())
        made += 1
        if made % COLLECT_EVERY == 0:
            gc.collect()


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints goes to the log, not among the PDFs
    serve(sys.stdin.buffer, out)
