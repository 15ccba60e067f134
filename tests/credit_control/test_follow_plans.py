"""What a plan asks for by its days is done once; nobody is chased for what is paid, disputed or on its way."""

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest

from credit_control.models import PaymentPlan, PlanStep
from credit_control.operations.assign_collector import assign_collector
from credit_control.operations.cancel_plan import cancel_plan
from credit_control.operations.follow_plan import follow_plan
from credit_control.operations.set_credit_policy import set_credit_policy
from credit_control.plans.due import plans_to_follow
from credit_control.plans.words import MISSED, NOTICE
from credit_control.tasks import follow_due_plans
from credit_control.worklist import worklist
from office.mail.handing_over import hand_over
from office.models import OutgoingMail, Task
from tests import world
from tests.billing.disputing import dispute
from tests.credit_control.planning import agreed
from tests.credit_control.reminding import at_any_hour
from tests.relay import RelayHandler

pytestmark = pytest.mark.django_db


@pytest.fixture
def today(company: Any) -> Any:
    return company.today()


@pytest.fixture
def paper(customer: Any, today: Any) -> Any:
    return world.issue(customer, "300.00", today - timedelta(days=60))


@pytest.fixture
def plan(customer: Any, paper: Any, today: Any) -> PaymentPlan:
    return agreed(customer, [paper], (10, "100.00"), (40, "100.00"), (70, "100.00"))


def days(plan: PaymentPlan, *numbers: int) -> list[tuple[str, int]]:
    """What was done by these days, in order: each stage with its instalment."""
    for number in numbers:
        follow_plan(plan.pk, on=plan.offered_on + timedelta(days=number))
    steps = PlanStep.objects.filter(instalment__plan=plan).order_by("pk")
    return list(steps.values_list("stage", "instalment__position"))


def mails() -> Counter[str]:
    return Counter(OutgoingMail.objects.filter(kind__in=(NOTICE, MISSED)).values_list("kind", flat=True))


def state(plan: PaymentPlan) -> str:
    plan.refresh_from_db()
    return plan.status


def test_a_notice_before_and_one_mail_after_the_days_of_grace(plan: PaymentPlan) -> None:
    assert days(plan, 6) == []
    assert days(plan, 7, 7, 8) == [("notice", 1)]
    assert days(plan, 11, 13) == [("notice", 1)]
    assert days(plan, 14, 14, 20) == [("notice", 1), ("missed", 1)]
    assert mails() == {NOTICE: 1, MISSED: 1}
    assert [task.title for task in Task.objects.all()] == [f"Bramble GmbH missed €100.00 of {plan}"]
    assert state(plan) == "accepted"


def test_missed_days_are_made_up_for_with_one_mail(plan: PaymentPlan) -> None:
    assert days(plan, 60) == [("missed", 1), ("missed", 2)]
    assert mails() == {MISSED: 1}


def test_a_plan_agreed_just_now_gets_no_notice_of_its_first_day(customer: Any, paper: Any, today: Any) -> None:
    plan = agreed(customer, [paper], (2, "150.00"), (40, "150.00"))
    assert days(plan, 0, 1, 2) == []


def test_nobody_is_chased_for_what_is_paid_disputed_or_waits_to_be_applied(
    customer: Any, paper: Any, plan: PaymentPlan, today: Any
) -> None:
    receipt = world.receive(customer, "100.00", today)
    assert days(plan, 7, 14) == []
    world.apply(receipt, paper, "100.00", today)
    assert days(plan, 14, 30) == []
    dispute(paper, "100.00")
    assert days(plan, 37, 44) == []
    follow_plan(plan.pk, on=today + timedelta(days=80), waits=True)
    assert days(plan, 80) == [("missed", 3)]


def test_it_ends_by_itself_after_so_many_days_and_no_sooner_than_they_were_told(
    customer: Any, plan: PaymentPlan
) -> None:
    set_credit_policy(customer.company, {"plan_cancel_days": 13}, by=None)
    days(plan, 14)
    assert Task.objects.count() == 0
    days(plan, 23)
    assert state(plan) == "accepted"
    days(plan, 24, 24, 25)
    assert (state(plan), plan.close_reason[-16:]) == ("cancelled", "is 14 days late.")
    assert Task.objects.count() == 1


def test_who_was_told_late_has_as_long_as_others(customer: Any, plan: PaymentPlan) -> None:
    set_credit_policy(customer.company, {"plan_cancel_days": 13}, by=None)
    days(plan, 30, 31, 39)
    assert state(plan) == "accepted"
    days(plan, 40)
    assert state(plan) == "cancelled"


def test_the_round_looks_at_what_is_due_and_may_run_twice(customer: Any, paper: Any, today: Any) -> None:
    plan = agreed(customer, [paper], (5, "150.00"), (40, "150.00"), on=today - timedelta(days=20))
    assert [each.plan_id for each in plans_to_follow()] == [plan.pk]
    assert [follow_due_plans(), follow_due_plans()] == [1, 1]
    assert mails() == {MISSED: 1}
    world.apply(world.receive(customer, "150.00", today), paper, "150.00", today)
    assert list(plans_to_follow()) == []


def test_missed_and_cancelled_plans_lead_the_worklist(customer: Any, paper: Any, today: Any) -> None:
    other = world.make_customer(customer.company, "Big")
    world.issue(other, "9000.00", today - timedelta(days=200))
    plan = agreed(customer, [paper], (5, "150.00"), (40, "150.00"), on=today - timedelta(days=20))
    collector = world.make_user(customer.company, "collector")
    assign_collector(customer.company, [customer.pk], collector.pk, by=None)
    first = worklist(customer.company, today)[0]
    assert (first.name, first.reasons[0]) == ("Bramble GmbH", f"{plan}: €150.00 missed")
    follow_due_plans()
    assert Task.objects.get().assignee == collector
    cancel_plan(plan.pk, "They stopped", on=today, by=None)
    first = worklist(customer.company, today)[0]
    assert (first.name, first.reasons[0]) == ("Bramble GmbH", f"{plan} cancelled: They stopped")


@pytest.mark.django_db(transaction=True)
def test_the_mail_asks_for_what_is_open_and_is_dropped_when_it_is_paid(
    relay: RelayHandler, customer: Any, paper: Any, today: Any
) -> None:
    at_any_hour(customer.company)
    agreed(customer, [paper], (2, "100.00"), (5, "100.00"), (40, "100.00"), on=today - timedelta(days=20))
    OutgoingMail.objects.all().delete()
    follow_due_plans()
    receipt = world.receive(customer, "250.00", today)
    world.apply(receipt, paper, "30.00", today)
    mail = OutgoingMail.objects.get(kind=MISSED)
    hand_over(mail.pk)
    mail.refresh_from_db()
    assert (mail.status, mail.explanation) == ("cancelled", "Not sent: they have free credit for it.")
    assert relay.taken == []


@pytest.mark.django_db(transaction=True)
def test_the_mail_says_all_that_is_missed(relay: RelayHandler, customer: Any, paper: Any, today: Any) -> None:
    at_any_hour(customer.company)
    agreed(customer, [paper], (2, "100.00"), (5, "100.00"), (40, "100.00"), on=today - timedelta(days=20))
    OutgoingMail.objects.all().delete()
    world.apply(world.receive(customer, "30.00", today), paper, "30.00", today)
    follow_due_plans()
    hand_over(OutgoingMail.objects.get(kind=MISSED).pk)
    words = relay.taken[0].get_body(("plain",)).get_content()
    assert "Of your payment plan €170.00 was to be paid by" in words
