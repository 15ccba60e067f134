"""Two answers to one offer at once: exactly one counts."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from credit_control.models import PaymentPlan, PlanAnswer, PlannedItem, PlanStep
from credit_control.operations import accept_plan as accepting
from credit_control.operations.accept_plan import accept_plan
from credit_control.operations.follow_plan import follow_plan
from credit_control.operations.set_credit_policy import set_credit_policy
from credit_control.operations.withdraw_plan import withdraw_plan
from ledger.refusals import Refused
from office.models import AuditRecord, OutgoingMail, Task
from reports.book_check import check_book
from tests import world
from tests.credit_control.planning import accept, agreed, offer
from tests.credit_control.reminding import at_any_hour, ladder, late, remind, send_all
from tests.relay import RelayHandler

pytestmark = pytest.mark.django_db(transaction=True)
Parallel = Callable[[list[Callable[[], Any]]], list[Any]]


@pytest.fixture
def plan(customer: Any) -> PaymentPlan:
    paper = world.issue(customer, "300.00", customer.company.today() - timedelta(days=60))
    return offer(customer, [paper], (10, "150.00"), (40, "150.00"))


def answers(plan: PaymentPlan) -> list[str]:
    rows = AuditRecord.objects.filter(subject_id=plan.pk, action__in=["accept_plan", "withdraw_plan"])
    return list(rows.values_list("action", flat=True))


def test_two_acceptances_at_once_are_one(plan: PaymentPlan, in_parallel: Parallel) -> None:
    results = in_parallel([lambda: accept(plan)] * 6)
    assert sum(isinstance(result, PaymentPlan) for result in results) == 1
    assert sum(isinstance(result, Refused) for result in results) == 5
    assert answers(plan) == ["accept_plan"]


def test_an_acceptance_and_a_withdrawal_at_once_are_one_of_them(plan: PaymentPlan, in_parallel: Parallel) -> None:
    on = plan.offered_on
    results = in_parallel([lambda: accept(plan), lambda: withdraw_plan(plan.pk, "Slip", on=on, by=None)] * 3)
    assert sum(isinstance(result, PaymentPlan) for result in results) == 1
    plan.refresh_from_db()
    assert answers(plan) == [{"accepted": "accept_plan", "withdrawn": "withdraw_plan"}[plan.status]]
    assert PlannedItem.objects.filter(released_at=None).count() == (plan.status == "accepted")


def test_control_without_the_lock_and_the_guard_of_the_database_both_count(
    plan: PaymentPlan, in_parallel: Parallel, monkeypatch: pytest.MonkeyPatch, superuser_cursor: Any
) -> None:
    superuser_cursor.execute("ALTER TABLE credit_control_paymentplan DISABLE TRIGGER plan_kept")
    monkeypatch.setattr(accepting, "lock_plan", lambda plan_id: PaymentPlan.objects.get(pk=plan_id))
    monkeypatch.setattr(accepting, "require_move", lambda plan, wanted: None)
    try:
        in_parallel([lambda: accept_plan(plan.pk, "Eva", how=PlanAnswer.LINK, on=plan.offered_on, by=None)] * 4)
    finally:
        superuser_cursor.execute("ALTER TABLE credit_control_paymentplan ENABLE TRIGGER plan_kept")
    assert len(answers(plan)) > 1


def test_offering_the_same_items_twice_at_once_makes_one_plan(customer: Any, in_parallel: Parallel) -> None:
    paper = world.issue(customer, "300.00", customer.company.today())
    results = in_parallel([lambda: offer(customer, [paper], (10, "150.00"), (40, "150.00"))] * 4)
    assert sum(isinstance(result, PaymentPlan) for result in results) == 1
    assert check_book() == []


def test_a_plan_followed_many_times_at_once_tells_once(plan: PaymentPlan, in_parallel: Parallel) -> None:
    set_credit_policy(plan.company, {"plan_cancel_days": 10}, by=None)
    accept(plan)
    OutgoingMail.objects.all().delete()
    for days, count in ((7, 1), (14, 2), (21, 3)):
        on = plan.offered_on + timedelta(days=days)
        in_parallel([lambda on=on: follow_plan(plan.pk, on=on)] * 4)
        assert OutgoingMail.objects.count() == count
    plan.refresh_from_db()
    assert (plan.status, Task.objects.count()) == ("cancelled", 1)


def test_an_offer_that_ran_out_followed_many_times_at_once_tells_once(plan: PaymentPlan, in_parallel: Parallel) -> None:
    OutgoingMail.objects.all().delete()
    in_parallel([lambda: follow_plan(plan.pk, on=plan.valid_until + timedelta(days=1))] * 4)
    assert list(OutgoingMail.objects.values_list("kind", flat=True)) == ["plan_lapsed"]
    assert PlanStep.objects.count() == 1


def test_a_reminder_on_its_way_is_dropped_when_a_plan_is_agreed(customer: Any, relay: RelayHandler) -> None:
    ladder(customer.company, [1])
    at_any_hour(customer.company)
    paper = late(customer, "300.00", 5)
    remind(customer)
    agreed(customer, [paper], (10, "150.00"), (40, "150.00"))
    [mail] = send_all()
    assert (mail.status, mail.explanation) == ("cancelled", "Not sent: it is in a plan.")
    assert relay.taken == []
