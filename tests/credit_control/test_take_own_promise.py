"""A customer promises on the page of a document to pay by a day: within what the company allows, and one at a time."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.test import Client

from billing.models import Invoice
from credit_control.models import PaymentPromise
from credit_control.operations.hand_to_agency import HandOverDetails, hand_to_agency
from credit_control.operations.set_credit_policy import set_credit_policy
from credit_control.operations.take_own_promise import take_own_promise
from credit_control.reminders.pauses import read_pauses
from ledger.refusals import Refused
from office.models import AuditRecord
from tests import world
from tests.billing.disputing import dispute
from tests.billing.test_portal_disputes import opened, text
from tests.credit_control.planning import agreed
from tests.rules.hostile import HOSTILE

pytestmark = pytest.mark.django_db
DAY, TODAY, LAST = date(2026, 2, 2), date(2026, 3, 5), date(2026, 3, 19)


@pytest.fixture(autouse=True)
def some_days_after() -> Any:
    with time_machine.travel(datetime(2026, 3, 5, 12, tzinfo=UTC)):
        yield


@pytest.fixture
def invoice(customer: Any) -> Invoice:
    return world.issue(customer, "120.00", DAY, due_on=date(2026, 2, 20))


def promised(invoice: Invoice, pay_on: date = LAST, on: date = TODAY) -> PaymentPromise:
    return take_own_promise(invoice.pk, pay_on, contact=invoice.customer.contacts.get(), on=on)


def refusal_of(invoice: Invoice, pay_on: date = LAST, on: date = TODAY) -> str:
    with pytest.raises(Refused) as refusal:
        promised(invoice, pay_on, on)
    return refusal.value.code


def test_a_day_is_promised_and_reminders_wait_for_it(invoice: Invoice) -> None:
    browser, page = opened(invoice)
    assert "Promise a day" in text(browser.get(page))
    form = text(browser.get(f"{page}promise/"))
    assert ('min="2026-03-05"' in form, 'max="2026-03-19"' in form, "€120.00" in form) == (True, True, True)
    answer = browser.post(f"{page}promise/", {"pay_on": "2026-03-12"}, follow=True)
    assert "Thank you: we count on it." in text(answer)
    promise = PaymentPromise.objects.get()
    assert (promise.pay_on, promise.amount, promise.said_by) == (date(2026, 3, 12), 120, "Eva Brandt")
    row = AuditRecord.objects.get(action="record_promise")
    assert (row.by, row.after["said_by"]) == (None, "Eva Brandt")
    shown = text(browser.get(page))
    assert "You promised to pay €120.00 by 12 Mar 2026." in shown
    assert "Promise a day" not in shown
    item = world.item_of(invoice)
    assert "promised" in read_pauses(invoice.company, [item], TODAY).why(item)


@pytest.mark.parametrize(
    ("pay_on", "words"),
    [
        ("2026-03-04", "That day is past. Please choose today or a later day."),
        ("2026-03-20", "Please choose a day up to 19 Mar 2026. If you need longer, call us."),
        ("soon", "That did not work."),
        ("", "That did not work."),
    ],
)
def test_another_day_is_refused_in_words(invoice: Invoice, pay_on: str, words: str) -> None:
    browser, page = opened(invoice)
    answer = browser.post(f"{page}promise/", {"pay_on": pay_on})
    assert (answer.status_code, words in text(answer)) == (200, True), text(answer)
    assert PaymentPromise.objects.count() == 0


def test_the_last_day_counts_from_the_due_day_where_that_is_to_come(customer: Any) -> None:
    coming = world.issue(customer, "10.00", TODAY, due_on=date(2026, 3, 20))
    assert refusal_of(coming, date(2026, 4, 4)) == "too_far_ahead"
    assert promised(coming, date(2026, 4, 3)).pay_on == date(2026, 4, 3)


def test_one_promise_stands_at_a_time_and_the_same_sent_twice_is_one(invoice: Invoice) -> None:
    browser, page = opened(invoice)
    assert [browser.post(f"{page}promise/", {"pay_on": "2026-03-12"}).status_code for _ in range(2)] == [302, 302]
    assert "You promised a day already." in text(browser.post(f"{page}promise/", {"pay_on": "2026-03-13"}))
    assert PaymentPromise.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_who_promise_at_once_promise_once(invoice: Invoice, in_parallel: Any) -> None:
    contact = invoice.customer.contacts.get()
    results = in_parallel([lambda: take_own_promise(invoice.pk, LAST, contact=contact, on=TODAY)] * 4)
    assert sorted(type(each).__name__ for each in results) == ["PaymentPromise", "Refused", "Refused", "Refused"]


def test_after_two_broken_promises_no_third_is_offered(invoice: Invoice) -> None:
    day = TODAY
    for _ in range(2):
        promised(invoice, day, day)
        day += timedelta(days=5)
    assert refusal_of(invoice, day, day) == "not_offered"
    with time_machine.travel(datetime(2026, 3, 15, 12, tzinfo=UTC)):
        browser, page = opened(invoice)
        assert "Promise a day" not in text(browser.get(page))
        assert "That cannot be promised here." in text(browser.get(f"{page}promise/"))


def test_what_is_disputed_is_not_promised(invoice: Invoice) -> None:
    dispute(invoice, "50.00")
    assert promised(invoice).amount == Decimal("70.00")


def test_what_is_disputed_wholly_in_a_plan_or_with_an_agency_is_not_offered(customer: Any, invoice: Invoice) -> None:
    dispute(invoice, "120.00")
    planned, handed = (world.issue(customer, "30.00", DAY, due_on=DAY) for _ in range(2))
    agreed(customer, [planned], (10, "15.00"), (40, "15.00"))
    details = HandOverDetails("Swift", [world.item_of(handed).pk], was_warned=True)
    hand_to_agency(customer.pk, details, on=TODAY, by=None)
    assert [refusal_of(paper) for paper in (invoice, planned, handed)] == ["not_offered"] * 3


def test_a_company_may_offer_none(invoice: Invoice) -> None:
    set_credit_policy(invoice.company, {"own_promise_days": 0}, by=None)
    browser, page = opened(invoice)
    assert "Promise a day" not in text(browser.get(page))
    assert refusal_of(invoice) == "not_offered"


def test_of_what_is_paid_nothing_is_promised_and_of_a_credit_memo_there_is_no_page(
    customer: Any, invoice: Invoice
) -> None:
    world.apply(world.receive(customer, "120.00", TODAY), invoice, "120.00", TODAY)
    assert refusal_of(invoice) == "not_offered"
    browser, page = opened(world.issue_credit_memo(customer, "5.00", DAY))
    assert browser.get(f"{page}promise/").status_code == 404


def test_whatever_is_typed_is_answered_and_strangers_find_nothing(invoice: Invoice, company: Any) -> None:
    browser, page = opened(invoice)
    assert {browser.post(f"{page}promise/", {"pay_on": value}).status_code for value in HOSTILE} <= {200}
    assert Client().get(f"{page}promise/").status_code == 404
    other, _ = opened(world.issue(world.make_customer(company, "Other"), "5.00", DAY))
    assert other.post(f"{page}promise/", {"pay_on": "2026-03-12"}).status_code == 404
    assert PaymentPromise.objects.count() == 0
