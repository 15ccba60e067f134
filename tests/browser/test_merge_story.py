"""A customer entered twice: who is the same is chosen, looked at beside the other, and becomes part of them."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from customers.models import Customer
from tests import world
from tests.browser.conftest import shoot

pytestmark = pytest.mark.django_db(transaction=True)


def test_two_customers_become_one(company: Any, customer: Any, enter: Callable[[Any], Page], live_server: Any) -> None:
    twin = world.make_customer(company, "Bramble Ltd", tax_id="DE136695976")
    for each, amount in ((customer, "100.00"), (twin, "40.00")):
        world.issue(each, amount, date(2026, 3, 2))
    page = enter(world.make_user(company, "manager"))
    page.goto(f"{live_server.url}/customers/{customer.pk}/")
    page.get_by_role("link", name="Merge").click()
    page.get_by_role("combobox").fill("Bramble Ltd")
    page.get_by_role("option", name=twin.number).click()
    page.get_by_role("button", name="Next").click()
    expect(page.locator("#moves").get_by_role("row", name="Open items")).to_contain_text("1")
    expect(page.locator("#both")).to_contain_text("€40.00")
    shoot(page, "merge-looked-at")

    page.get_by_label("How do you know").fill("Same tax id")
    page.get_by_label("to confirm").fill("nobody")
    page.get_by_role("button", name="Merge").click()
    expect(page.get_by_text(f"Type {twin.number}, the number").first).to_be_visible()
    page.get_by_label("to confirm").fill(twin.number)
    page.get_by_role("button", name="Merge").click()
    expect(page.get_by_text("is part of").first).to_be_visible()
    expect(page.locator("#owed-EUR")).to_have_text("€140.00")
    shoot(page, "merged-customer")

    page.goto(f"{live_server.url}/customers/?q={twin.number}")
    expect(page.get_by_role("link", name="Bramble GmbH")).to_be_visible()
    page.goto(f"{live_server.url}/customers/{twin.pk}/")
    expect(page.locator("#merged-into")).to_contain_text(f"Part of {Customer.objects.get(pk=customer.pk)}")
