from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from credit_control.hold_rules import Found, Reasons, causes_of, reasons_on, would_hold
from credit_control.models import CreditFile
from customers.models import CreditHold, Customer, HoldCause, HoldPolicy, hold_policy_of
from customers.operations.place_hold import place_hold
from customers.operations.release_hold import release_hold
from ledger.refusals import Refused
from office.models import Company, TaskKind, User
from office.operations.make_task import make_task, require_receiver
from office.talk.topics import About

GONE = {
    HoldCause.OVER_LIMIT: "Within the limit again",
    HoldCause.LATE: "Paid, or put right",
    HoldCause.BROKEN_PROMISE: "Paid, or put right",
}
"""Why the office releases a hold by itself."""


@dataclass(frozen=True)
class Looked:
    """What a look by the rules did."""

    placed: int
    released: int


def look_of_the_day(company: Company, *, on: date) -> Looked:
    """Look at all customers of a company, and note that it was done on that day."""
    looked = place_holds_by_rule(company, on=on)
    HoldPolicy.objects.filter(company=company).update(looked_on=on)
    return looked


def place_holds_by_rule(company: Company, *, on: date, only: Collection[int] | None = None) -> Looked:
    """Put on hold whom the company's policy says, and release whose cause is gone; again, or twice at once, no more.

    It looks at `only` these customers, or at all. Each hold is placed and its task made in one transaction, so a killed
    look goes on where it was.
    """
    policy = hold_policy_of(company)
    reasons = reasons_on(company, policy, on, only)
    placed = sum(_place(found, on) for found in would_hold(company, reasons, on))
    gone = _without_cause(company, policy, reasons, only) if policy.lifts else []
    return Looked(placed, sum(_release(hold, on) for hold in gone))


@transaction.atomic
def _place(found: Found, on: date) -> bool:
    """Place it, unless somebody did, or released it with days of quiet, since it was looked for."""
    rows = Customer.objects.select_for_update(no_key=True, of=("self",)).select_related("company", "sales_owner")
    customer = rows.get(pk=found.customer.pk)
    theirs = CreditHold.objects.filter(customer=customer, cause=found.cause)
    if customer.merged_into_id:
        return False
    if customer.never_held_by_rule or theirs.filter(released_on=None).exists() or theirs.filter(quiet_until__gt=on):
        return False
    hold = place_hold(customer.pk, found.words, on=on, by=None, cause=found.cause)
    make_task(
        customer.company,
        TaskKind.OTHER,
        f"{customer.name} is on hold: {found.words}",
        key=f"hold:{hold.pk}",
        by=None,
        about=About.of(customer),
        assignee=_receiver(customer),
    )
    return True


def _receiver(customer: Customer) -> User | None:
    """Their collector, or who sells to them; nobody in particular where neither may see them."""
    file = CreditFile.objects.filter(customer=customer).select_related("collector").first()
    for person in (file.collector if file else None, customer.sales_owner):
        try:
            require_receiver(customer.company, About.of(customer), person, "")
        except Refused:
            continue
        if person:
            return person
    return None


def _without_cause(
    company: Company, policy: HoldPolicy, reasons: Reasons, only: Collection[int] | None
) -> list[CreditHold]:
    """The holds by rule whose cause the policy looks for and does not find any more."""
    standing = CreditHold.objects.filter(company=company, released_on=None, cause__in=causes_of(policy))
    standing = standing if only is None else standing.filter(customer__in=only)
    return [hold for hold in standing if (hold.customer_id, hold.cause) not in reasons]


def _release(hold: CreditHold, on: date) -> bool:
    """Release it, unless somebody did meanwhile."""
    try:
        release_hold(hold.pk, reason=GONE[HoldCause(hold.cause)], on=max(on, hold.placed_on), by=None)
    except Refused:
        return False
    return True


def companies_to_look_at() -> list[Company]:
    """The companies that have a policy and were not looked at today, in their own time."""
    policies = HoldPolicy.objects.select_related("company").order_by("company")
    return [policy.company for policy in policies if policy.looked_on != policy.company.today()]
