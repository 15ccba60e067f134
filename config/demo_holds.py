"""Holds of the demo office: one for paying late, one that was released, and somebody over their limit."""

from datetime import date, timedelta
from decimal import Decimal

from credit_control.hold_rules import reasons_on, would_hold
from customers.exposure import exposures_of
from customers.models import Customer, HoldCause, HoldPolicy
from customers.operations.change_credit_limit import LimitDetails, change_credit_limit
from customers.operations.place_hold import place_hold
from customers.operations.release_hold import release_hold
from customers.operations.set_hold_policy import set_hold_policy
from ledger.money import round_money
from ledger.present import present
from office.models import Company, User


def add_holds(company: Company, today: date, manager: User) -> None:
    """By a policy that holds who is far over their limit; the two late ones were looked for by hand."""
    set_hold_policy(company, {"over_percent": 50}, by=manager)
    late = HoldPolicy(company=company, late_days=30, late_amount=Decimal(100))
    found = would_hold(company, reasons_on(company, late, today), today)
    for place, row in enumerate(found[-2:]):
        hold = place_hold(row.customer.pk, row.words, on=today, by=None, cause=HoldCause.LATE)
        if place:
            release_hold(hold.pk, reason="Pays in two parts, agreed by phone", on=today, by=manager)
    _lower_a_limit(company, today, manager, {row.customer.pk for row in found[-2:]})


def _lower_a_limit(company: Company, today: date, manager: User, others: set[int]) -> None:
    """The one who owes most is a little over a limit that was lowered, and another has more for the season."""
    customers = list(Customer.objects.filter(company=company, currency=company.currency).exclude(pk__in=others))
    exposures = exposures_of(company, customers, today)
    second, first = sorted(customers, key=lambda customer: exposures[customer.pk].total)[-2:]
    lowered = LimitDetails(round_money(exposures[first.pk].total / Decimal("1.2"), company.currency))
    change_credit_limit(first.pk, lowered, reason="The insurer covers less from now on", on=today, by=manager)
    more = LimitDetails(present(exposures[second.pk].limit) * 2, today + timedelta(days=45))
    change_credit_limit(second.pk, more, reason="Stock for the season", on=today, by=manager)
