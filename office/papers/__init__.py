"""Papers that customers get: one look for all, each made once, kept as bytes, the same for everybody."""

from office.papers.keeping import kept_once
from office.papers.page import paper_page
from office.papers.renderer import PdfUnavailable, Pictures, render_facturx, render_pdf, render_pictures

__all__ = [
    "PdfUnavailable",
    "Pictures",
    "kept_once",
    "paper_page",
    "render_facturx",
    "render_pdf",
    "render_pictures",
]
