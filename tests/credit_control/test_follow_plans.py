"""What a plan asks for by its days is done once; nobody is chased for what is paid, disputed or on its way."""

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest

from billing.operations.close_dispute import close_dispute
from credit_control.models import PaymentPlan, PlanStep
from credit_control.operations.assign_collector import assign_collector
from credit_control.operations.cancel_plan import cancel_plan
from credit_control.operations.follow_plan import follow_plan
from credit_control.operations.set_credit_policy import set_credit_policy
from credit_control.operations.withdraw_plan import withdraw_plan
from credit_control.plans.due import plans_to_follow
from credit_control.plans.words import ENDED, LAPSED, MISSED, NOTICE
from credit_control.tasks import follow_due_plans
from credit_control.worklist.reading import worklist
from office.mail.handing_over import hand_over
from office.models import OutgoingMail, Task
from payments.models import Receipt
from payments.operations.reverse_receipt import reverse_receipt
from tests import world
from tests.billing.disputing import dispute
from tests.credit_control.planning import accept, agreed, offer
from tests.credit_control.reminding import at_any_hour
from tests.relay import RelayHandler

pytestmark = pytest.mark.django_db


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
    told = OutgoingMail.objects.filter(kind__in=(NOTICE, MISSED, LAPSED, ENDED))
    return Counter(told.values_list("kind", flat=True))


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
    assert mails() == {MISSED: 1, ENDED: 1}


def test_who_was_told_late_has_as_long_as_others(customer: Any, plan: PaymentPlan) -> None:
    set_credit_policy(customer.company, {"plan_cancel_days": 13}, by=None)
    days(plan, 30, 31, 39)
    assert state(plan) == "accepted"
    days(plan, 40)
    assert state(plan) == "cancelled"


def test_whose_money_came_back_is_told_again_before_the_plan_ends(customer: Any, paper: Any, today: Any) -> None:
    set_credit_policy(customer.company, {"plan_cancel_days": 13}, by=None)
    begun = today - timedelta(days=50)
    plan = agreed(customer, [paper], (10, "100.00"), (90, "200.00"), on=begun)
    days(plan, 14)
    paid = world.apply(
        world.receive(customer, "100.00", begun + timedelta(days=20)), paper, "100.00", begun + timedelta(days=20)
    )
    days(plan, 24, 30)
    reverse_receipt(Receipt.objects.get().pk, dated_on=begun + timedelta(days=35), by=None, reason="Not honoured")
    assert paid.reversed_by
    assert days(plan, 36, 36, 45) == [("missed", 1), ("missed", 1)]
    assert (state(plan), mails()) == ("accepted", {MISSED: 2})
    days(plan, 46)
    assert (state(plan), mails()) == ("cancelled", {MISSED: 2, ENDED: 1})


def test_whose_dispute_ended_is_told_again_before_the_plan_ends(customer: Any, paper: Any, today: Any) -> None:
    set_credit_policy(customer.company, {"plan_cancel_days": 13}, by=None)
    plan = agreed(customer, [paper], (10, "100.00"), (90, "200.00"))
    days(plan, 14)
    case = dispute(paper, "300.00", on=today + timedelta(days=15))
    days(plan, 24, 30)
    close_dispute(case.pk, "refused", on=today + timedelta(days=34), by=None, note="All was delivered")
    assert days(plan, 35, 44) == [("missed", 1), ("missed", 1)]
    assert state(plan) == "accepted"
    days(plan, 45)
    assert state(plan) == "cancelled"


def test_who_was_told_of_a_part_and_paid_another_part_is_not_told_again(
    customer: Any, paper: Any, plan: PaymentPlan, today: Any
) -> None:
    set_credit_policy(customer.company, {"plan_cancel_days": 13}, by=None)
    days(plan, 14)
    world.apply(world.receive(customer, "99.00", today), paper, "99.00", today)
    assert days(plan, 15, 20) == [("missed", 1)]
    days(plan, 24)
    assert state(plan) == "cancelled"


def test_the_round_looks_at_what_is_due_and_may_run_twice(customer: Any, paper: Any, today: Any) -> None:
    plan = agreed(customer, [paper], (5, "150.00"), (40, "150.00"), on=today - timedelta(days=20))
    assert [each.plan_id for each in plans_to_follow()] == [plan.pk]
    assert [follow_due_plans(), follow_due_plans()] == [1, 1]
    assert mails() == {MISSED: 1}
    world.apply(world.receive(customer, "150.00", today), paper, "150.00", today)
    assert list(plans_to_follow()) == []


@pytest.fixture
def offered(customer: Any, paper: Any) -> PaymentPlan:
    """An offer that may be answered for ten days."""
    return offer(customer, [paper], (10, "100.00"), (40, "200.00"))


def test_the_day_after_an_offers_last_day_one_mail_says_so(offered: PaymentPlan) -> None:
    assert days(offered, 0, 10) == []
    assert days(offered, 11, 11, 12, 17) == [("lapsed", 1)]
    assert (mails(), state(offered), Task.objects.count()) == ({LAPSED: 1}, "offered", 0)


def test_an_offer_that_ran_out_long_ago_is_no_news(offered: PaymentPlan) -> None:
    assert days(offered, 18, 60) == []
    assert days(offered, 17) == [("lapsed", 1)]


def test_the_round_tells_of_offers_that_ran_out_once(customer: Any, paper: Any, today: Any) -> None:
    plan = offer(customer, [paper], (5, "150.00"), (40, "150.00"), on=today - timedelta(days=6))
    held = offer(customer, [world.issue(customer, "9.00", today)], (6, "4.00"), (40, "5.00"))
    long_ago = today - timedelta(days=30)
    offer(customer, [world.issue(customer, "8.00", today)], (5, "4.00"), (40, "4.00"), on=long_ago)
    assert [each.plan_id for each in plans_to_follow()] == [plan.pk]
    assert [follow_due_plans(), follow_due_plans()] == [1, 0]
    assert mails() == {LAPSED: 1}
    assert state(held) == "offered"


def test_nobody_is_told_of_an_offer_that_is_answered_paid_or_made_anew(
    customer: Any, paper: Any, offered: PaymentPlan, today: Any
) -> None:
    follow_plan(offered.pk, on=today + timedelta(days=11), waits=True)
    receipt = world.receive(customer, "300.00", today)
    assert days(offered, 11) == []
    world.apply(receipt, paper, "300.00", today)
    assert days(offered, 12) == []
    answered = offer(customer, [world.issue(customer, "50.00", today)], (10, "20.00"), (40, "30.00"))
    accept(answered)
    withdrawn = offer(customer, [world.issue(customer, "60.00", today)], (10, "20.00"), (40, "40.00"))
    withdraw_plan(withdrawn.pk, "Slip", on=today, by=None)
    for plan in (answered, withdrawn):
        follow_plan(plan.pk, on=today + timedelta(days=11))
    assert mails()[LAPSED] == 0


def test_whom_no_mail_reaches_is_called(customer: Any, plan: PaymentPlan, today: Any) -> None:
    set_credit_policy(customer.company, {"plan_cancel_days": 13}, by=None)
    offered = offer(customer, [world.issue(customer, "50.00", today)], (10, "20.00"), (40, "30.00"))
    customer.contacts.update(gets_reminders=False)
    days(plan, 14, 24)
    assert days(offered, 11) == [("lapsed", 1)]
    assert (state(plan), mails()) == ("cancelled", {})
    titles = [task.title for task in Task.objects.order_by("pk")]
    assert titles[-1] == f"Bramble GmbH did not answer: {offered} ran out"
    assert titles[-2].startswith(f"{plan} of Bramble GmbH ended: The instalment due")


def test_staff_who_cancel_a_plan_tell_its_customer_themselves(plan: PaymentPlan, today: Any) -> None:
    cancel_plan(plan.pk, "They asked for it", on=today, by=None)
    days(plan, 30)
    assert mails() == {}


def over(customer: Any, paper: Any, kind: str, today: Any) -> OutgoingMail:
    """The mail that says today that a plan of 300.00 is over."""
    at_any_hour(customer.company)
    set_credit_policy(customer.company, {"plan_cancel_days": 5}, by=None)
    make = offer if kind == LAPSED else agreed
    plan = make(customer, [paper], (9, "100.00"), (40, "200.00"), on=today - timedelta(days=16))
    if kind == ENDED:
        follow_plan(plan.pk, on=today - timedelta(days=3))
    OutgoingMail.objects.all().delete()
    follow_plan(plan.pk, on=today)
    return OutgoingMail.objects.get(kind=kind)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("kind", "said"),
    [
        (LAPSED, "You could accept our offer to pay €300.00 in instalments until"),
        (ENDED, "An instalment of your payment plan was to be paid by"),
    ],
)
def test_the_mail_says_that_it_is_over_and_what_is_open(
    relay: RelayHandler, customer: Any, paper: Any, today: Any, kind: str, said: str
) -> None:
    mail = over(customer, paper, kind, today)
    world.apply(world.receive(customer, "30.00", today), paper, "30.00", today)
    hand_over(mail.pk)
    [sent] = relay.taken
    words = " ".join(sent.get_body(("plain",)).get_content().split())
    assert f"{said} {today - timedelta(days=7):%-d %b %Y}" in words
    assert "€270.00 is open, and each invoice is to be paid by the day that it says again." in words
    assert list(sent.iter_attachments()) == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("kind", [LAPSED, ENDED])
@pytest.mark.parametrize(
    ("change", "why"),
    [
        ("anew", "Not sent: another plan was made since."),
        ("paid", "Not sent: it is paid, or in dispute."),
        ("credit", "Not sent: they have free credit for it."),
        ("left", "Not sent: this person gets no reminders any more."),
    ],
)
def test_the_mail_is_dropped_when_it_is_true_no_more(
    relay: RelayHandler, customer: Any, paper: Any, today: Any, kind: str, change: str, why: str
) -> None:
    mail = over(customer, paper, kind, today)
    if change == "anew":
        offer(customer, [paper], (10, "100.00"), (40, "200.00"))
    if change in ("paid", "credit"):
        receipt = world.receive(customer, "300.00", today)
        if change == "paid":
            world.apply(receipt, paper, "300.00", today)
    if change == "left":
        customer.contacts.update(gets_reminders=False)
    hand_over(mail.pk)
    mail.refresh_from_db()
    assert (mail.status, mail.explanation) == ("cancelled", why)
    assert relay.taken == []


def test_missed_and_cancelled_plans_lead_the_worklist(customer: Any, paper: Any, today: Any) -> None:
    other = world.make_customer(customer.company, "Big")
    world.issue(other, "9000.00", today - timedelta(days=200))
    plan = agreed(customer, [paper], (5, "150.00"), (40, "150.00"), on=today - timedelta(days=20))
    collector = world.make_user(customer.company, "collector")
    assign_collector(customer.company, [customer.pk], collector.pk, by=None)
    first = next(iter(worklist(customer.company, today)))
    assert (first.name, first.reasons[0]) == ("Bramble GmbH", f"{plan}: €150.00 missed")
    follow_due_plans()
    assert Task.objects.get().assignee == collector
    cancel_plan(plan.pk, "They stopped", on=today, by=None)
    first = next(iter(worklist(customer.company, today)))
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
