"""A mandate as its customer gave it, as a paper: made once, kept, the same for everybody."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import override

from customers.mandate_words import title_of
from customers.models import GivenMandate, MandatePdf
from office.papers import kept_once, paper_page, render_pdf
from office.papers.page import logo_now


def kept_mandate_pdf(given: GivenMandate) -> MandatePdf:
    """The kept bytes, made at the first call. Raises PdfUnavailable where no PDF can be made now."""
    identifier = f"mandate {given.mandate_id} {given.given_at.isoformat()}"
    return kept_once(MandatePdf, lambda: render_pdf(page_of(given), identifier=identifier), given=given)


def file_name(given: GivenMandate) -> str:
    """What the paper is called as a file, in the language that is now the reader's; its reference was made by us."""
    return f"{_('Mandate')} {given.mandate.reference}.pdf"


def page_of(given: GivenMandate) -> str:
    """The page as well-formed HTML, in the language in which it was given."""
    with override(given.printed["language"]):
        return paper_page("customers/pdf/mandate.html", _context(given), logo_now(given.company))


def _context(given: GivenMandate) -> dict[str, Any]:
    title = title_of(given.mandate.scheme)
    return {
        "title": title,
        "running": f"{title} {given.mandate.reference}",
        "created": given.given_at,
        "given": given,
        "mandate": given.mandate,
        "printed": given.printed,
    }
