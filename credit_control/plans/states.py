"""The moves of a payment plan: one table, which the database keeps to as well."""

from datetime import date

from django.utils import timezone

from credit_control.models import PaymentPlan, PlannedItem, PlanStatus
from customers.models import Customer
from ledger.refusals import Refused
from office.models import User

MOVES = {
    PlanStatus.OFFERED: {PlanStatus.ACCEPTED, PlanStatus.DECLINED, PlanStatus.WITHDRAWN},
    PlanStatus.ACCEPTED: {PlanStatus.CANCELLED},
    PlanStatus.DECLINED: set(),
    PlanStatus.WITHDRAWN: set(),
    PlanStatus.CANCELLED: set(),
}


def lock_plan(plan_id: int) -> PaymentPlan:
    """The plan, under the lock of its customer that all who write plans take. Needs a transaction."""
    customer_id = PaymentPlan.objects.values_list("customer", flat=True).get(pk=plan_id)
    Customer.objects.select_for_update(no_key=True, of=("self",)).get(pk=customer_id)
    return PaymentPlan.objects.select_related("company", "customer").get(pk=plan_id)


def require_move(plan: PaymentPlan, wanted: PlanStatus) -> None:
    """Raise Refused where the table does not allow the move."""
    if wanted not in MOVES[PlanStatus(plan.status)]:
        raise Refused(
            f"This plan is {plan.get_status_display().lower()}; it cannot become {wanted.label.lower()} any more.",
            code="invalid_move",
        )


def close(plan: PaymentPlan, status: PlanStatus, *, on: date, by: User | None, reason: str) -> None:
    """End a plan and let its items go: their own due days hold again."""
    require_move(plan, status)
    plan.status, plan.closed_on, plan.closed_at = status, on, timezone.now()
    plan.closed_by, plan.close_reason = by, reason
    plan.save(update_fields=["status", "closed_on", "closed_at", "closed_by", "close_reason"])
    PlannedItem.objects.filter(plan=plan, released_at=None).update(released_at=plan.closed_at)
