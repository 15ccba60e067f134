"""Whatever stands in an address or a form, a page answers: it is shown, refused or not found, but never breaks."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from types import ModuleType
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from office.roles import ROLES, STAND_ALONE
from tests import world
from tests.rules.hostile import DAY, GETS, HOSTILE, LONG
from tests.rules.typed import (
    banking,
    billing,
    catalogue,
    credit_control,
    customers,
    office,
    orders,
    paying_out,
    payments,
    reports,
)

ROOMS = [catalogue, billing, orders, customers, banking, paying_out, payments, credit_control, office, reports]
THOROUGH = "DUEBOOK_THOROUGH" in os.environ

pytestmark = pytest.mark.django_db


def values_for(number: int) -> list[str]:
    """What a field is tried with: the next third of the values and the longest; all where DUEBOOK_THOROUGH is set."""
    return HOSTILE if THOROUGH else [*HOSTILE[number % 3 :: 3], LONG]


@pytest.fixture
def browser(company: Any) -> Client:
    """Somebody who may do everything there is to do; an exception in a view fails the test."""
    user = world.make_user(company, "manager")
    user.groups.set(world.Group.objects.filter(name__in=set(ROLES) - set(STAND_ALONE)))
    client = Client()
    client.force_login(user)
    return client


@contextmanager
def as_before() -> Iterator[None]:
    """Whatever is written inside is gone afterwards."""
    point = transaction.savepoint()
    yield
    transaction.savepoint_rollback(point)


def assert_it_answers(answer: Any, sent: dict[str, Any]) -> None:
    assert answer.status_code < 500, sent


def test_a_page_answers_whatever_its_address_says(browser: Client, customer: Any) -> None:
    world.issue(customer, "100.00", DAY)
    for number, (page, names) in enumerate(GETS.items()):
        tried = [values_for(number + place) for place in range(len(names))]
        for values in zip(*tried, strict=True):
            said = dict(zip(names, values, strict=True))
            assert_it_answers(browser.get(reverse(page), said), {page: said})


def test_an_amount_too_small_for_the_database_is_searched_as_words(browser: Client) -> None:
    assert browser.get(reverse("search"), {"q": "1e-99999"}).status_code == 200


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: room.__name__.rpartition(".")[2])
def test_a_form_answers_whatever_is_typed(browser: Client, customer: Any, room: ModuleType) -> None:
    number = count()
    for page, (arguments, typed) in room.forms(customer).items():
        with as_before():
            address = reverse(page, args=arguments)
            for name in typed:
                for value in values_for(next(number)) if not name.endswith("_FORMS") else []:
                    assert_it_answers(browser.post(address, typed | {name: value}), {page: name, "value": value})


def test_a_time_zone_that_does_not_exist_is_refused(browser: Client, company: Any) -> None:
    details = {"legal_name": "Alder Ltd", "country": "DE", "email": "a@alder.example", "net_days": "30"}
    details |= {"tax_rounding": "document", "time_zone": "Mars/Olympus", "language": "en"}
    details |= {"payment_reference": "number", "debit_notice_days": "14", "debit_return_fee": "0"}
    answer = browser.post(reverse("office:company_settings"), details)

    company.refresh_from_db()
    assert (company.time_zone, answer.status_code) == ("Europe/Berlin", 200)
    assert "There is no such time zone." in answer.content.decode()


def test_a_tag_too_long_to_keep_is_refused(browser: Client, customer: Any) -> None:
    answer = browser.post(
        reverse("customers:new"),
        {
            "name": "Cedar",
            "language": "en",
            "tags": "x" * 41,
            "contacts-TOTAL_FORMS": "0",
            "contacts-INITIAL_FORMS": "0",
        },
    )
    assert "A tag has at most 40 characters." in answer.content.decode()


def test_a_choice_of_rows_answers_whatever_is_ticked(browser: Client, customer: Any) -> None:
    world.draft(customer, "10.00")
    address = reverse("billing:invoice_list")
    for value in HOSTILE:
        assert_it_answers(browser.get(address, {"part": "bulk", "selected": value}), {"selected": value})
        for act in ("issue", "send", value[:20].replace("\0", "")):
            typed = {"list": "invoices", "selected": value}
            assert_it_answers(browser.post(reverse("billing:prepare_run", args=[act]), typed), typed)
        assert_it_answers(browser.post(reverse("billing:print_chosen"), {"list": value}), {"list": value})
