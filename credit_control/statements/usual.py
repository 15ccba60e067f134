"""What a statement of a customer is, where nobody says otherwise."""

from datetime import date

from credit_control.statements.asking import Asked, Period, combined, own
from customers.models import Customer, StatementForm
from ledger.calendar import month_start


def usual_period(customer: Customer, from_on: date | None, on: date | None) -> Period:
    """The days asked for; else up to today, and from the first of the last day's month. Raises Refused."""
    on = on or customer.company.today()
    period = Period(customer.company, from_on or month_start(on), on)
    period.require_sensible()
    return period


def usual_asked(customer: Customer, form: str = "", *, is_combined: bool = False) -> Asked:
    """The statement in the form asked for, else in theirs; over their subsidiaries only where that is said."""
    form = form or customer.statement_form
    form = StatementForm.OPEN_ITEM if form == StatementForm.NONE else form
    if not is_combined:
        return own(customer, form)
    return combined(customer, form, customer.subsidiaries.order_by("sort_name", "pk"))
