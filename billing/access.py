"""Which documents a member of staff sees: those of the customers they see."""

from django.db.models import QuerySet
from django.http import Http404

from billing.models import DocumentLink, Invoice
from customers.access import rows_for
from office.models import User


def invoices_for(user: User) -> QuerySet[Invoice]:
    """The invoices and credit memos of a person's customers."""
    return rows_for(user, Invoice.objects.all())


def get_invoice_for(user: User, invoice_id: int) -> Invoice:
    """The document, or Http404 where this person may not see one of that id."""
    invoice = invoices_for(user).filter(pk=invoice_id).select_related("company", "customer", "credits").first()
    if invoice is None:
        raise Http404("No such document.")
    return invoice


def get_link_for(user: User, link_id: int) -> DocumentLink:
    """The link to a document, or Http404 where this person may not see one of that id."""
    link = DocumentLink.objects.filter(pk=link_id, invoice__in=invoices_for(user)).first()
    if link is None:
        raise Http404("No such link.")
    return link
