"""What a statement of a customer is, where nobody says otherwise."""

from datetime import date

from credit_control.statements.access import unseen_subsidiaries
from credit_control.statements.asking import Asked, Period, combined, own
from customers.models import Customer, StatementForm
from ledger.calendar import month_start
from ledger.refusals import Refused
from office.models import User


def usual_period(customer: Customer, from_on: date | None, on: date | None) -> Period:
    """The days asked for; else up to today, and from the first of the last day's month. Raises Refused."""
    on = on or customer.company.today()
    period = Period(customer.company, from_on or month_start(on), on)
    period.require_sensible()
    return period


def usual_asked(customer: Customer, form: str = "", *, is_combined: bool = False, reader: User | None = None) -> Asked:
    """The statement in the form asked for, else in theirs; over their subsidiaries only where that is said.

    Raises Refused for a reader who does not see all of these.
    """
    form = form or customer.statement_form
    form = StatementForm.OPEN_ITEM if form == StatementForm.NONE else form
    if not is_combined:
        return own(customer, form)
    if reader and reader.only_own_customers and unseen_subsidiaries(reader).filter(parent=customer).exists():
        raise Refused(
            "Some of their subsidiaries are not yours to see. Ask for one account alone.", code="not_all_seen"
        )
    return combined(customer, form, customer.subsidiaries.order_by("sort_name", "pk"))
