"""A payment plan: offered, answered once, and read from the book."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone

from credit_control.models import CreditPolicy, PaymentPlan, PlanInstalment, PlannedItem, PlanStatus
from credit_control.operations.cancel_plan import cancel_plan
from credit_control.operations.change_plan import change_plan
from credit_control.operations.decline_plan import decline_plan
from credit_control.operations.offer_plan import PlanDetails
from credit_control.operations.record_promise import PromiseDetails, record_promise
from credit_control.operations.set_credit_policy import set_credit_policy
from credit_control.operations.withdraw_plan import withdraw_plan
from credit_control.plans.reading import plan_now, with_state
from ledger.refusals import Refused
from office.models import AuditRecord
from tests import world
from tests.billing.disputing import dispute
from tests.credit_control.planning import accept, agreed, laid, offer

pytestmark = pytest.mark.django_db


@pytest.fixture
def papers(customer: Any, today: Any) -> list[Any]:
    return [world.issue(customer, "200.00", today - timedelta(days=60)), world.issue(customer, "100.00", today)]


HALVES = ((10, "150.00"), (40, "150.00"))


def refusal(act: Callable[[], Any]) -> str:
    with pytest.raises(Refused) as refused:
        act()
    return refused.value.code


def state(plan: PaymentPlan, days: int = 0) -> str:
    on = plan.offered_on + timedelta(days=days)
    return with_state(PaymentPlan.objects.all(), plan.company, on).get(pk=plan.pk).state


def test_an_offer_plans_what_is_open_and_not_disputed(customer: Any, papers: list[Any], today: Any) -> None:
    dispute(papers[0], "50.00")
    plan = offer(customer, papers, (10, "125.00"), (40, "125.00"))
    assert (plan.status, plan.amount, plan.valid_until) == ("offered", 250, today + timedelta(days=10))
    assert [(row.item_id, row.amount) for row in plan.items.all()] == [
        (world.item_of(papers[0]).pk, 150),
        (world.item_of(papers[1]).pk, 100),
    ]
    assert [(row.position, row.amount) for row in plan.instalments.all()] == [(1, 125), (2, 125)]
    assert (state(plan), state(plan, 11)) == ("offered", "expired")
    assert AuditRecord.objects.get(action="offer_plan").after["offer holds until"] == str(plan.valid_until)


def test_it_is_read_from_the_book_how_it_goes(customer: Any, papers: list[Any], today: Any) -> None:
    plan = accept(offer(customer, papers, *HALVES))
    assert [state(plan, days) for days in (10, 11, 13, 14)] == ["on_track", "late", "late", "missed"]
    world.apply(world.receive(customer, "100.00", today), papers[1], "100.00", today)
    now = plan_now(plan, today)
    assert ([day.left for day in now.days], now.percent, now.next.left) == ([50, 150], 33, 50)
    row = with_state(PaymentPlan.objects.all(), plan.company, today).get()
    assert (row.paid, row.left, row.next_on) == (100, 200, today + timedelta(days=10))
    world.apply(world.receive(customer, "200.00", today), papers[0], "200.00", today)
    row = with_state(PaymentPlan.objects.all(), plan.company, today + timedelta(days=90)).get()
    assert (row.state, row.next_on, plan_now(plan, today).percent) == ("fulfilled", None, 100)


def test_what_was_agreed_already_stands_at_once(customer: Any, papers: list[Any], today: Any) -> None:
    plan = agreed(customer, papers, *HALVES)
    assert (plan.status, plan.accepted_on, plan.accepted_name, plan.accepted_how) == (
        "accepted",
        today,
        "Eva Brandt",
        "staff",
    )


def test_an_offer_is_answered_once(customer: Any, papers: list[Any], today: Any) -> None:
    plan = accept(offer(customer, papers, *HALVES))
    for act in (
        lambda: accept(plan),
        lambda: decline_plan(plan.pk, "No", on=today, by=None),
        lambda: withdraw_plan(plan.pk, "No", on=today, by=None),
    ):
        assert refusal(act) == "invalid_move"
    cancel_plan(plan.pk, "Missed", on=today, by=None)
    assert refusal(lambda: cancel_plan(plan.pk, "Missed", on=today, by=None)) == "invalid_move"
    plan.refresh_from_db()
    assert (plan.status, plan.close_reason, plan.closed_on) == ("cancelled", "Missed", today)
    assert not PlannedItem.objects.filter(released_at=None).exists()


def test_an_offer_past_its_day_is_not_accepted_and_holds_nothing(customer: Any, papers: list[Any], today: Any) -> None:
    plan = offer(customer, papers, *HALVES)
    late = plan.valid_until + timedelta(days=1)
    assert refusal(lambda: accept(plan, on=late)) == "offer_expired"
    assert refusal(lambda: decline_plan(plan.pk, "No", on=late, by=None)) == "offer_expired"
    assert refusal(lambda: offer(customer, papers, *HALVES)) == "planned_already"
    again = offer(customer, papers, *HALVES, on=late)
    assert PlannedItem.objects.filter(plan=plan, released_at=None).count() == 0
    assert accept(again).status == PlanStatus.ACCEPTED


def test_who_declines_says_why(customer: Any, papers: list[Any], today: Any) -> None:
    plan = offer(customer, papers, *HALVES)
    assert refusal(lambda: decline_plan(plan.pk, " ", on=today, by=None)) == "reason_missing"
    assert decline_plan(plan.pk, "Too much", on=today, by=None, name="Eva").status == "declined"
    offer(customer, papers, *HALVES)


def test_a_change_ends_the_one_and_offers_another_of_what_is_open(customer: Any, papers: list[Any], today: Any) -> None:
    plan = agreed(customer, papers, *HALVES)
    world.apply(world.receive(customer, "100.00", today), papers[1], "100.00", today)
    wanted = PlanDetails("EUR", [], laid(today, (5, "100.00"), (50, "100.00")), agreed_by="Eva")
    bad = PlanDetails("EUR", [], laid(today, (5, "100.00"), (50, "100.01")))
    assert refusal(lambda: change_plan(plan.pk, bad, on=today, by=None, reason="Asked")) == "sum_differs"
    plan.refresh_from_db()
    assert plan.status == "accepted"
    other = change_plan(plan.pk, wanted, on=today, by=None, reason="They asked for less")
    plan.refresh_from_db()
    assert (plan.status, other.amount, other.replaces_id) == ("cancelled", 200, plan.pk)


@pytest.mark.parametrize(
    ("parts", "more", "code"),
    [
        ([(10, "300.00")], {}, "bad_count"),
        ([(40, "150.00"), (10, "150.00")], {}, "days_mixed"),
        ([(10, "150.00"), (10, "150.00")], {}, "days_mixed"),
        ([(-1, "150.00"), (10, "150.00")], {}, "day_past"),
        ([(10, "150.00"), (400, "150.00")], {}, "too_long_plan"),
        ([(10, "150.00"), (40, "149.99")], {}, "sum_differs"),
        ([(10, "300.00"), (40, "0.00")], {}, "amount_invalid"),
        ([(10, "149.995"), (40, "150.005")], {}, "amount_invalid"),
        (HALVES, {"item_ids": [0]}, "not_open"),
        (HALVES, {"item_ids": []}, "nothing_chosen"),
        (HALVES, {"currency": "USD"}, "not_open"),
        (HALVES, {"note": "x" * 501}, "too_long"),
        (HALVES, {"agreed_by": "x" * 101}, "too_long"),
    ],
)
def test_it_refuses(customer: Any, papers: list[Any], parts: Any, more: dict[str, Any], code: str) -> None:
    assert refusal(lambda: offer(customer, papers, *parts, **more)) == code
    assert not PaymentPlan.objects.exists()


def test_items_of_others_and_of_other_things_under_way_are_refused(
    customer: Any, papers: list[Any], today: Any
) -> None:
    stranger = world.make_customer(customer.company, "Other")
    assert refusal(lambda: offer(stranger, papers, *HALVES)) == "not_open"
    promise = PromiseDetails(today, "Eva", "EUR", item_ids=[world.item_of(papers[0]).pk])
    record_promise(customer.pk, promise, on=today, by=None)
    assert refusal(lambda: offer(customer, papers, *HALVES)) == "promised"
    dispute(papers[1], "100.00")
    assert refusal(lambda: offer(customer, papers[1:], *HALVES)) == "disputed"


def test_an_offer_that_reaches_nobody_is_refused_and_an_agreement_is_not(customer: Any, papers: list[Any]) -> None:
    customer.contacts.update(gets_reminders=False)
    assert refusal(lambda: offer(customer, papers, *HALVES)) == "reaches_nobody"
    assert not PaymentPlan.objects.exists()
    agreed(customer, papers, *HALVES)


def test_an_offer_holds_until_a_day_before_the_first_instalment(customer: Any, papers: list[Any], today: Any) -> None:
    for day in (today - timedelta(days=1), today + timedelta(days=11)):
        assert refusal(lambda day=day: offer(customer, papers, *HALVES, valid_until=day)) == "valid_until_invalid"


def test_the_policy_says_what_is_usual(customer: Any, papers: list[Any], today: Any) -> None:
    set_credit_policy(
        customer.company, {"plan_is_interest_free": False, "plan_offer_days": 5, "plan_months": 1}, by=None
    )
    assert refusal(lambda: offer(customer, papers, *HALVES)) == "too_long_plan"
    plan = offer(customer, papers, (10, "150.00"), (20, "150.00"))
    assert (plan.is_interest_free, plan.valid_until) == (False, today + timedelta(days=5))


@pytest.mark.parametrize(
    "wanted", [{"plan_cancel_days": 2}, {"plan_cancel_days": 367}, {"plan_months": 0}, {"plan_grace_days": 32}]
)
def test_a_policy_that_cannot_be_is_refused(customer: Any, wanted: dict[str, int]) -> None:
    set_credit_policy(customer.company, {"plan_cancel_days": 3}, by=None)
    assert refusal(lambda: set_credit_policy(customer.company, wanted, by=None)) == "bad_number"
    with pytest.raises(DatabaseError), transaction.atomic():
        CreditPolicy.objects.update(plan_cancel_days=2)


def test_the_database_keeps_a_plan_as_it_was_agreed(customer: Any, papers: list[Any], today: Any) -> None:
    plan = agreed(customer, papers, *HALVES)
    other = PaymentPlan.objects.filter(pk=plan.pk)
    for act in (
        lambda: other.update(amount=1),
        lambda: other.update(status="offered"),
        lambda: other.update(status="declined"),
        lambda: other.update(status="cancelled"),
        lambda: other.update(
            status="cancelled", closed_on=today, closed_at=timezone.now(), close_reason="x", note="new"
        ),
        lambda: other.delete(),
        lambda: PlanInstalment.objects.update(amount=1),
        lambda: PlannedItem.objects.update(amount=1),
        lambda: PlannedItem.objects.all().delete(),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            act()


@pytest.mark.parametrize("model", ["instalment", "item"])
def test_the_database_adds_it_up_at_the_end(customer: Any, papers: list[Any], today: Any, model: str) -> None:
    plan = agreed(customer, papers[:1], (10, "100.00"), (40, "100.00"))

    def add() -> None:
        if model == "item":
            PlannedItem.objects.create(plan=plan, item=world.item_of(papers[1]), amount=1)
        else:
            PlanInstalment.objects.create(plan=plan, position=9, due_on=today, amount=1)
        connection.check_constraints()
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")

    with pytest.raises(IntegrityError, match="not what its instalments and items come to"), transaction.atomic():
        add()


def test_the_database_keeps_an_item_in_one_plan(customer: Any, papers: list[Any]) -> None:
    plan = agreed(customer, papers[:1], (10, "100.00"), (40, "100.00"))
    other = agreed(customer, papers[1:], (10, "50.00"), (40, "50.00"))
    with pytest.raises(IntegrityError, match="item_in_one_plan_at_a_time"), transaction.atomic():
        PlannedItem.objects.create(plan=other, item=plan.items.get().item, amount=Decimal(1))
