"""The days of a document."""

from datetime import date

from billing.models import Invoice
from ledger.calendar import due_on
from office.days import require_bookable_day


def set_days(invoice: Invoice, on: date) -> None:
    """Write the day of issue and the due day on a document that has none of its own, unsaved.

    Raises Refused for a day that nothing may be dated on.
    """
    invoice.dated_on = invoice.dated_on or on
    require_bookable_day(invoice.company, invoice.dated_on)
    invoice.due_on = invoice.due_on or due_on(invoice.dated_on, 0 if invoice.is_credit_memo else invoice.net_days)
