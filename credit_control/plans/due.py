"""Which plans are to be looked at today."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from credit_control.models import PaymentPlan, PlanStatus, policy_of
from credit_control.plans.reading import with_state
from credit_control.reminders.waiting_money import customers_in_the_queue
from office.models import Company


@dataclass(frozen=True)
class PlanToFollow:
    """A plan, the day where its company is, and whether a payment of its customer waits in the bank queue."""

    plan_id: int
    on: date
    waits: bool

    def __str__(self) -> str:
        return f"Payment plan {self.plan_id}"


def plans_to_follow() -> Iterator[PlanToFollow]:
    """The plans of all companies of which an instalment is open and due soon or past."""
    standing = PaymentPlan.objects.filter(status=PlanStatus.ACCEPTED)
    for company in Company.objects.filter(pk__in=standing.values("company")):
        today = company.today()
        policy = policy_of(company)
        plans = with_state(standing.filter(company=company), company, today)
        plans = plans.filter(next_on__lte=today + timedelta(days=policy.plan_notice_days)).order_by("pk")
        found = list(plans.values_list("pk", "customer"))
        queue = customers_in_the_queue(company) if found and policy.waits_for_bank else {}
        for plan_id, customer_id in found:
            yield PlanToFollow(plan_id, today, customer_id in queue)
