from datetime import date

from django.db import transaction

from credit_control.models import PaymentPlan, PlanStatus
from credit_control.plans.states import close, lock_plan
from office.audit import record
from office.models import User
from office.reasons import required_reason


@transaction.atomic
def withdraw_plan(plan_id: int, reason: str, *, on: date, by: User | None) -> PaymentPlan:
    """Take back an offer that nobody answered; its items are reminded of again.

    Raises Refused without a reason, and for what is no offer any more.
    """
    reason, plan = required_reason(reason, "Say why it is withdrawn."), lock_plan(plan_id)
    close(plan, PlanStatus.WITHDRAWN, on=on, by=by, reason=reason)
    record(by, "withdraw_plan", plan, reason=reason)
    return plan
