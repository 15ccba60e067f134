"""What somebody in sales sees and does: their own customers, a promise, a word, a request for release; and no more."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from credit_control.models import PaymentPromise
from credit_control.operations.find_missed_payments import find_missed_payments
from credit_control.operations.record_promise import PromiseDetails, record_promise
from credit_control.web.my_customers import customers_standing
from customers.operations.release_hold import release_hold
from ledger.refusals import Refused
from office.approvals.asking import ApprovalNeeded, requests_for
from office.models import ApprovalRequest
from office.operations.decide_request import approve_request
from tests import world
from tests.api.calling import Program

pytestmark = pytest.mark.django_db


@pytest.fixture
def seller(company: Any) -> Any:
    return world.make_user(company, "sales", only_own_customers=True)


@pytest.fixture
def theirs(company: Any, seller: Any) -> Any:
    return world.make_customer(company, "Cedar Ltd", sales_owner_id=seller.pk, credit_limit=Decimal(500))


@pytest.fixture
def browser(client: Client, seller: Any) -> Client:
    client.force_login(seller)
    return client


def test_their_front_page_tells_how_their_customers_stand(
    company: Any, customer: Any, seller: Any, theirs: Any, browser: Client
) -> None:
    today = company.today()
    find_missed_payments(company, on=today - timedelta(days=3))
    world.issue(theirs, "120.00", today - timedelta(days=30), due_on=today - timedelta(days=2))
    world.issue(customer, "70.00", today - timedelta(days=30), due_on=today - timedelta(days=2))
    find_missed_payments(company, on=today)
    promise = PromiseDetails(today + timedelta(days=4), "Eva", "EUR")
    record_promise(theirs.pk, promise, on=today, by=seller)

    [row] = customers_standing(seller, company, today)
    assert (row.pk, row.balance, row.overdue, row.limit_now - row.exposure) == (theirs.pk, 120, 120, 380)
    assert (row.promised_for, row.missed_count, row.dispute_count) == (today + timedelta(days=4), 1, 0)
    assert browser.get(reverse("home"))["Location"] == reverse("credit_control:my_customers")
    page = browser.get(reverse("credit_control:my_customers")).content.decode()
    assert ("Cedar Ltd" in page, customer.name in page) == (True, False)


def test_they_record_a_promise_of_their_own_customers_alone(
    company: Any, customer: Any, theirs: Any, browser: Client
) -> None:
    today = company.today()
    for each in (theirs, customer):
        world.issue(each, "120.00", today - timedelta(days=30))
        answer = browser.post(
            reverse("credit_control:promise_new", args=[each.pk]),
            {"pay_on": str(today + timedelta(days=3)), "said_by": "Eva"},
        )
        assert answer.status_code == (302 if each == theirs else 404)
    assert [promise.customer for promise in PaymentPromise.objects.all()] == [theirs]


def test_they_ask_for_a_release_and_a_manager_decides(
    company: Any, theirs: Any, seller: Any, browser: Client, manager: Any
) -> None:
    hold = world.hold(theirs)
    with pytest.raises(ApprovalNeeded):
        release_hold(hold.pk, reason="They paid", on=company.today(), by=seller)
    page = browser.get(reverse("customers:customer_holds", args=[theirs.pk])).content.decode()
    assert "Ask for release" in page
    browser.post(reverse("customers:release_hold", args=[hold.pk]), {"reason": "They paid today"})
    hold.refresh_from_db()
    request = ApprovalRequest.objects.get(action="release_hold")
    assert (hold.released_on, request.requested_by, request.role.name) == (None, seller, "manager")
    assert browser.get(reverse("office:approval_list")).status_code == 200
    with pytest.raises(Refused):
        approve_request(request.pk, by=seller)
    approve_request(request.pk, by=manager)
    hold.refresh_from_db()
    assert (hold.released_by, hold.approved_by, hold.release_reason) == (seller, manager, "They paid today")


@pytest.mark.parametrize("role", ["collector", "manager"])
def test_who_may_release_still_does_it_alone(company: Any, theirs: Any, role: str) -> None:
    person = world.make_user(company, role)
    assert release_hold(world.hold(theirs).pk, reason="Paid", on=company.today(), by=person).released_by == person


@pytest.mark.parametrize(
    "path",
    [
        "bank-accounts/",
        "mandates/",
        "bank/",
        "receipts/",
        "settings/",
        "audit/",
        "worklist/",
        "write-offs/",
        "reports/ageing/",
        "reports/",
        "statements/",
        "mail/",
    ],
)
def test_the_rest_is_closed_to_them(browser: Client, path: str) -> None:
    assert browser.get(f"/{path}").status_code in (403, 404)


def test_of_requests_they_see_those_of_what_they_may_open(company: Any, theirs: Any, seller: Any, manager: Any) -> None:
    role = manager.groups.get()
    for number, action in enumerate(("release_hold", "write_off")):
        ApprovalRequest.objects.create(
            company=company,
            action=action,
            arguments={},
            subject_id=world.hold(theirs).pk if action == "release_hold" else theirs.pk,
            subject_name=str(number),
            amount=Decimal(1),
            reason="r",
            requested_by=manager,
            role=role,
        )
    assert [each.action for each in requests_for(seller)] == ["release_hold"]
    assert requests_for(manager).count() == 2


def test_programs_see_no_more_than_they(company: Any, customer: Any, seller: Any, theirs: Any) -> None:
    today = company.today()
    for each in (theirs, customer):
        world.issue(each, "20.00", today - timedelta(days=30), due_on=today - timedelta(days=2))
    find_missed_payments(company, on=today)
    found = Program(seller).get("missed-payments/").json()["results"]
    assert [row["customer"]["id"] for row in found] == [theirs.pk]
