"""Which documents a member of staff sees: those of the customers they see."""

from django.db.models import QuerySet
from django.http import Http404

from billing.models import DocumentLink, Invoice, Occurrence, RecurringInvoice, UsageRecord
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


def recurring_for(user: User) -> QuerySet[RecurringInvoice]:
    """The recurring invoices of a person's customers."""
    return rows_for(user, RecurringInvoice.objects.all())


def get_recurring_for(user: User, recurring_id: int) -> RecurringInvoice:
    """The recurring invoice, or Http404 where this person may not see one of that id."""
    recurring = recurring_for(user).filter(pk=recurring_id).select_related("company", "customer").first()
    if recurring is None:
        raise Http404("No such recurring invoice.")
    return recurring


def get_occurrence_for(user: User, occurrence_id: int) -> Occurrence:
    """The period of a recurring invoice, or Http404 where this person may not see one of that id."""
    rows = Occurrence.objects.filter(pk=occurrence_id, recurring__in=recurring_for(user))
    occurrence = rows.select_related("recurring__company").first()
    if occurrence is None:
        raise Http404("No such period.")
    return occurrence


def usage_for(user: User) -> QuerySet[UsageRecord]:
    """What a person's customers used."""
    return rows_for(user, UsageRecord.objects.all())
