"""Whom a company's policy would put on hold, and why in words: read from the book, for many customers at once."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import F

from billing.disputes import undisputed
from credit_control.due_days import due_days
from credit_control.models import PaymentPromise
from credit_control.plans.reading import planned_now
from credit_control.promises import standing_promises, with_state
from customers.limits import with_limit_used
from customers.models import CreditHold, Customer, HoldCause, HoldPolicy
from ledger.models import OpenItem
from ledger.money import format_money
from office.models import Company
from office.written import plain_day

Reasons = dict[tuple[int, str], str]
"""By customer and cause, why in words."""


@dataclass(frozen=True)
class Found:
    """Whom the policy would hold: a customer, a cause, and why."""

    customer: Customer
    cause: HoldCause
    words: str


def causes_of(policy: HoldPolicy) -> list[HoldCause]:
    """The causes that the policy looks for."""
    wanted = {
        HoldCause.OVER_LIMIT: policy.over_percent is not None,
        HoldCause.LATE: policy.late_days is not None,
        HoldCause.BROKEN_PROMISE: policy.broken_promise,
    }
    return [cause for cause, is_wanted in wanted.items() if is_wanted]


def reasons_on(company: Company, policy: HoldPolicy, on: date) -> Reasons:
    """Every reason of a day that the policy looks for, whoever is held already or never by rule."""
    read = {HoldCause.OVER_LIMIT: _over_limit, HoldCause.LATE: _late, HoldCause.BROKEN_PROMISE: _broken}
    return {
        (customer_id, cause): words
        for cause in causes_of(policy)
        for customer_id, words in read[cause](company, policy, on)
    }


def would_hold(company: Company, reasons: Reasons, on: date) -> list[Found]:
    """Of those with a reason, whom to put on hold: not who is held for it, has days of quiet, or is never by rule."""
    passed_over = held_or_quiet(company, on)
    customers = Customer.objects.filter(company=company, never_held_by_rule=False)
    found = customers.in_bulk({customer_id for customer_id, _ in reasons.keys() - passed_over})
    rows = [
        Found(found[customer_id], HoldCause(cause), words)
        for (customer_id, cause), words in reasons.items()
        if customer_id in found and (customer_id, cause) not in passed_over
    ]
    return sorted(rows, key=lambda row: (row.customer.sort_name, row.customer.pk))


def held_or_quiet(company: Company, on: date) -> set[tuple[int, str]]:
    """The customers and causes for which a hold stands, or staff released one and asked for quiet."""
    holds = CreditHold.objects.filter(company=company).order_by().values_list("customer_id", "cause")
    return {*holds.filter(released_on=None), *holds.filter(quiet_until__gt=on)}


def _over_limit(company: Company, policy: HoldPolicy, on: date) -> Iterator[tuple[int, str]]:
    limited = with_limit_used(Customer.objects.filter(company=company), company, on).filter(limit_now__isnull=False)
    share = 1 + Decimal(policy.over_percent) / 100
    for customer in limited.filter(exposure__gt=F("limit_now") * share).order_by("pk"):
        used, limit = (format_money(each, customer.currency) for each in (customer.exposure, customer.limit_now))
        yield customer.pk, f"{used} with drafts is over the limit of {limit}."


def _late(company: Company, policy: HoldPolicy, on: date) -> Iterator[tuple[int, str]]:
    """Each customer's oldest item that is late by its agreed day, of what is neither disputed, promised nor planned."""
    last = on - timedelta(days=policy.late_days)
    items = list(OpenItem.objects.filter(company_id=company.pk, balance__gt=0, amount__gt=0, due_on__lte=last))
    days, left = due_days(items), undisputed(items)
    ids = [item.pk for item in items]
    excused = {*standing_promises(ids, on), *planned_now(ids, on)}
    oldest: dict[int, OpenItem] = {}
    for item in sorted(items, key=lambda item: (days[item.pk], item.pk)):
        is_enough = left[item.pk] > 0 and left[item.pk] >= policy.late_amount
        if is_enough and days[item.pk] <= last and item.pk not in excused:
            oldest.setdefault(item.customer_id, item)
    for customer_id, item in oldest.items():
        late = (on - days[item.pk]).days
        amount = format_money(left[item.pk], item.currency)
        yield customer_id, f"{item.reference} is {late} day{'s' * (late != 1)} late: {amount}."


def _broken(company: Company, policy: HoldPolicy, on: date) -> Iterator[tuple[int, str]]:
    """Each customer's oldest promise that was broken, or kept in part, and is still not settled."""
    past = PaymentPromise.objects.filter(company=company, withdrawn_on=None, counts_until__lt=on)
    told: set[int] = set()
    for promise in with_state(past, on).filter(state__in=("broken", "part_kept")).order_by("pay_on", "pk"):
        if promise.customer_id not in told:
            told.add(promise.customer_id)
            amount = format_money(promise.amount, promise.currency)
            how = "broken" if promise.state == "broken" else "kept in part"
            yield promise.customer_id, f"Promise of {amount} for {plain_day(promise.pay_on)} {how}."
