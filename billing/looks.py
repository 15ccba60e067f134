"""How a company's papers look: its colour, and its texts by language and kind."""

from dataclasses import dataclass

from billing.models import Invoice, PaperKind, PaperText
from office.models import Company


@dataclass(frozen=True)
class PaperWords:
    """What a company says above the lines of its papers, and at the foot of each page."""

    above: str = ""
    foot: str = ""


Texts = dict[tuple[str, str], PaperWords]
"""Words by language and kind of paper."""


def texts_of(company: Company) -> Texts:
    """All texts of a company; bulk work brings them prefetched."""
    return {(text.language, text.kind): words_in(text) for text in company.paper_texts.all()}


def words_in(text: PaperText) -> PaperWords:
    """The words of a stored text."""
    return PaperWords(text.above, text.foot)


def printed_look(invoice: Invoice, language: str, texts: Texts | None = None) -> dict[str, str]:
    """The facts of its look that a document prints, and keeps when it is issued: those that there are."""
    company = invoice.company
    kind = PaperKind.CREDIT_MEMO if invoice.is_credit_memo else PaperKind.INVOICE
    words = (texts_of(company) if texts is None else texts).get((language.partition("-")[0], kind), PaperWords())
    look = {"accent": company.accent, "opening": words.above, "footer": words.foot or company.invoice_footer}
    return {name: fact for name, fact in look.items() if fact or name == "footer"}
