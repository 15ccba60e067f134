"""The figures on top of the front page: by role, exact, and each the figure of the report that it leads to."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse

from customers.models import Customer
from office.models import Company
from payments.operations.reverse_receipt import reverse_receipt
from reports.tiles import CAME_IN, Tile
from tests import world
from tests.billing.disputing import dispute

pytestmark = pytest.mark.django_db


@pytest.fixture
def busy(company: Company, customer: Any) -> None:
    """100.00 billed today and 40.00 of it in dispute, 7.00 late, 25.00 came in and 30.00 before, 9.00 drafted."""
    today = company.today()
    invoice = world.issue(customer, "100.00", today)
    dispute(invoice, "40.00", on=today)
    late = today - timedelta(days=40)
    world.issue(customer, "7.00", late, due_on=late + timedelta(days=1))
    world.receive(customer, "25.00", today)
    world.receive(customer, "30.00", today - timedelta(days=60))
    back = world.receive(customer, "5.00", today)
    reverse_receipt(back.pk, reason="Came back", by=None, dated_on=today)
    world.draft(customer, "12.00")
    world.draft(customer, "3.00", kind="credit_memo")


def shown(client: Any, reader: Any) -> dict[str, Tile]:
    client.force_login(reader)
    return {tile.key: tile for _, row in client.get(reverse("home")).context["tiles"] for tile in row}


def texts(client: Any, reader: Any) -> dict[str, str]:
    return {
        key.removesuffix("-EUR"): tile.text.replace("\N{NO-BREAK SPACE}", " ")
        for key, tile in shown(client, reader).items()
    }


EVERYBODY = {"owed": "€52.00", "overdue": "€7.00", "came_in": "€25.00"}


@pytest.mark.parametrize(
    ("role", "more"),
    [
        ("manager", {"billed": "€100.00", "disputed": "€40.00", "book": "Not checked yet"}),
        ("clerk", {"unbilled": "€9.00", "unapplied": "€55.00"}),
        ("collector", {"disputed": "€40.00", "promised": "€0.00", "planned": "€0.00"}),
        ("auditor", {}),
    ],
)
def test_each_role_has_its_own(company: Company, client: Any, busy: None, role: str, more: dict[str, str]) -> None:
    assert texts(client, world.make_user(company, role)) == EVERYBODY | more


def test_each_opens_a_page_that_says_its_figure(company: Company, client: Any, busy: None) -> None:
    for role in ("manager", "clerk", "collector"):
        for tile in shown(client, world.make_user(company, role)).values():
            page = client.get(tile.url)
            assert page.status_code == 200
            told = ["€30.00", "€5.00"] if tile.words == CAME_IN.words else [tile.text]
            is_nothing = tile.text in ("Not checked yet", "€0.00")
            assert is_nothing or all(text in page.content.decode() for text in told), tile


def test_more_went_back_than_came_in(company: Company, client: Any, customer: Any) -> None:
    today = company.today()
    back = world.receive(customer, "5.00", today - timedelta(days=60))
    reverse_receipt(back.pk, reason="Came back", by=None, dated_on=today)
    assert texts(client, world.make_user(company, "auditor"))["came_in"] == "−€5.00"


def test_only_what_is_late_is_red(company: Company, client: Any, busy: None) -> None:
    assert [key for key, tile in shown(client, world.make_user(company, "manager")).items() if tile.is_bad] == [
        "overdue-EUR"
    ]


def test_who_may_read_no_reports_is_led_nowhere(company: Company, client: Any, busy: None) -> None:
    reader = world.make_user(company, "auditor")
    reader.groups.get().permissions.remove(*reader.groups.get().permissions.filter(codename="view_reports"))
    assert {tile.url for tile in shown(client, reader).values()} == {""}


def test_one_in_sales_and_another_company_see_their_own(
    company: Company, client: Any, busy: None, customer: Any
) -> None:
    seller = world.make_user(company, "manager", only_own_customers=True)
    nothing = dict.fromkeys(("owed", "overdue", "came_in", "billed", "disputed"), "€0.00")
    assert texts(client, seller) == nothing
    assert texts(client, world.make_user(world.make_company(), "auditor")) == dict.fromkeys(EVERYBODY, "€0.00")
    Customer.objects.filter(pk=customer.pk).update(sales_owner=seller)
    assert texts(client, seller) == EVERYBODY | {"billed": "€100.00", "disputed": "€40.00"}


def test_each_currency_has_a_row_and_of_nothing_only_the_own(company: Company, client: Any, customer: Any) -> None:
    reader = world.make_user(company, "auditor")
    assert list(shown(client, reader)) == ["owed-EUR", "overdue-EUR", "came_in-EUR"]
    world.issue(customer, "10.00", company.today(), currency="USD", exchange_rate=Decimal("0.9"))
    keys = list(shown(client, reader))
    assert keys[3:] == ["owed-USD", "overdue-USD", "came_in-USD"]
