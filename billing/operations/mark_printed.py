from collections.abc import Collection

from django.db import transaction
from django.utils import timezone

from billing.models import DocumentStatus, Invoice, Printing
from billing.pdf.merging import MOST
from ledger.refusals import Refused
from office.audit import record_all
from office.models import User


@transaction.atomic
def mark_printed(invoice_ids: Collection[int], *, by: User | None) -> list[Printing]:
    """Take documents that are on paper now out of the print queue.

    Raises Refused for none and for too many, for a draft, for a void one, and for one that is marked already.
    """
    invoices = _locked(invoice_ids)
    for invoice in invoices:
        if invoice.status != DocumentStatus.ISSUED:
            raise Refused(f"{invoice} is {invoice.status}. Print only documents that are issued.", code="not_issued")
    if printed := Printing.objects.filter(invoice__in=invoices, withdrawn_at=None).select_related("invoice").first():
        raise Refused(f"{printed.invoice} is marked printed already. Choose only the others.", code="already_printed")
    record_all(by, "mark_printed", invoices)
    return Printing.objects.bulk_create(Printing(invoice=invoice, printed_by=by) for invoice in invoices)


@transaction.atomic
def unmark_printed(invoice_ids: Collection[int], *, by: User | None) -> list[Printing]:
    """Say of documents that they are not on paper after all; those still owed on paper are back in the queue.

    Raises Refused for none and for too many, and for one that is not marked printed.
    """
    invoices = _locked(invoice_ids)
    printings = list(Printing.objects.filter(invoice__in=invoices, withdrawn_at=None).order_by("invoice"))
    marked = {printing.invoice_id for printing in printings}
    for invoice in invoices:
        if invoice.pk not in marked:
            raise Refused(f"{invoice} is not marked printed. Choose only those that are.", code="not_printed")
    for printing in printings:
        printing.withdrawn_at, printing.withdrawn_by = timezone.now(), by
    Printing.objects.bulk_update(printings, ["withdrawn_at", "withdrawn_by"])
    record_all(by, "unmark_printed", invoices)
    return printings


def _locked(invoice_ids: Collection[int]) -> list[Invoice]:
    if not invoice_ids:
        raise Refused("Choose documents first.", code="nothing_chosen")
    if len(invoice_ids) > MOST:
        raise Refused(f"At most {MOST} documents go in one step. Choose fewer.", code="too_many")
    return list(Invoice.objects.select_for_update(no_key=True).filter(pk__in=invoice_ids).order_by("pk"))
