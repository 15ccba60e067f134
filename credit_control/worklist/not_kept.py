"""Who lately did not keep what they said or agreed on: they are asked before all others."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.db.models import Max

from credit_control.models import ContactNote, PaymentPlan, PaymentPromise, PlanStatus
from credit_control.plans.reading import with_state as with_plan_state
from credit_control.promises import PromiseWithState, with_state
from ledger.money import format_money
from ledger.present import present
from office.models import Company

NOT_KEPT_FOR = timedelta(days=60)


@dataclass
class NotKept:
    """Promises that were not kept, and in words plans of which an instalment is missed or that ended."""

    promises: list[PromiseWithState] = field(default_factory=list)
    plans: list[str] = field(default_factory=list)


def not_kept(company: Company, today: date) -> dict[int, NotKept]:
    """By customer, what was not kept in the last 60 days, and of which nobody spoke with them since."""
    found: dict[int, NotKept] = defaultdict(NotKept)
    promises, ended = _broken_promises(company, today), _ended_plans(company, today)
    noted = noted_on(company, {each.customer_id for each in promises} | {each.customer_id for each in ended})
    for promise in promises:
        if _not_since(noted.get(promise.customer_id), promise.counts_until):
            found[promise.customer_id].promises.append(promise)
    standing = PaymentPlan.objects.filter(company=company, status=PlanStatus.ACCEPTED)
    for plan in with_plan_state(standing, company, today).filter(state="missed").order_by("pk"):
        missed = format_money(plan.was_missed - plan.paid, plan.currency)
        found[plan.customer_id].plans.append(f"{plan}: {missed} missed")
    for gone in ended:
        if _not_since(noted.get(gone.customer_id), present(gone.closed_on)):
            found[gone.customer_id].plans.append(f"{gone} cancelled: {gone.close_reason}")
    return dict(found)


def noted_on(company: Company, customer_ids: Collection[int]) -> dict[int, date]:
    """The company's day on which somebody last noted what was said with each of these customers."""
    notes = ContactNote.objects.filter(customer__in=list(customer_ids)).order_by().values_list("customer")
    return {customer: company.day_of(moment) for customer, moment in notes.annotate(Max("created_at"))}


def _not_since(noted: date | None, day: date) -> bool:
    return noted is None or noted <= day


def _broken_promises(company: Company, today: date) -> list[PromiseWithState]:
    """The promises after which none was made."""
    made = PaymentPromise.objects.filter(company=company)
    past = made.filter(withdrawn_on=None, counts_until__lt=today, counts_until__gte=today - NOT_KEPT_FOR)
    broken = list(with_state(past, today).filter(state__in=("broken", "part_kept")).order_by("pay_on"))
    theirs = made.filter(customer__in={promise.customer_id for promise in broken})
    newest = dict(theirs.order_by().values_list("customer").annotate(Max("made_on")))
    return [promise for promise in broken if newest[promise.customer_id] <= promise.counts_until]


def _ended_plans(company: Company, today: date) -> list[PaymentPlan]:
    """The plans that were cancelled and not changed for others."""
    plans = PaymentPlan.objects.filter(company=company, status=PlanStatus.CANCELLED, replaced_by=None)
    return list(plans.filter(closed_on__gte=today - NOT_KEPT_FOR).order_by("pk"))
