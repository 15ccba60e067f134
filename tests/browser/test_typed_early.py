"""What is typed before the page's script arrives counts as much as what is typed after: a slow line loses nothing."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from credit_control.operations.mint_account_link import mint_account_link
from tests import world
from tests.credit_control.opening import open_in_browser
from tests.payments.debits import may_debit

pytestmark = pytest.mark.django_db(transaction=True)


@contextmanager
def late(page: Page, script: str) -> Iterator[None]:
    """A time in which this script of a page is on its way and has not come."""
    waiting: list[Route] = []
    pattern = re.compile(rf"/js/{script}(\.[0-9a-f]+)?\.js$")
    page.route(pattern, lambda route: waiting.append(route))
    yield
    assert waiting, f"{script} was not asked for"
    for route in waiting:
        route.continue_()
    page.unroute(pattern)


def test_a_customer_is_found_by_what_was_typed_early(company: Any, customer: Any, enter: Any, live_server: Any) -> None:
    page = enter(world.make_user(company, "clerk"))
    with late(page, "picker"):
        page.goto(f"{live_server.url}/invoices/new/", wait_until="commit")
        page.get_by_role("combobox", name="Customer").press_sequentially("bram")
    page.get_by_role("option", name="Bramble GmbH").first.click()
    expect(page.locator("[name=customer]")).to_have_value(str(customer.pk))


def test_a_form_typed_into_early_asks_before_it_is_left(company: Any, enter: Any, live_server: Any) -> None:
    page = enter(world.make_user(company, "clerk"))
    with late(page, "dirty"):
        page.goto(f"{live_server.url}/customers/new/", wait_until="commit")
        page.locator("[name=name]").press_sequentially("Cedar")
    page.wait_for_load_state()
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.goto(f"{live_server.url}/invoices/")
    assert asked == ["beforeunload"]


def test_an_iban_typed_early_is_spoken_of(company: Any, page: Page, live_server: Any, settings: Any) -> None:
    settings.SITE_URL = live_server.url
    may_debit(company)
    customer = world.make_customer(company)
    open_in_browser(page, live_server.url, mint_account_link(customer, customer.contacts.get()))
    with late(page, "iban"):
        page.goto(f"{page.url}mandate/", wait_until="commit")
        page.locator("#number").press_sequentially("de88370400440532013000")
    expect(page.locator("#number-says")).to_contain_text("a sign of it is wrong or missing")
