"""How a company's papers look: its colour, and its texts by language and kind."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from billing.models import Invoice, PaperKind, PaperText
from ledger.present import present
from office.models import Company, Logo


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
    said = {name: fact for name, fact in look.items() if fact or name == "footer"}
    return said | {"logo": company.logo_sha256}


def logo_of(invoice: Invoice, printed: Mapping[str, Any]) -> tuple[bytes, str] | None:
    """The logo that a document was issued with, and its type; of one from before that was kept, the present one."""
    company = invoice.company
    wanted = printed.get("logo", company.logo_sha256)
    if wanted and wanted == company.logo_sha256:
        return bytes(present(company.logo)), company.logo_type
    kept = Logo.objects.filter(company=company, sha256=wanted).first() if wanted else None
    return (bytes(kept.content), kept.media_type) if kept else None
