from django.db import transaction

from credit_control.models import PaymentPlan, PlanStatus
from credit_control.plans.mail import queue_plan_mail
from credit_control.plans.states import lock_plan
from credit_control.plans.words import CONFIRMATION, OFFER
from ledger.refusals import Refused
from office.audit import record
from office.models import OutgoingMail, User

KINDS = {PlanStatus.OFFERED: OFFER, PlanStatus.ACCEPTED: CONFIRMATION}


@transaction.atomic
def resend_plan(plan_id: int, *, by: User | None) -> int:
    """Mail the offer, or what was agreed, once more, to whoever gets reminders now, and say to how many.

    Raises Refused for a plan that has ended, for an offer that is past its day, and where it would reach nobody.
    """
    plan = lock_plan(plan_id)
    kind = KINDS.get(PlanStatus(plan.status))
    if kind is None or (kind == OFFER and plan.company.today() > plan.valid_until):
        raise Refused("There is nothing of this plan to be mailed any more.", code="invalid_move")
    label = PaymentPlan._meta.label_lower
    sent = OutgoingMail.objects.filter(kind=kind, about_type=label, about_id=plan.pk).count()
    reached = queue_plan_mail(plan, kind, again=f":{sent}")
    if not reached:
        raise Refused("Nobody there gets reminders by mail. Add a contact first.", code="reaches_nobody")
    record(by, "resend_plan", plan, after={"to": f"{reached} people"})
    return reached
