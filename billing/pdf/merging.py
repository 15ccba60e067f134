"""Several documents as one PDF, for one print job."""

from collections.abc import Iterable
from contextlib import ExitStack
from io import BytesIO

from pikepdf import Pdf

from billing.medical_facts import require_may_read
from billing.models import DocumentStatus, Invoice
from billing.pdf.documents import kept_pdf
from customers.persons import require_sees_paper
from ledger.refusals import Refused
from office.models import User

MOST = 100


def merged_pdf(invoices: Iterable[Invoice], reader: User) -> bytes:
    """The kept pages of documents, one after the other.

    Raises Refused for drafts, for none, for too many, and for what the reader may not see, PdfUnavailable where one
    cannot be made now.
    """
    invoices = list(invoices)
    if not invoices:
        raise Refused("Choose the documents to print first.", code="nothing_chosen")
    if len(invoices) > MOST:
        raise Refused(f"One PDF holds at most {MOST} documents. Choose fewer, or print in parts.", code="too_many")
    drafts = [str(invoice) for invoice in invoices if invoice.status == DocumentStatus.DRAFT]
    if drafts:
        raise Refused(f"{drafts[0]} is not issued yet. Choose only documents that are.", code="not_issued")
    for invoice in invoices:
        require_may_read(reader, invoice)
        require_sees_paper(invoice.customer)
    return _joined(bytes(kept_pdf(invoice).content) for invoice in invoices)


def _joined(contents: Iterable[bytes]) -> bytes:
    with ExitStack() as opened:
        merged = opened.enter_context(Pdf.new())
        for content in contents:
            merged.pages.extend(opened.enter_context(Pdf.open(BytesIO(content))).pages)
        with BytesIO() as target:
            merged.save(target, deterministic_id=True)
            return target.getvalue()
