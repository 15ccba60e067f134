"""Receipts ticked in their list, looked at, and applied as a run."""

from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from office.models import Run
from tests import world
from tests.browser.conftest import PHONE, shoot
from tests.browser.looking import axe

pytestmark = pytest.mark.django_db(transaction=True)


def test_payments_are_ticked_checked_and_started(
    company: Any, customer: Any, enter: Callable[[Any], Page], live_server: Any
) -> None:
    day = company.today()
    invoice = world.issue(customer, "60.00", day)
    for amount in ("50.00", "20.00"):
        world.receive(customer, amount, day)
    page = enter(world.make_user(company, "clerk"))
    page.goto(live_server.url + reverse("payments:receipt_list"))
    for box in page.locator('input[name="selected"]').all():
        box.check()
    page.get_by_role("button", name="Apply oldest first…").click()

    expect(page.get_by_text(f"€50.00 of {invoice.number}")).to_be_visible()
    assert axe(page) == []
    shoot(page, "apply-receipts")
    page.set_viewport_size(PHONE)
    shoot(page, "apply-receipts-phone")
    page.get_by_role("button", name="Apply 2 payments").click()
    page.wait_for_url("**/runs/*/")
    assert Run.objects.get().status == "waiting"
