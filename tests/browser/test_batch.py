"""A paper list typed by keyboard: what is typed adds up beside its control total."""

from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from payments.models import ReceiptBatch
from tests import world
from tests.browser.conftest import shoot

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_list_is_typed_line_by_line_and_recorded_when_it_adds_up(
    company: Any, customer: Any, enter: Callable[[Any], Page], live_server: Any
) -> None:
    invoice = world.issue(customer, "50.00", company.today())
    page = enter(world.make_user(company, "clerk"))
    page.goto(live_server.url + reverse("payments:receipt_batch_new"))
    page.get_by_label("Control total").fill("80")

    page.get_by_label("Customer, line 1", exact=True).focus()
    for typed in (customer.number, "", "30", None, None, None, invoice.number, "50"):
        if typed:
            page.keyboard.type(typed)
        page.keyboard.press("Tab")

    expect(page.locator("#batch-apart")).to_have_text("€0.00")
    shoot(page, "batch-typed")
    page.keyboard.press("Control+s")
    expect(page.get_by_text("They add up to the control total.")).to_be_visible()
    shoot(page, "batch-done")
    assert ReceiptBatch.objects.get().line_count == 2
    assert world.open_of(invoice) == 0
