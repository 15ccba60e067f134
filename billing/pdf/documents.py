"""From a stored document to its PDF."""

from base64 import b64encode
from dataclasses import dataclass, replace
from decimal import Decimal
from hashlib import sha256
from typing import Any

from django.db import transaction
from django.template.loader import render_to_string
from django.utils.translation import override

from billing.einvoice.kept import kept_einvoice
from billing.instalments import early_payment_of, payments_of
from billing.models import DocumentStatus, Invoice, InvoiceLine, InvoicePdf, PdfEdition
from billing.pdf.renderer import render_facturx, render_pdf
from billing.printed import printed_facts
from billing.queries import account_of
from billing.sections import Section, sections_of
from billing.totals import tax_summary
from customers.models import EInvoiceFormat

LONGEST_CELL = 1400
"""Characters of a description in one table row: a row higher than a page would lose its head."""

LONGEST_TAX = 12
"""Letters of a tax's name that fit into its usual column."""


def kept_pdf(invoice: Invoice) -> InvoicePdf:
    """The kept bytes of an issued document, or of a void one with its mark; made at the first call.

    Raises PdfUnavailable where no PDF can be made now; trying again later is safe.
    """
    edition = PdfEdition.VOID if invoice.status == DocumentStatus.VOID else PdfEdition.ISSUED
    kept = InvoicePdf.objects.filter(invoice=invoice, edition=edition).first()
    if kept:
        return kept
    content = _rendered(invoice, edition)
    with transaction.atomic():
        row = InvoicePdf(invoice=invoice, edition=edition, content=content, sha256=sha256(content).hexdigest())
        InvoicePdf.objects.bulk_create([row], ignore_conflicts=True)
        return InvoicePdf.objects.get(invoice=invoice, edition=edition)


def _rendered(invoice: Invoice, edition: PdfEdition) -> bytes:
    """The bytes of an edition; as it was issued, a document whose customer wants Factur-X has its e-invoice inside."""
    html = _html(invoice, edition=edition)
    if edition == PdfEdition.VOID or invoice.einvoice_format != EInvoiceFormat.FACTURX:
        return render_pdf(html, identifier=invoice.hash)
    einvoice = bytes(kept_einvoice(invoice).content)
    return render_facturx(html, identifier=invoice.hash, einvoice=einvoice, made_at=invoice.issued_at)


def account_pdf(invoice: Invoice) -> bytes:
    """An issued document with what was paid and credited since and what is due now; made anew each time."""
    return render_pdf(_html(invoice, account=account_of(invoice)), identifier=invoice.hash)


def draft_pdf(invoice: Invoice) -> bytes:
    """A draft as it would print now, marked as a draft; nothing is kept."""
    return render_pdf(_html(invoice), identifier=f"draft {invoice.pk}")


@dataclass(frozen=True)
class Row:
    """One row of the printed table: a line, or more of its text. A section's ends bear its heading and its sum."""

    line: InvoiceLine
    text: str
    is_first: bool
    heading: str = ""
    subtotal: Decimal | None = None


def _html(invoice: Invoice, **more: Any) -> str:
    lines = list(invoice.lines.all())
    company = invoice.company
    context = {
        "invoice": invoice,
        "printed": invoice.printed or printed_facts(invoice, invoice.customer),
        "rows": [row for section in sections_of(lines) for row in _section_rows(section)],
        "has_long_taxes": any(len(line.tax_name) > LONGEST_TAX for line in lines),
        "has_discounts": any(line.discount_percent for line in lines),
        "taxes": tax_summary(invoice),
        "instalments": payments_of(invoice, company.today()),
        "early": early_payment_of(invoice, company.today()),
        "logo": _data_url(bytes(company.logo), company.logo_type) if company.logo else "",
        "is_void": invoice.status == DocumentStatus.VOID,
        **more,
    }
    with override("en" if company.country == "US" else "en-gb"):
        return render_to_string("billing/pdf/invoice.html", context)


def _data_url(content: bytes, media_type: str) -> str:
    return f"data:{media_type};base64,{b64encode(content).decode()}"


def _section_rows(section: Section) -> list[Row]:
    """The rows of a section, with its heading above the first and its sum below the last."""
    rows = [row for line in section.lines for row in _rows(line)]
    if section.heading:
        rows[0] = replace(rows[0], heading=printable(section.heading))
        rows[-1] = replace(rows[-1], subtotal=section.subtotal)
    return rows


def _rows(line: InvoiceLine) -> list[Row]:
    """A line as rows, its text parted at blanks where it is very long."""
    parts = list(_parts(printable(line.description)))
    return [Row(line, part, is_first=place == 0) for place, part in enumerate(parts or [""])]


def _parts(text: str) -> list[str]:
    parts = []
    while len(text) > LONGEST_CELL:
        cut = text.rfind(" ", LONGEST_CELL // 2, LONGEST_CELL)
        cut = LONGEST_CELL if cut < 0 else cut
        parts.append(text[:cut])
        text = text[cut:].lstrip()
    return [*parts, text]


def printable(text: str) -> str:
    """The text without control characters, which no font draws."""
    return "".join(c for c in text if c in "\n\t" or (ord(c) >= 32 and not 0x7F <= ord(c) < 0xA0))
