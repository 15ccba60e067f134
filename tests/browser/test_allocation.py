"""Applying one receipt to five invoices, with a discount and a bank fee, and undoing it: by keyboard alone."""

import time
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Page, Route, expect

from billing.models import Invoice
from customers.operations.manage_terms import PartDetails, TermsDetails, add_terms
from payments.models import Settlement
from reports.book_check import check_book
from tests import world
from tests.browser.conftest import PHONE, shoot

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def papers(company: Any, customer: Any) -> list[Invoice]:
    """Five invoices, the first with 2 % off when paid early."""
    day = company.today()
    early = add_terms(company, TermsDetails("2/10", [PartDetails(net_days=5)], Decimal(2), 10), by=None)
    first = world.issue(customer, [world.line("100.00", tax=world.make_tax(company, "19"))], day, terms_id=early.pk)
    return [first, *(world.issue(customer, amount, day) for amount in ("75.00", "40.00", "60.00", "90.00"))]


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def box(page: Page, paper: Invoice) -> Any:
    return page.get_by_label(f"Apply to {paper.number}", exact=True)


def left(page: Page, amount: str) -> None:
    expect(page.locator("#allocation-left")).to_have_text(amount)


def test_one_receipt_over_five_invoices_with_a_discount_and_a_fee_and_back(
    company: Any, customer: Any, papers: list[Invoice], enter: Callable[[Any], Page], live_server: Any
) -> None:
    receipt = world.receive(customer, "371.12", company.today(), reference=f"Thanks, {papers[2].number}")
    page = enter(world.make_user(company, "manager"))
    page.goto(live_server.url + reverse("payments:allocate", args=[customer.pk]))
    left(page, "€371.12")

    press(page, "r")
    expect(box(page, papers[2])).to_have_value("40")
    left(page, "€331.12")
    press(page, "o")
    expect(box(page, papers[4])).to_have_value("77.12")
    left(page, "€0.00")

    box(page, papers[0]).focus()
    press(page, "Control+a")
    page.keyboard.type("116.62")
    expect(page.locator(f"#rest-words-{world.item_of(papers[0]).pk}")).to_have_text("€2.38 short: the discount, earned")
    left(page, "€2.38")
    press(page, "Tab")
    page.keyboard.type("Early")
    box(page, papers[4]).focus()
    press(page, "Space")
    expect(box(page, papers[4])).to_have_value("79.5")
    left(page, "€0.00")
    press(page, "Tab")
    page.keyboard.type("Bank")
    shoot(page, "allocation-filled")
    page.set_viewport_size(PHONE)
    shoot(page, "allocation-filled-phone")
    press(page, "Control+s")

    expect(page.get_by_role("heading", name=f"{receipt.number} applied")).to_be_visible()
    shoot(page, "allocation-done")
    assert [world.open_of(paper) for paper in (*papers, receipt)] == [0] * 6

    press(page, "u")
    page.keyboard.type("Somebody else's")
    press(page, "Enter")
    expect(page.get_by_text("Everything is open again as it was.")).to_be_visible()
    assert [world.open_of(paper) for paper in (*papers, receipt)] == [119, 75, 40, 60, 90, Decimal("371.12")]
    assert Settlement.objects.get().undo_reason == "Somebody else's"
    assert check_book() == []


def test_space_takes_a_row_and_gives_it_back_and_arrows_move(
    company: Any, customer: Any, papers: list[Invoice], enter: Callable[[Any], Page], live_server: Any
) -> None:
    world.receive(customer, "80.00", company.today())
    page = enter(world.make_user(company, "clerk"))
    page.goto(live_server.url + reverse("payments:allocate", args=[customer.pk]))
    left(page, "€80.00")

    box(page, papers[1]).focus()
    press(page, "Space")
    left(page, "€5.00")
    press(page, "ArrowDown", "Space")
    left(page, "€0.00")
    expect(box(page, papers[2])).to_have_value("5")
    press(page, "ArrowUp", "Space")
    left(page, "€75.00")
    expect(box(page, papers[1])).to_have_value("")


def test_keys_pressed_quicker_than_the_office_answers_are_all_heard(
    company: Any, customer: Any, papers: list[Invoice], enter: Callable[[Any], Page], live_server: Any
) -> None:
    """The second filling is asked while what the first one filled in makes the totals ask again."""
    world.receive(customer, "371.12", company.today(), reference=f"Thanks, {papers[2].number}")
    page = enter(world.make_user(company, "clerk"))
    page.goto(live_server.url + reverse("payments:allocate", args=[customer.pk]))
    left(page, "€371.12")

    page.route("**" + reverse("payments:allocation_totals", args=[customer.pk]), answer_slowly)
    press(page, "r", "o")
    expect(box(page, papers[2])).to_have_value("40")
    expect(box(page, papers[4])).to_have_value("77.12")
    left(page, "€0.00")


def answer_slowly(route: Route) -> None:
    time.sleep(0.6)
    route.continue_()
