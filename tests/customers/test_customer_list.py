"""The list of customers: what each owes, also what they owe in another currency than their own."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from customers.models import Customer
from tests import world

pytestmark = pytest.mark.django_db
RATE = {"currency": "USD", "exchange_rate": Decimal("0.9")}


@pytest.fixture
def today(company: Any) -> date:
    return company.today()


@pytest.fixture
def site(manager: Any, client: Client) -> Client:
    client.force_login(manager)
    return client


def listed(site: Client, page: str = "customers:customer_list", **query: str) -> str:
    answer = site.get(reverse(page), query)
    return (b"".join(answer) if answer.streaming else answer.content).decode()


def test_who_owes_in_another_currency_alone_is_found_as_owing_and_as_late(
    company: Any, customer: Any, site: Client, today: date
) -> None:
    world.issue(customer, "50.00", today - timedelta(days=90), **RATE)
    world.make_customer(company, "Nothing Ltd")
    for toggle in ("owing", "late"):
        page = listed(site, **{toggle: "1"})
        assert customer.name in page
        assert "Nothing Ltd" not in page
    assert "and in USD" in listed(site)


def test_what_is_not_due_there_is_not_late(customer: Any, site: Client, today: date) -> None:
    world.issue(customer, "50.00", today, due_on=today + timedelta(days=9), **RATE)
    assert customer.name in listed(site, owing="1")
    assert customer.name not in listed(site, late="1")


def test_a_file_names_the_other_currencies(customer: Any, site: Client, today: date) -> None:
    world.issue(customer, "50.00", today, **RATE)
    world.issue(customer, "10.00", today)
    heads, row = (line.split(",") for line in listed(site, format="csv").splitlines())
    said = dict(zip(heads, row, strict=True))
    assert (said["Owes"], said["Also owes in"], said["Currency"]) == ("10.00", "USD", "EUR")


def test_a_credit_there_is_nothing_owed(customer: Any, site: Client, today: date) -> None:
    world.receive(customer, "50.00", today, **RATE)
    assert customer.name not in listed(site, owing="1")
    assert "and in USD" not in listed(site)


def test_it_is_so_in_sales(company: Any, client: Client, today: date) -> None:
    sales = world.make_user(company, "sales")
    customer = world.make_customer(company, "Elm Ltd", sales_owner_id=sales.pk)
    client.force_login(sales)
    world.issue(customer, "50.00", today - timedelta(days=90), **RATE)
    assert "and in USD" in listed(client, "credit_control:my_customers", late="1")
    assert Customer.objects.get(pk=customer.pk).currency == "EUR"
