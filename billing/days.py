"""The days of a document."""

from datetime import date, timedelta

from billing.instalments import due_days
from billing.models import Invoice
from ledger.calendar import due_on
from office.days import require_bookable_day


def set_days(invoice: Invoice, on: date) -> None:
    """Write on a document, unsaved, the day of issue and the due day where it has none, and how long paying is early.

    Raises Refused for a day that nothing may be dated on.
    """
    invoice.dated_on = invoice.dated_on or on
    require_bookable_day(invoice.company, invoice.dated_on)
    if invoice.terms:
        invoice.due_on = max(due_days(invoice.dated_on, invoice.terms.parts.all()))
        if invoice.terms.discount_percent:
            invoice.early_percent = invoice.terms.discount_percent
            invoice.early_until = invoice.dated_on + timedelta(days=invoice.terms.discount_days)
    invoice.due_on = invoice.due_on or due_on(invoice.dated_on, 0 if invoice.is_credit_memo else invoice.net_days)
