"""The e-invoice of an issued document: made once, kept, the same for everybody."""

from hashlib import sha256

from django.db import transaction

from billing.einvoice.from_invoice import document_of
from billing.einvoice.writing import write
from billing.models import EInvoice, Invoice
from ledger.refusals import Refused


def kept_einvoice(invoice: Invoice) -> EInvoice:
    """The kept bytes of an issued document, made at the first call. Raises Refused for one that has no e-invoice."""
    if invoice.is_draft or not invoice.einvoice_format:
        raise Refused(f"{invoice} has no e-invoice: its customer wanted none when it was issued.", code="no_einvoice")
    kept = EInvoice.objects.filter(invoice=invoice).first()
    if kept:
        return kept
    content = write(document_of(invoice, list(invoice.lines.all()), list(invoice.taxes.all())), invoice.einvoice_format)
    row = EInvoice(invoice=invoice, format=invoice.einvoice_format, content=content, sha256=sha256(content).hexdigest())
    with transaction.atomic():
        EInvoice.objects.bulk_create([row], ignore_conflicts=True)
        return EInvoice.objects.get(invoice=invoice)


def file_name(invoice: Invoice) -> str:
    """What the file is called: `INV-2026-0042.xml`."""
    return f"{invoice.number}.xml".replace("/", "-")
