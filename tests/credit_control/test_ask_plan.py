"""A customer asks on the page of their account to pay in instalments: a task and a filled form, no plan."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils.html import escape

from credit_control.models import PaymentPlan, PlanRequest
from credit_control.operations.ask_plan import Wish, ask_plan, decline_plan_request
from credit_control.operations.mint_account_link import mint_account_link
from credit_control.operations.record_promise import PromiseDetails, record_promise
from credit_control.operations.set_credit_policy import set_credit_policy
from credit_control.reminders.pauses import read_pauses
from ledger.refusals import Refused
from office.models import AuditRecord, Task
from tests import world
from tests.billing.disputing import dispute
from tests.billing.test_portal_disputes import text
from tests.credit_control.opening import opened
from tests.credit_control.planning import offer
from tests.rules.hostile import HOSTILE

pytestmark = pytest.mark.django_db
DAY, TODAY, FIRST = date(2026, 2, 2), date(2026, 3, 5), date(2026, 4, 1)
TYPED = {"currency": "EUR", "parts": "3", "first_on": "2026-04-01", "words": "Our <season> begins in May"}


@pytest.fixture(autouse=True)
def some_days_after() -> Any:
    with time_machine.travel(datetime(2026, 3, 5, 12, tzinfo=UTC)):
        yield


@pytest.fixture
def invoice(customer: Any) -> Any:
    return world.issue(customer, "120.00", DAY, due_on=date(2026, 2, 20))


@pytest.fixture
def site(customer: Any, invoice: Any) -> tuple[Client, str]:
    """A reader who came into the account, and its page."""
    browser = Client()
    return browser, opened(browser, mint_account_link(customer, customer.contacts.get()))


def asked(customer: Any, parts: int = 3, first_on: date = FIRST, currency: str = "EUR") -> PlanRequest:
    return ask_plan(customer.contacts.get().pk, Wish(currency, parts, first_on), on=TODAY)


def refusal_of(customer: Any, **more: Any) -> str:
    with pytest.raises(Refused) as refusal:
        asked(customer, **more)
    return refusal.value.code


def test_it_becomes_a_task_and_a_filled_form_and_no_plan(
    site: tuple[Client, str], customer: Any, invoice: Any, company: Any
) -> None:
    browser, page = site
    assert "Pay in instalments" in text(browser.get(page))
    answer = browser.post(f"{page}plan/ask/", TYPED, follow=True)
    assert "Thank you: we look at it, and answer you." in text(answer)
    request = PlanRequest.objects.get()
    assert (request.amount, request.parts, request.first_on) == (120, 3, FIRST)
    assert PaymentPlan.objects.count() == 0
    item = world.item_of(invoice)
    assert read_pauses(company, [item], TODAY).why(item) == ""  # reminders go on
    row = AuditRecord.objects.get(action="ask_plan")
    assert (row.by, row.after["contact"]) == (None, "Eva Brandt")
    task = Task.objects.get()
    assert task.title == "Bramble GmbH asks to pay €120.00 in 3 instalments"

    staff = Client()
    staff.force_login(world.make_user(company, "collector"))
    shown = text(staff.get(reverse("credit_control:plan_request", args=[request.pk])))
    assert escape("Our <season> begins in May") in shown
    form = text(staff.get(reverse("credit_control:plan_new", args=[customer.pk]), {"asked": request.pk}))
    assert ('value="3"' in form, 'value="2026-04-01"' in form) == (True, True)


def test_a_plan_that_is_offered_answers_it(site: tuple[Client, str], customer: Any, invoice: Any) -> None:
    request = asked(customer)
    plan = offer(customer, [invoice], (27, "60.00"), (57, "60.00"))
    request.refresh_from_db()
    assert (request.status, request.plan) == ("offered", plan)
    assert Task.objects.get().done_at is not None
    browser, page = site
    assert "See the offer and answer" in text(browser.get(f"{page}plan/ask/"))


def test_a_no_says_why_and_the_customer_may_ask_again(site: tuple[Client, str], customer: Any, clerk: Any) -> None:
    request = asked(customer)
    with pytest.raises(Refused):
        decline_plan_request(request.pk, answer=" ", by=clerk)
    decline_plan_request(request.pk, answer="Three is too many, <sorry>", by=clerk)
    browser, page = site
    shown = text(browser.get(f"{page}plan/ask/"))
    assert escape("Three is too many, <sorry>") in shown
    assert Task.objects.get().done_at is not None
    assert asked(customer, parts=2).pk != request.pk
    with pytest.raises(Refused):
        decline_plan_request(request.pk, answer="Again", by=clerk)


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"first_on": "2026-03-04"}, "Please choose a day from today on, at most two months ahead."),
        ({"first_on": "2026-05-06"}, "Please choose a day from today on, at most two months ahead."),
        ({"first_on": "soon"}, "That did not work."),
        ({"parts": "1"}, "That did not work."),
        ({"parts": "7"}, "That did not work."),
        ({"currency": "USD"}, "That did not work."),
        ({"words": "x" * 501}, "That did not work."),
    ],
)
def test_what_cannot_be_is_refused_in_words(site: tuple[Client, str], more: Any, words: str) -> None:
    browser, page = site
    answer = browser.post(f"{page}plan/ask/", TYPED | more)
    assert (answer.status_code, words in text(answer)) == (200, True), text(answer)
    assert (PlanRequest.objects.count(), Task.objects.count()) == (0, 0)


def test_the_operation_holds_the_policy_itself(customer: Any, invoice: Any) -> None:
    assert [refusal_of(customer, parts=number) for number in (1, 7)] == ["bad_count"] * 2
    assert refusal_of(customer, first_on=date(2026, 5, 6)) == "bad_day"
    assert refusal_of(customer, currency="USD") == "not_offered"
    set_credit_policy(customer.company, {"plan_months": 2}, by=None)
    assert refusal_of(customer, parts=6) == "too_long_plan"
    set_credit_policy(customer.company, {"own_plan_parts": 0}, by=None)
    assert refusal_of(customer) == "not_offered"


def test_one_waits_at_a_time_and_the_same_sent_twice_is_one(site: tuple[Client, str], customer: Any) -> None:
    browser, page = site
    assert [browser.post(f"{page}plan/ask/", TYPED).status_code for _ in range(2)] == [302, 302]
    assert PlanRequest.objects.count() == 1
    assert "That is asked already: we look at it." in text(browser.post(f"{page}plan/ask/", TYPED | {"parts": "2"}))


@pytest.mark.django_db(transaction=True)
def test_two_who_ask_at_once_ask_once(customer: Any, invoice: Any, in_parallel: Any) -> None:
    contact = customer.contacts.get()
    results = in_parallel([lambda: ask_plan(contact.pk, Wish("EUR", 3, FIRST), on=TODAY)] * 4)
    assert sorted(type(each).__name__ for each in results) == ["PlanRequest", "Refused", "Refused", "Refused"]
    assert Task.objects.count() == 1


def test_only_what_is_late_and_free_is_asked_for(customer: Any, invoice: Any) -> None:
    world.issue(customer, "70.00", DAY, due_on=date(2026, 3, 20))  # not late
    dispute(world.issue(customer, "30.00", DAY, due_on=DAY), "10.00")
    item = world.item_of(world.issue(customer, "40.00", DAY, due_on=DAY))
    record_promise(customer.pk, PromiseDetails(TODAY, "Eva", "EUR", item_ids=[item.pk]), on=TODAY, by=None)
    assert asked(customer).amount == Decimal("140.00")


def test_where_nothing_is_late_nobody_is_asked(customer: Any) -> None:
    browser = Client()
    page = opened(browser, mint_account_link(customer, customer.contacts.get()))
    assert "Pay in instalments" not in text(browser.get(page))
    assert "That cannot be asked for here." in text(browser.get(f"{page}plan/ask/"))
    assert refusal_of(customer) == "not_offered"


def test_whatever_is_typed_is_answered_and_without_the_code_there_is_no_page(site: tuple[Client, str]) -> None:
    browser, page = site
    for name in TYPED:
        for value in HOSTILE:
            assert browser.post(f"{page}plan/ask/", TYPED | {name: value}).status_code in (200, 302), (name, value)
    assert Client().get(f"{page}plan/ask/").status_code == 404


@pytest.mark.parametrize("role", ["sales", "auditor"])
def test_without_the_right_nothing_is_declined(customer: Any, invoice: Any, company: Any, role: str) -> None:
    request = asked(customer)
    browser = Client()
    browser.force_login(world.make_user(company, role))
    answer = browser.post(reverse("credit_control:decline_plan_request", args=[request.pk]), {"answer": "a"})
    assert answer.status_code == 403


def test_the_to_do_leads_to_the_list_of_what_waits(customer: Any, company: Any, invoice: Any) -> None:
    request = asked(customer)
    staff = Client()
    staff.force_login(world.make_user(company, "manager"))
    page = reverse("credit_control:plan_request_list")
    assert f"{page}?state=open" in text(staff.get(reverse("home")))
    one = reverse("credit_control:plan_request", args=[request.pk])
    assert one in text(staff.get(page, {"state": "open", "q": "bramble"}))
    assert one not in text(staff.get(page, {"q": "nobody"}))
    decline_plan_request(request.pk, answer="Too long", by=None)
    assert [one in text(staff.get(page, {"state": state})) for state in ("open", "declined")] == [False, True]
    assert f"{page}?state=open" not in text(staff.get(reverse("home")))
