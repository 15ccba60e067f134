from datetime import date

from django.db import transaction

from credit_control.models import PaymentPlan, PlanStatus
from credit_control.plans.states import close, lock_plan
from office.audit import record
from office.models import User
from office.reasons import required_reason


@transaction.atomic
def cancel_plan(plan_id: int, reason: str, *, on: date, by: User | None) -> PaymentPlan:
    """End an accepted plan: the items' own due days hold again, reminders go on where they stood, and interest runs
    from the own due day as if there had been no plan.

    Raises Refused without a reason, and for a plan that does not stand.
    """
    reason, plan = required_reason(reason, "Say why it is cancelled."), lock_plan(plan_id)
    close(plan, PlanStatus.CANCELLED, on=on, by=by, reason=reason)
    record(by, "cancel_plan", plan, reason=reason)
    return plan
