"""A clerk sends a wrong price, corrects it, and issues the right invoice in its place."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from billing.models import Invoice
from reports.book_check import check_book
from tests import world

pytestmark = pytest.mark.django_db(transaction=True)


def test_correct_and_reissue(enter: Callable[[Any], Page], live_server: Any, company: Any, customer: Any) -> None:
    vat = world.make_tax(company, "20")
    invoice = world.issue(customer, [world.line("50.00", "2", vat)], company.today())
    page = enter(world.make_user(company, "manager"))

    page.goto(f"{live_server.url}/invoices/{invoice.pk}/")
    page.get_by_text("More", exact=True).click()
    page.get_by_role("link", name="Correct and reissue…").click()
    page.get_by_label("Reason", exact=True).select_option(label="Wrong price")
    page.get_by_role("button", name="Credit it and draft anew").click()
    expect(page.get_by_role("heading", name="Change the draft")).to_be_visible()
    expect(page.locator("#live-total")).to_have_text("€120.00")
    page.get_by_label("Unit price, line 1", exact=True).fill("40")
    expect(page.locator("#live-total")).to_have_text("€96.00")
    page.get_by_role("button", name="Save draft").click()
    page.get_by_role("button", name="Issue invoice").click()
    expect(page.locator("#open-amount")).to_have_text("€96.00")
    page.get_by_role("link", name=invoice.number).first.click()
    expect(page.locator("#open-amount")).to_have_text("€0.00")
    expect(page.get_by_text("Replaced by")).to_be_visible()

    new = Invoice.objects.get(replaces=invoice)
    assert (new.total, invoice.credit_memos.get().reason) == (96, "Wrong price")
    assert check_book() == []
