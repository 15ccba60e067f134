"""The report on what was ordered, shipped and billed: what differs, of whom, and by how much."""

from datetime import date
from typing import Any

import pytest
from django.test import Client

from billing.operations.set_check_policies import set_check_policies
from billing.orders.issue_findings import ORDER_CHECKS
from tests import world
from tests.api.calling import Program
from tests.billing.ordering import make_order, order_line, ship

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 10)


@pytest.fixture
def browser(manager: Any) -> Client:
    """A manager's browser."""
    client = Client()
    client.force_login(manager)
    return client


def billed(customer: Any, order: Any, *quantities: str, price: str = "12.50") -> Any:
    """An invoice of the lines of an order."""
    lines = [
        world.line(price, quantity, order_line_id=line.pk)
        for line, quantity in zip(order.lines.all(), quantities, strict=True)
    ]
    return world.issue(customer, lines, DAY)


def rows_of(user: Any, **query: str) -> list[tuple[str, ...]]:
    """What programs read: result, what was ordered, shipped and billed, and the difference."""
    [table] = Program(user).get("reports/comparison/", **query).json()["tables"]
    columns = ("order", "result", "ordered", "shipped", "billed", "difference")
    return [tuple(str(row["values"][name]) for name in columns) for row in table["rows"]]


@pytest.fixture
def orders(company: Any, customer: Any) -> list[Any]:
    """One billed as shipped, one shipped and not billed, one billed above what was ordered; and one of a Castell's."""
    set_check_policies(company, dict.fromkeys(ORDER_CHECKS, "ignore"), by=None)
    first, second, third = (make_order(customer, order_line("10"), po_number=f"PO-{number}") for number in range(3))
    castell = make_order(world.make_customer(company, "Castell Print"), order_line("4"))
    for order in (first, second, castell):
        ship(order, "4")
    ship(third, "10")
    billed(customer, first, "4")
    billed(customer, third, "12")
    return [first, second, third, castell]


def test_what_differs_is_said_line_by_line(orders: list[Any], manager: Any) -> None:
    first, second, third, castell = (order.number for order in orders)
    assert rows_of(manager) == [
        (second, "Shipped, not billed", "10", "4", "0", "-50.00"),
        (third, "Billed more than ordered", "10", "10", "12", "25.00"),
        (castell, "Shipped, not billed", "4", "4", "0", "-50.00"),
    ]
    assert rows_of(manager, result="matched") == [(first, "Matched", "10", "4", "4", "0.00")]
    assert len(rows_of(manager, result="any")) == 4
    assert [row[0] for row in rows_of(manager, of="castell")] == [castell]
    assert [row[0] for row in rows_of(manager, of="PO-1")] == [second]
    assert rows_of(manager, of="nobody") == []
    [foot] = Program(manager).get("reports/comparison/").json()["tables"][0]["foot"]
    assert (foot["values"]["order"], foot["values"]["difference"], foot["currency"]) == ("3 together", "-75.00", "EUR")


def test_its_words_and_links_lead_to_the_papers(orders: list[Any], manager: Any, browser: Any) -> None:
    page = browser.get("/reports/comparison/").content.decode()
    assert "10 ordered, over by €25.00" in page
    for order in orders[1:]:
        assert f'href="/orders/{order.pk}/"' in page
    assert "result=shipped_not_billed" in page
    assert "2 lines" in page


def test_pages_follow_one_another(orders: list[Any], manager: Any) -> None:
    def page(**query: str) -> dict[str, Any]:
        [table] = Program(manager).get("reports/comparison/", limit="2", **query).json()["tables"]
        return dict(table)

    first = page()
    second = page(after=first["next"])
    assert (len(first["rows"]), len(second["rows"]), second["next"]) == (2, 1, None)
    shown = [row["values"]["order"] for row in (*first["rows"], *second["rows"])]
    assert shown == [order.number for order in orders[1:]]


def test_one_in_sales_sees_their_customers_and_another_company_nothing(
    orders: list[Any], company: Any, customer: Any
) -> None:
    seller = world.make_user(company, "manager", only_own_customers=True)
    assert rows_of(seller) == []
    orders[3].customer.sales_owner = seller
    orders[3].customer.save()
    assert [row[0] for row in rows_of(seller)] == [orders[3].number]
    assert rows_of(world.make_user(world.make_company(), "manager")) == []


def test_the_orders_page_says_what_differs(orders: list[Any], browser: Any) -> None:
    matched, _, over, _ = (browser.get(f"/orders/{order.pk}/").content.decode() for order in orders)
    assert "What differs" not in matched
    assert "12 billed against 10 ordered, over by €25.00." in over
