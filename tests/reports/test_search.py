"""The search above each page: by number, name, order or amount, in one's own company; a number opens what has it."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests import world


@pytest.fixture
def clerk(company: Any, client: Client) -> Client:
    client.force_login(world.make_user(company, "clerk"))
    return client


def search(client: Client, text: str) -> Any:
    return client.get(reverse("search"), {"q": text})


def test_a_whole_number_opens_what_has_it(customer: Any, clerk: Client) -> None:
    day = customer.company.today()
    invoice, receipt = world.issue(customer, "10.00", day), world.receive(customer, "4.00", day)
    for thing, page in ((customer, "customers:customer"), (invoice, "billing:invoice"), (receipt, "payments:receipt")):
        answer = search(clerk, f" {thing.number.lower()} ")
        assert answer.headers["Location"] == reverse(page, args=[thing.pk])


def test_part_of_a_number_a_name_and_an_amount_list_what_is_found(customer: Any, clerk: Client) -> None:
    day = customer.company.today()
    first, second = (world.issue(customer, "10.00", day - timedelta(days=days)) for days in (3, 2))
    assert search(clerk, first.number[:-1]).context["invoices"] == [second, first]
    assert search(clerk, customer.name[:4].upper()).context["customers"] == [customer]
    assert search(clerk, str(Decimal(first.total))).context["invoices"] == [second, first]


def test_a_number_that_two_have_lists_both(company: Any, customer: Any, clerk: Client) -> None:
    invoice = world.issue(customer, "10.00", company.today())
    other = world.make_customer(company, "Cedar")
    type(other).objects.filter(pk=other.pk).update(number=invoice.number, search_text=invoice.number.lower())
    found = search(clerk, invoice.number).context
    assert (found["invoices"], found["customers"]) == ([invoice], [other])


def test_nothing_of_another_company_is_opened(customer: Any, client: Client) -> None:
    invoice = world.issue(customer, "10.00", customer.company.today())
    client.force_login(world.make_user(world.make_company(legal_name="Elsewhere Ltd"), "clerk"))
    answer = search(client, invoice.number)
    assert (answer.status_code, answer.context["invoices"]) == (200, [])
