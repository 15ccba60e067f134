"""Plans on screens and for programs: the same operations, refusals and rights."""

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from credit_control.models import PaymentPlan
from tests import world
from tests.api.calling import Program
from tests.credit_control.planning import agreed, offer

pytestmark = pytest.mark.django_db
HALVES = ((10, "150.00"), (40, "150.00"))


@pytest.fixture
def paper(customer: Any, today: Any) -> Any:
    return world.issue(customer, "300.00", today - timedelta(days=60))


@pytest.fixture
def collector(customer: Any, client: Any) -> Any:
    client.force_login(world.make_user(customer.company, "collector"))
    return client


def test_the_wizard_proposes_is_changed_and_offers(collector: Any, customer: Any, paper: Any, today: Any) -> None:
    page = reverse("credit_control:plan_new", args=[customer.pk])
    assert "checked" in collector.get(page).content.decode()
    typed = {"item": world.item_of(paper).pk, "rhythm": "month", "first_on": str(today + timedelta(days=10))}
    shown = collector.post(page, typed | {"count": "3", "first_amount": "150", "propose": "1"}).content.decode()
    assert shown.count('name="day"') == 3
    assert 'value="150.00"' in shown
    assert shown.count('value="75.00"') == 2
    days = [str(today + timedelta(days=each)) for each in (10, 41)]
    terms = {"valid_until": str(today + timedelta(days=14)), "is_interest_free": "on", "offer": "1"}
    wrong = collector.post(page, typed | terms | {"day": days, "amount": ["100", "100"]}).content.decode()
    assert "The instalments come to €200.00, the items to €300.00." in wrong
    assert (
        "Instalment 2: choose a day."
        in collector.post(page, typed | terms | {"day": [days[0], "x"], "amount": ["100", "200"]}).content.decode()
    )
    shown = collector.post(page, typed | terms | {"day": days, "amount": ["100", "2*100"]}, follow=True)
    plan = PaymentPlan.objects.get()
    assert (plan.amount, plan.valid_until, plan.is_interest_free) == (300, today + timedelta(days=10), True)
    assert "Offered until" in shown.content.decode()


def test_the_sum_is_told_while_it_is_typed(collector: Any, customer: Any, paper: Any) -> None:
    typed = {"item": world.item_of(paper).pk, "day": ["", ""], "amount": ["100", "150.50"]}
    page = reverse("credit_control:plan_sum", args=[customer.pk])
    shown = collector.post(page, typed).content.decode()
    assert "€250.50" in shown
    assert "€49.50" in shown
    assert "is no amount" in collector.post(page, typed | {"amount": ["1", "9" * 30]}).content.decode()


def test_what_was_agreed_is_changed_in_one_step(collector: Any, customer: Any, paper: Any, today: Any) -> None:
    plan = agreed(customer, [paper], *HALVES)
    page = reverse("credit_control:change_plan", args=[plan.pk])
    assert paper.number in collector.get(page).content.decode()
    days = [str(today + timedelta(days=each)) for each in (20, 41)]
    typed = {"day": days, "amount": ["100", "200"], "agreed_by": "Eva", "offer": "1"}
    assert "This field is required" in collector.post(page, typed).content.decode()
    collector.post(page, typed | {"reason": "They asked"})
    other = PaymentPlan.objects.get(replaces=plan)
    plan.refresh_from_db()
    assert (plan.status, other.status, other.accepted_name) == ("cancelled", "accepted", "Eva")


def test_the_page_answers_withdraws_and_cancels(collector: Any, customer: Any, paper: Any) -> None:
    plan = offer(customer, [paper], *HALVES)
    page = reverse("credit_control:plan", args=[plan.pk])
    assert "Record that they agree" in collector.get(page).content.decode()
    for name, typed, words in (
        ("cancel", {"reason": "No"}, "it cannot become cancelled"),
        ("withdraw", {"reason": ""}, "Say why it is withdrawn."),
        ("accept", {"name": ""}, "Say who agrees"),
        ("accept", {"name": "Eva"}, "Recorded."),
        ("decline", {"reason": "No"}, "it cannot become declined"),
        ("cancel", {"reason": "Missed"}, "own due days hold again"),
    ):
        answer = collector.post(reverse(f"credit_control:{name}_plan", args=[plan.pk]), typed, follow=True)
        assert words in answer.content.decode(), name
    assert "Bramble" in collector.get(reverse("credit_control:plan_list")).content.decode()
    card = collector.get(reverse("customers:customer", args=[customer.pk])).content.decode()
    assert f"Payment plan {plan.pk}" in card


def test_programs_do_the_same_and_see_no_others(customer: Any, paper: Any, today: Any) -> None:
    program = Program(world.make_user(customer.company, "collector"))
    days = [today + timedelta(days=each) for each in (10, 40)]
    sent = {
        "customer": customer.pk,
        "items": [world.item_of(paper).pk],
        "instalments": [{"due_on": str(day), "amount": "150.00"} for day in days],
    }
    made = program.post("plans/", sent)
    assert (made.status_code, made.json()["state"], made.json()["amount"]) == (201, "offered", "300.00")
    plan = made.json()["id"]
    assert program.post("plans/", sent).json()["code"] == "planned_already"
    assert program.post("plans/", sent | {"instalments": []}).json()["code"] == "bad_count"
    accepted = program.post(f"plans/{plan}/accept/", {"name": "Eva"}).json()
    assert (accepted["state"], accepted["instalments"][0]["open"]) == ("on_track", "150.00")
    terms = {"instalments": [{"due_on": str(day), "amount": "150.00"} for day in days], "reason": "Asked"}
    other = program.post(f"plans/{plan}/change/", terms).json()
    assert (other["replaces"], other["state"]) == (plan, "offered")
    assert program.post(f"plans/{other['id']}/decline/", {"reason": "No"}).json()["state"] == "declined"
    assert program.post(f"plans/{other['id']}/withdraw/", {"reason": "No"}).json()["code"] == "invalid_move"
    assert program.post(f"plans/{plan}/cancel/", {"reason": "No"}).json()["code"] == "invalid_move"
    assert [row["id"] for row in program.get("plans/", state="cancelled").json()["results"]] == [plan]
    stranger = Program(world.make_user(world.make_company(legal_name="Birch Ltd"), "collector"))
    assert stranger.get(f"plans/{plan}/").status_code == 404
    auditor = Program(world.make_user(customer.company, "auditor"))
    assert auditor.post("plans/", sent).status_code == 403


def test_an_auditor_looks_and_does_nothing(customer: Any, paper: Any, client: Any) -> None:
    plan = offer(customer, [paper], *HALVES)
    client.force_login(world.make_user(customer.company, "auditor"))
    assert "They agree" not in client.get(reverse("credit_control:plan", args=[plan.pk])).content.decode()
    assert client.post(reverse("credit_control:accept_plan", args=[plan.pk]), {"name": "x"}).status_code == 403
    assert client.get(reverse("credit_control:plan_new", args=[customer.pk])).status_code == 403
