from dataclasses import replace
from datetime import date

from django.db import transaction

from credit_control.models import PaymentPlan, PlanStatus
from credit_control.operations.cancel_plan import cancel_plan
from credit_control.operations.offer_plan import PlanDetails, offer_plan
from credit_control.operations.withdraw_plan import withdraw_plan
from credit_control.plans.states import lock_plan
from office.models import User


@transaction.atomic
def change_plan(plan_id: int, details: PlanDetails, *, on: date, by: User | None, reason: str) -> PaymentPlan:
    """End a plan or take back its offer, and offer another over what is open of the same items, in one step.

    Raises Refused as ending and offering do; then the plan stands as it was.
    """
    plan = lock_plan(plan_id)
    end = cancel_plan if plan.status == PlanStatus.ACCEPTED else withdraw_plan
    end(plan_id, reason, on=on, by=by)
    items = plan.items.filter(item__balance__gt=0).values_list("item", flat=True)
    details = replace(details, currency=plan.currency, item_ids=list(items))
    return offer_plan(plan.customer_id, details, on=on, by=by, replaces=plan)
