from datetime import date

from django.db import transaction

from credit_control.models import PaymentPlan, PlanStatus
from credit_control.plans.states import close, lock_plan
from credit_control.plans.tasks import tell_collector
from ledger.refusals import Refused
from office.audit import record
from office.models import User
from office.reasons import required_reason
from office.written import plain_day


@transaction.atomic
def decline_plan(plan_id: int, reason: str, *, on: date, by: User | None, name: str = "") -> PaymentPlan:
    """Record that a customer does not want a plan; its items are reminded of again, and the collector is told.

    Raises Refused without a reason, for an offer whose last day is past, and for what is no offer any more.
    """
    reason, plan = required_reason(reason, "Say why, in a word or two."), lock_plan(plan_id)
    if plan.status == PlanStatus.OFFERED and on > plan.valid_until:
        raise Refused(
            f"The offer held until {plain_day(plan.valid_until)}. Nothing needs to be answered.", code="offer_expired"
        )
    close(plan, PlanStatus.DECLINED, on=on, by=by, reason=reason)
    record(by, "decline_plan", plan, after={"declined by": name} if name else None, reason=reason)
    tell_collector(plan, f"{plan.customer.name} declined their payment plan: {reason}", stage="declined", by=by)
    return plan
