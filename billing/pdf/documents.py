"""From a stored document to its PDF."""

from collections.abc import Sequence

from billing.einvoice.kept import kept_einvoice
from billing.medical_facts import require_may_read
from billing.models import DocumentStatus, Invoice, InvoiceLine, InvoicePdf, InvoiceTax, PdfEdition
from billing.pdf.page import page_of
from billing.queries import account_of
from customers.models import EInvoiceFormat
from customers.persons import require_sees_paper
from ledger.present import present
from office.models import User
from office.papers import Pictures, kept_once, render_facturx, render_pdf, render_pictures


def kept_pdf(invoice: Invoice) -> InvoicePdf:
    """The kept bytes of an issued document, or of a void one with its mark; made at the first call.

    Raises PdfUnavailable where no PDF can be made now; trying again later is safe.
    """
    edition = PdfEdition.VOID if invoice.status == DocumentStatus.VOID else PdfEdition.ISSUED
    return kept_once(InvoicePdf, lambda: _rendered(invoice, edition), invoice=invoice, edition=edition)


def _rendered(invoice: Invoice, edition: PdfEdition) -> bytes:
    """The bytes of an edition; as it was issued, a document whose customer wants Factur-X has its e-invoice inside."""
    html = page_of(invoice)
    if edition == PdfEdition.VOID or invoice.einvoice_format != EInvoiceFormat.FACTURX:
        return render_pdf(html, identifier=invoice.hash)
    einvoice = bytes(kept_einvoice(invoice).content)
    return render_facturx(html, identifier=invoice.hash, einvoice=einvoice, made_at=present(invoice.issued_at))


def account_pdf(invoice: Invoice) -> bytes:
    """An issued document with what was paid and credited since and what is due now; made anew each time."""
    return render_pdf(page_of(invoice, account=account_of(invoice)), identifier=invoice.hash)


def pdf_for(reader: User, invoice: Invoice) -> bytes:
    """What staff get: the kept bytes, or a draft's, made anew each time. Raises Refused and PdfUnavailable."""
    require_may_read(reader, invoice)
    require_sees_paper(invoice.customer)
    return draft_pdf(invoice) if invoice.is_draft else bytes(kept_pdf(invoice).content)


def draft_pdf(invoice: Invoice) -> bytes:
    """A draft as it would print now, marked as a draft; nothing is kept."""
    return render_pdf(page_of(invoice), identifier=f"draft {invoice.pk}")


def draft_pictures(draft: Invoice, lines: Sequence[InvoiceLine], taxes: Sequence[InvoiceTax]) -> Pictures:
    """The first pages of a draft that need not be kept, as pictures. Raises PdfUnavailable."""
    return render_pictures(page_of(draft, lines, taxes))
