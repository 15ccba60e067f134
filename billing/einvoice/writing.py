"""A document in the kind of e-invoice that a customer wants."""

from billing.einvoice.cii import write_cii
from billing.einvoice.document import Document
from billing.einvoice.formats import FORMATS, UBL
from billing.einvoice.ubl import write_ubl


def write(document: Document, form: str) -> bytes:
    """The document's XML; the same document gives the same bytes. `form` is one of EInvoiceFormat."""
    chosen = FORMATS[form]
    return write_ubl(document, chosen) if chosen.syntax == UBL else write_cii(document, chosen)
