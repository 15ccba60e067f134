"""What a customer may ask a plan for, and what became of what they asked."""

from collections import defaultdict
from datetime import date
from decimal import Decimal

from django.db.models import QuerySet

from credit_control.models import AskedStatus, PlanRequest, policy_of
from credit_control.plans.instalments import FEWEST
from credit_control.reminders.pauses import read_pauses
from credit_control.reminders.proposals import open_debts
from customers.models import Customer
from ledger.calendar import add_months

FURTHEST_MONTHS = 2
"""How far ahead the first instalment may be asked for."""


def may_be_planned(customer: Customer, today: date) -> dict[str, Decimal]:
    """What is late of a customer and neither disputed, promised, planned, debited nor with an agency, by currency.

    Nothing where the company lets nobody ask, or a request waits.
    """
    if policy_of(customer.company).own_plan_parts < FEWEST:
        return {}
    late = list(open_debts(customer.company).filter(customer_id=customer.pk, due_on__lt=today))
    pauses = read_pauses(customer.company, late, today)
    found: dict[str, Decimal] = defaultdict(Decimal)
    for item in late:
        if not pauses.why(item):
            found[item.currency] += pauses.asked(item)
    for currency in open_requests(customer).values_list("currency", flat=True):
        found.pop(currency, None)
    return dict(found)


def open_requests(customer: Customer) -> QuerySet[PlanRequest]:
    """The requests of a customer that wait."""
    return PlanRequest.objects.filter(customer=customer, status=AskedStatus.OPEN)


def last_request(customer: Customer) -> PlanRequest | None:
    """What was asked last for a customer."""
    return PlanRequest.objects.filter(customer=customer).order_by("-pk").first()


def latest_first_day(today: date) -> date:
    """The last day that the first instalment may be asked for."""
    return add_months(today, FURTHEST_MONTHS)
