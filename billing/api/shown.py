"""A document as programs see it."""

from datetime import date

from django.db.models import Prefetch, QuerySet
from rest_framework.response import Response

from billing.access import get_invoice_for, invoices_for
from billing.api.serializers import InvoiceOut
from billing.delivery import with_delivery
from billing.models import Invoice, InvoiceLine
from billing.queries import InvoiceWithState, account_of, settlements, with_state
from billing.totals import tax_summary
from office.dressing import dressed
from office.models import User


def as_rows(documents: QuerySet[Invoice], on: date) -> QuerySet[InvoiceWithState]:
    """Documents with what a row of them shows."""
    return with_delivery(with_state(documents, on))


def shown(user: User, invoice_id: int, status: int = 200) -> Response:
    """The answer that shows a document with all that belongs to it, as this person may see it."""
    today = get_invoice_for(user, invoice_id).company.today()
    documents = invoices_for(user).filter(pk=invoice_id).select_related("company", "customer")
    documents = documents.prefetch_related(Prefetch("lines", InvoiceLine.objects.select_related("billed")))
    invoice = as_rows(documents, today).get()
    invoice = dressed(
        invoice,
        tax_summary=tax_summary(invoice),
        account={**account_of(invoice), "currency": invoice.currency} if invoice.entry else None,
        items=list(invoice.entry.items.order_by("due_on", "id")) if invoice.entry else [],
        settlements=settlements(invoice) if invoice.entry else [],
    )
    return Response(InvoiceOut(invoice).data, status)
