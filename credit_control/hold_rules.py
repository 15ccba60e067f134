"""Whom a company's policy would put on hold, and why in words: read from the book, for many customers at once."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import F, QuerySet

from billing.disputes import undisputed
from credit_control.models import PaymentPromise, PlanInstalment, PlannedItem, PlanStatus
from credit_control.plans.reading import planned_now
from credit_control.promises import standing_promises, with_state
from customers.limits import with_limit_used
from customers.models import CreditHold, Customer, HoldCause, HoldPolicy
from ledger.agreed_days import late_items
from ledger.models import OpenItem
from ledger.money import format_money
from ledger.present import present
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


def reasons_on(company: Company, policy: HoldPolicy, on: date, only: Collection[int] | None = None) -> Reasons:
    """Every reason of a day that the policy looks for, whoever is held already or never by rule; of `only` these
    customers, or of all."""
    read = {HoldCause.OVER_LIMIT: _over_limit, HoldCause.LATE: _late, HoldCause.BROKEN_PROMISE: _broken}
    return {
        (customer_id, cause): words
        for cause in causes_of(policy)
        for customer_id, words in read[cause](company, policy, on, only)
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


def _among(rows: QuerySet[Any], customer: str, only: Collection[int] | None) -> QuerySet[Any]:
    """Those of some customers; `customer` is where a row names its own."""
    return rows if only is None else rows.filter(**{f"{customer}__in": list(only)})


def _over_limit(
    company: Company, policy: HoldPolicy, on: date, only: Collection[int] | None
) -> Iterator[tuple[int, str]]:
    customers = _among(Customer.objects.filter(company=company), "pk", only)
    limited = with_limit_used(customers, company, on, policy).filter(limit_now__isnull=False)
    share = 1 + Decimal(present(policy.over_percent)) / 100
    for customer in limited.filter(exposure__gt=F("limit_now") * share).order_by("pk"):
        used, limit = (
            format_money(each, customer.currency) for each in (customer.exposure, present(customer.limit_now))
        )
        beside = "drafts and orders" if policy.counts_orders else "drafts"
        yield customer.pk, f"{used} with {beside} is over the limit of {limit}."


def _late(company: Company, policy: HoldPolicy, on: date, only: Collection[int] | None) -> Iterator[tuple[int, str]]:
    """Each customer's item that is late for longest by the days agreed on, of what is neither disputed, promised nor in
    an offer of a plan."""
    debts = _among(OpenItem.objects.filter(company_id=company.pk, amount__gt=0), "customer_id", only)
    rows = late_items(debts, on, present(policy.late_days))
    items = list(rows.annotate(late=F("late"), late_since=F("late_since")).order_by("late_since", "pk"))
    ids, left = [item.pk for item in items], undisputed(items)
    promised, planned = standing_promises(ids, on), planned_now(ids, on)
    instalments = set(_instalments(planned.values()))
    told: set[int] = set()
    for item in items:
        row, amount = planned.get(item.pk), item.late - (item.balance - left[item.pk])
        is_excused = item.pk in promised or (row is not None and row.plan.status == PlanStatus.OFFERED)
        if amount > 0 and amount >= policy.late_amount and not is_excused and item.customer_id not in told:
            told.add(item.customer_id)
            late, what = (on - item.late_since).days, item.reference
            if row and (row.plan_id, item.late_since) in instalments:
                what = f"{item.reference}, the instalment of {plain_day(item.late_since)} in {row.plan},"
            words = f"{what} is {late} day{'s' * (late != 1)} late: {format_money(amount, item.currency)}."
            yield item.customer_id, words


def _instalments(rows: Iterable[PlannedItem]) -> QuerySet[PlanInstalment, tuple[int, date]]:
    """The plans that hold these items, each with every day on which an instalment of it is due."""
    found = PlanInstalment.objects.filter(plan__in={row.plan_id for row in rows}).order_by()
    return found.values_list("plan", "due_on")


def _broken(company: Company, policy: HoldPolicy, on: date, only: Collection[int] | None) -> Iterator[tuple[int, str]]:
    """Each customer's oldest promise that was broken, or kept in part, and is still not settled."""
    past = PaymentPromise.objects.filter(company=company, withdrawn_on=None, counts_until__lt=on)
    past = _among(past, "customer", only)
    told: set[int] = set()
    for promise in with_state(past, on).filter(state__in=("broken", "part_kept")).order_by("pay_on", "pk"):
        if promise.customer_id not in told:
            told.add(promise.customer_id)
            amount = format_money(promise.amount, promise.currency)
            how = "broken" if promise.state == "broken" else "kept in part"
            yield promise.customer_id, f"Promise of {amount} for {plain_day(promise.pay_on)} {how}."
