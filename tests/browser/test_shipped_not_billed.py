"""From what was shipped and not billed to issued invoices, by hand."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from billing.models import BilledLine, Invoice
from office.models import Run
from office.tasks import carry_out_run
from tests import world
from tests.billing.ordering import make_order, ship
from tests.browser.conftest import shoot

pytestmark = pytest.mark.django_db(transaction=True)


def test_what_was_shipped_becomes_issued_invoices(
    company: Any, customer: Any, enter: Callable[[Any], Page], live_server: Any
) -> None:
    order = make_order(customer, po_number="PO-4711")
    ship(order, "6")
    ship(order, "3")
    other = make_order(world.make_customer(company, "Castell Print"))
    ship(other, "2")
    page = enter(world.make_user(company, "clerk"))
    page.goto(f"{live_server.url}/shipments/?state=to_bill")
    page.get_by_role("checkbox", name="Choose all on this page").check()
    page.get_by_role("button", name="Draft invoices…").click()
    expect(page.get_by_role("heading", name="Bill shipments")).to_be_visible()
    shoot(page, "bill-shipments")
    page.get_by_role("button", name="Draft the invoices").click()

    expect(page.get_by_text("2 drafts of 3 shipments.")).to_be_visible()
    page.get_by_role("checkbox", name="Choose all on this page").check()
    page.get_by_role("button", name="Issue…").click()
    expect(page.get_by_role("heading", name="Issue 2 documents")).to_be_visible()
    carry_out_run(Run.objects.get().pk)
    page.get_by_role("button", name="Issue 2 documents").click(timeout=10_000)
    expect(page.get_by_role("button", name="Stop")).to_be_visible()
    carry_out_run(Run.objects.get().pk)

    issued = Invoice.objects.filter(status="issued").order_by("total")
    assert [(each.net, each.po_number) for each in issued] == [(Decimal(25), ""), (Decimal("112.50"), "PO-4711")]
    assert set(BilledLine.objects.values_list("why", flat=True)) == {"drafted"}
    page.goto(f"{live_server.url}/orders/{order.pk}/")
    expect(page.get_by_role("row", name="1. Oak shelf 10 9 9 1 12.50 €125.00")).to_be_visible()
    page.goto(f"{live_server.url}/shipments/?state=to_bill")
    expect(page.get_by_text("Draft invoices…")).to_be_hidden()
