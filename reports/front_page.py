"""What the front page says of money and papers: what came in this month, and what was issued last."""

from datetime import date
from decimal import Decimal

from django.db.models import Sum

from billing.access import invoices_for
from billing.models import DocumentKind, DocumentStatus, Invoice
from billing.queries import with_state
from office.models import Company, User
from payments.access import receipts_for
from payments.models import PaymentMethod


def came_in(user: User, company: Company, today: date) -> dict[str, Decimal]:
    """What was received since the first of the month, less what was returned, in each currency."""
    receipts = receipts_for(user).filter(company=company, received_on__gte=today.replace(day=1), status="recorded")
    receipts = receipts.exclude(method=PaymentMethod.WITHHELD)
    return dict(receipts.order_by("currency").values_list("currency").annotate(Sum("amount")))


def latest_invoices(user: User, company: Company, today: date) -> list:
    """The documents issued last, with their state: found first, else the database prepares for the states of all."""
    issued = invoices_for(user).filter(company=company, status=DocumentStatus.ISSUED, kind=DocumentKind.INVOICE)
    latest = Invoice.objects.filter(pk__in=list(issued.order_by("-id").values_list("pk", flat=True)[:6]))
    return list(with_state(latest.select_related("customer"), today).order_by("-id"))
