"""From the front page's red entry to the document that the night found wrong in three clicks; and a check asked for."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from office.models import Run
from office.tasks import carry_out_run
from reports.nightly import KIND
from reports.operations.begin_book_check import ask_book_check
from tests import world

pytestmark = pytest.mark.django_db(transaction=True)
RED_IN_LIGHT = "getComputedStyle(document.querySelector('a.late')).color"


@pytest.fixture
def wrong(company: Any, customer: Any, superuser_cursor: Any) -> Any:
    """An invoice that somebody with the database's own rights changed, with every guard off."""
    world.issue(customer, "20.00", company.today())
    invoice = world.issue(customer, "10.00", company.today())
    superuser_cursor.execute("SET session_replication_role = replica")
    superuser_cursor.execute("UPDATE billing_invoice SET total = 11, net = 11 WHERE id = %s", [invoice.pk])
    return invoice


def test_from_the_front_page_to_the_wrong_document_in_three_clicks(
    company: Any, wrong: Any, log_in: Callable[[Any], Page]
) -> None:
    manager = world.make_user(company, "manager")
    carry_out_run(ask_book_check(company, by=manager).pk)  # as each night
    page = log_in(manager)
    assert page.evaluate(RED_IN_LIGHT) != page.evaluate("getComputedStyle(document.body).color")

    page.get_by_role("link", name="Findings in the book").click()
    page.get_by_role("link", name="A document and the book say the same amount, day and customer").click()
    page.get_by_role("link", name=f"document {wrong.number}").click()

    expect(page.get_by_role("heading", level=1)).to_contain_text(wrong.number)


def test_the_page_fetches_its_figures_and_a_check_is_asked_for_and_followed(
    company: Any, wrong: Any, log_in: Callable[[Any], Page], live_server: Any
) -> None:
    page = log_in(world.make_user(company, "manager"))
    page.goto(live_server.url + "/reports/book-checks/")
    expect(page.locator("#papers-EUR")).to_have_text("€31.00")
    expect(page.get_by_text("The book needs a look: open the figure that differs")).to_be_visible()
    expect(page.locator("#findings")).not_to_contain_text("…")

    page.get_by_role("button", name="Check now").click()
    expect(page.locator("#whole-check")).to_contain_text("checks made")
    carry_out_run(Run.objects.get(kind=KIND).pk)
    expect(page.locator("#whole-check")).to_contain_text("3 findings.")
    page.locator("#papers-EUR").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Items of the book")
    expect(page.locator("tfoot")).to_contain_text("€30.00")
