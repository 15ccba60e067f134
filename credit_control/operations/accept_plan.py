from datetime import date

from django.db import transaction
from django.utils import timezone

from credit_control.models import PaymentPlan, PlanAnswer, PlanStatus
from credit_control.plans.mail import queue_plan_mail
from credit_control.plans.reading import plan_now
from credit_control.plans.states import lock_plan, require_move
from credit_control.plans.words import CONFIRMATION
from ledger.refusals import Refused
from office.audit import record
from office.models import User
from office.written import plain_day

LONGEST_NAME = 100


@transaction.atomic
def accept_plan(plan_id: int, name: str, *, how: PlanAnswer, on: date, by: User | None) -> PaymentPlan:
    """Record that a customer agreed to a plan, on their link or by telling us: its days hold from now on.

    Raises Refused without who agreed, for an offer whose last day is past or whose documents are all settled
    or void meanwhile, and for what is no offer any more.
    """
    plan, name = lock_plan(plan_id), " ".join(name.replace("\0", "").split())
    if not name or len(name) > LONGEST_NAME:
        raise Refused(f"Say who agrees, in up to {LONGEST_NAME} characters.", code="name_missing")
    require_move(plan, PlanStatus.ACCEPTED)
    if on > plan.valid_until:
        raise Refused(
            f"The offer held until {plain_day(plan.valid_until)}. A new one has to be made.", code="offer_expired"
        )
    if not plan_now(plan, on).left:
        raise Refused("Nothing of its documents is open any more.", code="nothing_open")
    plan.status, plan.accepted_on, plan.accepted_at = PlanStatus.ACCEPTED, on, timezone.now()
    plan.accepted_name, plan.accepted_how, plan.accepted_by = name, how, by
    plan.save(update_fields=["status", "accepted_on", "accepted_at", "accepted_name", "accepted_how", "accepted_by"])
    queue_plan_mail(plan, CONFIRMATION)
    record(by, "accept_plan", plan, after={"agreed by": name, "how": plan.get_accepted_how_display()})
    return plan
