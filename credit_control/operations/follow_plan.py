from datetime import date, timedelta
from decimal import Decimal

from django.db import transaction

from billing.disputes import disputed_now
from credit_control.models import CreditPolicy, PaymentPlan, PlanStage, PlanStatus, PlanStep, policy_of
from credit_control.operations.cancel_plan import cancel_plan
from credit_control.plans.again import told_of
from credit_control.plans.due import LAPSED_LATELY
from credit_control.plans.mail import queue_plan_mail
from credit_control.plans.reading import PlanDay, PlanNow, plan_now
from credit_control.plans.spread import ZERO
from credit_control.plans.states import lock_plan
from credit_control.plans.tasks import tell_collector
from credit_control.plans.words import ENDED, LAPSED, MISSED, NOTICE
from customers.queries import free_credit
from ledger.money import format_money
from ledger.present import present
from office.audit import record
from office.written import plain_day


@transaction.atomic
def follow_plan(plan_id: int, *, on: date, waits: bool = False) -> PaymentPlan:
    """Do for a plan what its days ask for by a day, each once: a notice before an instalment, a mail when one is
    missed, and the end of the plan, or a task for the collector, as the company's policy says. Who did not answer an
    offer in time is told so.

    Days that nobody looked are made up for: of several missed instalments one mail tells, and of one that was paid and
    whose money came back another. A plan ends only when its customer was told, and had as long since as the policy
    gives. Nothing is done while money of theirs `waits` in the bank queue, or to be applied.
    """
    plan = lock_plan(plan_id)
    if waits or plan.status not in (PlanStatus.OFFERED, PlanStatus.ACCEPTED):
        return plan
    items = list(plan.items.values_list("item", flat=True))
    now, policy = plan_now(plan, on, disputed_now(items)), policy_of(plan.company)
    if plan.status == PlanStatus.OFFERED:
        _tell_lapsed(plan, now, on)
        return plan
    due = [day for day in now.days if day.left and day.instalment.due_on <= on + timedelta(policy.plan_notice_days)]
    if due and not _has_credit(plan, _open_until(now, on) or due[0].left):
        _tell_soon(plan, due, policy, on)
        _tell_missed(plan, now, policy, on)
        _end(plan, now, policy, on)
    return plan


def _tell_lapsed(plan: PaymentPlan, now: PlanNow, on: date) -> None:
    """A mail when the last day of an offer has just passed, once; else a call."""
    is_news = plan.valid_until < on <= plan.valid_until + LAPSED_LATELY
    if not is_news or not now.left or _has_credit(plan, now.left):
        return
    step, is_new = _step(now.days[0], PlanStage.LAPSED, on)
    if is_new and not queue_plan_mail(plan, LAPSED, step):
        tell_collector(plan, f"{plan.customer.name} did not answer: {plan} ran out", stage="lapsed", by=None)


def _open_until(now: PlanNow, on: date) -> Decimal:
    """What of the instalments whose day is past is open."""
    return sum((day.left for day in now.days if day.instalment.due_on < on), ZERO)


def _has_credit(plan: PaymentPlan, amount: Decimal) -> bool:
    """Whether money of theirs is there that nobody applied yet."""
    return free_credit(plan.customer).get(plan.currency, ZERO) >= amount


def _tell_soon(plan: PaymentPlan, due: list[PlanDay], policy: CreditPolicy, on: date) -> None:
    """A note before each instalment; none where the plan itself was only just agreed."""
    for day in due:
        first = day.instalment.due_on - timedelta(days=policy.plan_notice_days)
        if policy.plan_notice_days and present(plan.accepted_on) < first and day.instalment.due_on >= on:
            step, is_new = _step(day, PlanStage.NOTICE, on)
            if is_new:
                queue_plan_mail(plan, NOTICE, step)


def _tell_missed(plan: PaymentPlan, now: PlanNow, policy: CreditPolicy, on: date) -> None:
    """A mail about all that is missed, once for each instalment that newly is, or is again; else a call."""
    last = on - timedelta(days=policy.plan_grace_days)
    missed = [day for day in now.days if day.left and day.instalment.due_on < last]
    told = told_of(now, on)
    new = [
        PlanStep.objects.create(instalment=day.instalment, stage=PlanStage.MISSED, done_on=on)
        for day in missed
        if day.instalment.pk not in told
    ]
    if not new:
        return
    amount = format_money(sum((day.left for day in missed), ZERO), plan.currency)
    record(None, "tell_missed_instalment", plan, after={"missed": amount})
    steps = PlanStep.objects.filter(instalment=new[-1].instalment_id, stage=PlanStage.MISSED)
    again = f":{new[-1].pk}" if steps.count() > 1 else ""
    reached = queue_plan_mail(plan, MISSED, new[-1], again)
    if policy.plan_cancel_days is None or not reached:
        title = f"{plan.customer.name} missed {amount} of {plan}"
        tell_collector(plan, title, stage=f"missed:{new[-1].instalment_id}{again}", by=None)


def _end(plan: PaymentPlan, now: PlanNow, policy: CreditPolicy, on: date) -> None:
    """Cancel it where an instalment stayed open too long after its customer was told."""
    if policy.plan_cancel_days is None:
        return
    told = told_of(now, on)
    since_told = timedelta(days=policy.plan_cancel_days - policy.plan_grace_days)
    for day in now.days:
        told_on = told.get(day.instalment.pk)
        if day.left and told_on and told_on + since_told <= on and told_on < on:
            step, _ = _step(day, PlanStage.ENDED, on)
            late = (on - day.instalment.due_on).days
            reason = f"The instalment due {plain_day(day.instalment.due_on)} is {late} days late."
            cancel_plan(plan.pk, reason, on=on, by=None)
            queue_plan_mail(plan, ENDED, step)
            tell_collector(plan, f"{plan} of {plan.customer.name} ended: {reason}", stage="ended", by=None)
            return


def _step(day: PlanDay, stage: PlanStage, on: date) -> tuple[PlanStep, bool]:
    return PlanStep.objects.get_or_create(instalment=day.instalment, stage=stage, defaults={"done_on": on})
