"""What the front page says of papers: what was issued last."""

from datetime import date

from billing.access import invoices_for
from billing.models import DocumentKind, DocumentStatus, Invoice
from billing.queries import with_state
from office.models import Company, User


def latest_invoices(user: User, company: Company, today: date) -> list:
    """The documents issued last, with their state: found first, else the database prepares for the states of all."""
    issued = invoices_for(user).filter(company=company, status=DocumentStatus.ISSUED, kind=DocumentKind.INVOICE)
    latest = Invoice.objects.filter(pk__in=list(issued.order_by("-id").values_list("pk", flat=True)[:6]))
    return list(with_state(latest.select_related("customer"), today).order_by("-id"))
