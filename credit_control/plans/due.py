"""Which plans are to be looked at today."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Exists, OuterRef, Q

from credit_control.models import PaymentPlan, PlanStage, PlanStatus, PlanStep, policy_of
from credit_control.plans.reading import with_state
from credit_control.reminders.waiting_money import customers_in_the_queue
from office.models import Company

LAPSED_LATELY = timedelta(days=7)
"""So long after its last day somebody is told that an offer ran out; later it is no news to them."""


@dataclass(frozen=True)
class PlanToFollow:
    """A plan, the day where its company is, and whether a payment of its customer waits in the bank queue."""

    plan_id: int
    on: date
    waits: bool

    def __str__(self) -> str:
        return f"Payment plan {self.plan_id}"


def plans_to_follow() -> Iterator[PlanToFollow]:
    """The plans of all companies of which an instalment is open and due soon or past, and the offers that ran out."""
    standing = PaymentPlan.objects.filter(status__in=(PlanStatus.OFFERED, PlanStatus.ACCEPTED))
    for company in Company.objects.filter(pk__in=standing.values("company")):
        today = company.today()
        policy = policy_of(company)
        plans = with_state(standing.filter(company=company), company, today)
        due = Q(status=PlanStatus.ACCEPTED, next_on__lte=today + timedelta(days=policy.plan_notice_days))
        found = list(plans.filter(due | _lapsed(today)).order_by("pk").values_list("pk", "customer"))
        queue = customers_in_the_queue(company) if found and policy.waits_for_bank else {}
        for plan_id, customer_id in found:
            yield PlanToFollow(plan_id, today, customer_id in queue)


def _lapsed(today: date) -> Q:
    """The offers whose last day passed lately, and nobody was told."""
    told = PlanStep.objects.filter(instalment__plan=OuterRef("pk"), stage=PlanStage.LAPSED)
    lately = Q(valid_until__lt=today, valid_until__gte=today - LAPSED_LATELY)
    return Q(status=PlanStatus.OFFERED) & lately & ~Q(Exists(told))
