"""A billing run by hand: ticked in the list, looked at, started, and watched until its end."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from billing.models import Invoice
from office.models import OutgoingMail, Run
from office.tasks import carry_out_run
from office.work.runs import do_next_piece
from tests import world
from tests.browser.conftest import shoot

pytestmark = pytest.mark.django_db(transaction=True)


def test_ticked_drafts_are_checked_issued_and_mailed_with_a_progress_bar(
    company: Any, customer: Any, enter: Callable[[Any], Page], live_server: Any
) -> None:
    for amount in ("10.00", "20.00", "30.00"):
        world.draft(customer, amount)
    world.draft(customer, [world.line("5.00"), world.line("-9.00")])
    page = enter(world.make_user(company, "clerk"))
    page.goto(f"{live_server.url}/invoices/")
    bar = page.get_by_role("region", name="Chosen rows")
    expect(bar).to_be_hidden()

    page.get_by_role("checkbox", name="Choose all on this page").check()
    expect(bar).to_contain_text("4 chosen on this page, €56.00. 4 match.")
    page.get_by_role("checkbox", name="All that match, not only this page").check()
    expect(bar).to_contain_text("All 4 that match, €56.00.")
    shoot(page, "billing-run-bulk-bar")
    page.get_by_role("button", name="Issue…").click()

    expect(page.get_by_role("heading", name="Issue 4 documents")).to_be_visible()
    expect(page.get_by_role("progressbar", name="How much is done")).to_be_visible()
    carry_out_run(Run.objects.get().pk)
    expect(page.get_by_text("Why 1 cannot be issued")).to_be_visible(timeout=10_000)
    shoot(page, "billing-run-check")
    page.get_by_role("button", name="Issue 3 documents").click()

    expect(page.get_by_role("progressbar", name="How much is done")).to_be_visible()
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_text("What was done stands.")).to_be_visible()
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("button", name="Stop")).to_be_visible()
    do_next_piece(Run.objects.get().pk)
    expect(page.get_by_role("button", name="Try these 1 again")).to_be_visible(timeout=10_000)
    expect(page.get_by_role("progressbar", name="How much is done")).to_have_attribute("value", "100")
    shoot(page, "billing-run-done")
    assert (Invoice.objects.filter(status="issued").count(), OutgoingMail.objects.count()) == (3, 3)


def test_a_run_works_without_script(
    company: Any, customer: Any, enter: Callable[[Any], Page], browser: Browser, live_server: Any
) -> None:
    world.draft(customer, "10.00")
    cookies = enter(world.make_user(company, "clerk")).context.cookies()
    context = browser.new_context(java_script_enabled=False)
    context.add_cookies(cookies)
    page = context.new_page()
    page.goto(f"{live_server.url}/invoices/")
    page.get_by_role("checkbox", name="Choose Draft").check()
    page.get_by_role("button", name="Issue…").click()
    page.wait_for_url("**/billing-runs/*/")
    carry_out_run(Run.objects.get().pk)
    page.reload()
    page.get_by_role("button", name="Issue 1 document").click()
    expect(page.get_by_role("button", name="Issue 1 document")).to_have_count(0)
    carry_out_run(Run.objects.get().pk)
    assert Invoice.objects.get().status == "issued"
    context.close()
