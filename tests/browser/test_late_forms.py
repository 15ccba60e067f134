"""Logged out in the middle of typing: nothing is lost, and each page says so in words."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from customers.models import Customer
from office.models import User
from tests import world
from tests.browser.conftest import Watched

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def window(company: Any, customer: Any, enter: Callable[[Any], Page], watched: Watched) -> Iterator[Page]:
    """A clerk's window; the browser's own lines about answers that are refusals do not count."""
    yield enter(world.make_user(company, "clerk"))
    watched.complaints[:] = [line for line in watched.complaints if " 40" not in line]


def log_out(page: Page) -> None:
    page.context.clear_cookies(name="duebook_session")


def log_in_elsewhere(page: Page) -> None:
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Log in in another tab").click()
    tab = opened.value
    tab.get_by_label("E-mail address").fill(User.objects.get().email)
    tab.get_by_label("Password").fill(world.PASSWORD)
    tab.get_by_role("button", name="Log in").click()
    tab.wait_for_url(lambda address: "/log-in/" not in address)


def test_a_customer_typed_in_before_a_log_out_is_kept_and_made_once(window: Page, live_server: Any) -> None:
    window.goto(f"{live_server.url}/customers/new/")
    window.locator("[name=name]").fill("Cedar & Sons")
    log_out(window)
    window.get_by_role("button", name="Save customer").click()
    expect(window.get_by_role("heading", name="You are logged out")).to_be_visible()

    log_in_elsewhere(window)
    window.get_by_role("button", name="Send it again").click()
    expect(window.get_by_role("heading", name="Send it once more")).to_be_visible()
    window.get_by_role("button", name="Send it again").click()

    expect(window.get_by_role("heading", name="Cedar & Sons")).to_be_visible()
    assert Customer.objects.filter(name="Cedar & Sons").count() == 1


def test_the_editor_says_that_one_is_logged_out_and_keeps_what_is_typed(window: Page, live_server: Any) -> None:
    window.goto(f"{live_server.url}/invoices/new/")
    log_out(window)
    window.get_by_label("Description, line 1", exact=True).press_sequentially("Oak shelf", delay=20)

    expect(window.get_by_role("alert")).to_contain_text("You are logged out. Nothing was done.")
    expect(window.locator("#save-state")).to_contain_text("You are logged out. What you typed is kept in this browser")
    expect(window.locator("#live-totals").get_by_label("Password")).to_have_count(0)
