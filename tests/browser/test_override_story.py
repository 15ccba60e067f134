"""A stop, why it is issued all the same, and the yes of another log-in."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from billing.models import Invoice
from tests import world
from tests.billing.ordering import make_order, order_line
from tests.browser.conftest import shoot

pytestmark = pytest.mark.django_db(transaction=True)


def test_what_passes_an_order_is_issued_when_another_log_in_says_yes(
    company: Any, customer: Any, enter: Callable[[Any], Page], live_server: Any
) -> None:
    order = make_order(customer, order_line("1", "80.00"))
    line = order.lines.get().pk
    draft = world.draft(customer, [world.line("80.00", order_line_id=line), world.line("80.00", order_line_id=line)])
    clerk, manager = world.make_user(company, "clerk"), world.make_user(company, "manager")
    page = enter(clerk)
    page.goto(f"{live_server.url}/invoices/{draft.pk}/")
    expect(page.get_by_text("2 billed against 1 ordered, over by €80.00.").first).to_be_visible()
    page.get_by_role("button", name="Issue invoice").click()
    expect(page.get_by_text("or have it issued all the same with a reason").first).to_be_visible()
    page.get_by_label("Ask a manager to issue it all the same, because").fill("They phoned for one more")
    page.get_by_role("button", name="Issue invoice").click()
    expect(page.get_by_text("Sent for approval by a manager").first).to_be_visible()
    page.goto(f"{live_server.url}/approvals/")
    expect(page.get_by_role("button", name="Approve")).to_have_count(0)
    assert Invoice.objects.get().is_draft

    theirs = enter(manager)
    theirs.goto(f"{live_server.url}/approvals/")
    expect(theirs.get_by_text("They phoned for one more")).to_be_visible()
    shoot(theirs, "approval-of-an-override")
    theirs.get_by_role("button", name="Approve").click()
    expect(theirs.get_by_text("Approved and done").first).to_be_visible()
    issued = Invoice.objects.get()
    assert (issued.status, issued.issued_by) == ("issued", clerk)
