"""What a customer does on a phone from the page behind their link, besides paying: with and without script."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from billing.links import hash_of
from billing.models import Invoice
from billing.operations.mint_link import mint_link
from credit_control.models import AccountLink, PlanRequest
from credit_control.operations.mint_account_link import mint_account_link
from credit_control.web.account_door import entered, proven
from tests import world
from tests.browser.conftest import PHONE, shoot
from tests.browser.looking import axe
from tests.credit_control.opening import mailed_code

pytestmark = pytest.mark.django_db(transaction=True)
NARROW = {"width": 320, "height": 800}


@pytest.fixture
def invoice(company: Any, customer: Any) -> Invoice:
    day = company.today() - timedelta(days=40)
    return world.issue(customer, [world.line("500.00", description="Desk")], day, due_on=day + timedelta(days=14))


@pytest.fixture
def phone(browser: Any) -> Any:
    """A phone on which no script runs."""
    context = browser.new_context(viewport=PHONE, java_script_enabled=False)
    yield context.new_page()
    context.close()


def link_to(invoice: Invoice, site: str) -> str:
    return f"{site}/p/{mint_link(invoice, invoice.customer.contacts.get())}/"


def to_details(page: Page) -> None:
    """From the document to the customer's details, by the code that is mailed."""
    page.get_by_role("link", name="Change your details").click()
    page.get_by_role("button", name="Mail me the code").click()
    expect(page.get_by_label("Code")).to_be_visible()
    page.get_by_label("Code").fill(mailed_code())
    page.get_by_role("button", name="Open the account").click()
    expect(page.get_by_role("heading", name="Your details")).to_be_visible()


def faults(page: Page, name: str) -> list[str]:
    """What is wrong with a page to eyes, in both schemes and at the narrowest; leaves its pictures."""
    found = []
    page.set_viewport_size(PHONE)
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        found += axe(page)
        shoot(page, f"portal-{name}-{scheme}")
    page.set_viewport_size(NARROW)
    if page.evaluate("document.documentElement.scrollWidth") > NARROW["width"]:
        found.append("is wider than the narrowest phone")
    page.set_viewport_size(PHONE)
    return found


def test_a_customer_says_on_the_phone_that_they_have_paid(
    phone: Page,
    page: Page,
    live_server: Any,
    enter: Callable[[Any], Page],
    invoice: Invoice,
    clerk: Any,
    tmp_path: Path,
) -> None:
    paper = tmp_path / "bank.pdf"
    paper.write_bytes(b"%PDF-1.7 of the bank")
    phone.goto(link_to(invoice, live_server.url))
    phone.get_by_role("link", name="I have paid already").click()
    phone.get_by_label("Amount").fill("500.00")
    phone.get_by_label("How", exact=True).select_option(label="Card")
    phone.get_by_label("Your reference").fill("Visa, 4 March")
    phone.get_by_label("A photo or PDF").set_input_files(paper)
    phone.get_by_role("button", name="Send").click()
    expect(phone.get_by_role("status")).to_contain_text("Thank you: we look for it.")
    told = phone.url

    desk = enter(clerk)
    desk.goto(live_server.url + "/")
    desk.get_by_role("link", name="Payments that customers told of").click()
    desk.get_by_role("link", name=invoice.number).click()
    expect(desk.get_by_role("link", name="bank.pdf")).to_be_visible()
    desk.get_by_label("Answer").fill("No card payment of yours came in March.")
    desk.get_by_role("button", name="Not found").click()
    expect(desk.locator(".state", has_text="Not found")).to_be_visible()
    desk.goto(live_server.url + reverse("billing:invoice", args=[invoice.pk]))
    expect(desk.get_by_text("it was not found")).to_be_visible()

    phone.goto(told)
    expect(phone.get_by_text("No card payment of yours came in March.")).to_be_visible()
    page.goto(link_to(invoice, live_server.url))
    expect(page.get_by_text("We could not find it.")).to_be_visible()
    assert faults(page, "document-acts") == []
    page.get_by_role("link", name="I have paid already").click()
    assert faults(page, "tell-paid") == []


def test_a_customer_asks_on_the_phone_for_changes_and_reads_what_became_of_them(
    phone: Page, page: Page, live_server: Any, enter: Callable[[Any], Page], invoice: Invoice, clerk: Any
) -> None:
    phone.goto(link_to(invoice, live_server.url))
    to_details(phone)
    phone.get_by_text("Ask for a change: Billing address").click()
    phone.get_by_label("Street and house number").fill("2 New Road")
    phone.get_by_label("City").fill("Bonn")
    phone.get_by_label("Country").select_option(label="Germany")
    phone.get_by_role("button", name="Send").first.click()
    expect(phone.get_by_role("status")).to_contain_text("Thank you: we look at it.")
    phone.get_by_text("Ask for a change: VAT or tax id").click()
    phone.locator("#id_tax_id-tax_id").fill("DE1")
    phone.locator("form", has=phone.locator("#id_tax_id-tax_id")).get_by_role("button").click()
    expect(phone.get_by_role("alert")).to_contain_text("This VAT id cannot be one")
    expect(phone.locator("#id_tax_id-tax_id")).to_have_value("DE1")

    desk = enter(clerk)
    desk.goto(live_server.url + "/")
    desk.get_by_role("link", name="Changes that customers ask for").click()
    desk.get_by_role("link", name="Billing address").click()
    desk.get_by_label("Why not").fill("Your register says otherwise.")
    desk.get_by_role("button", name="Refuse").click()
    expect(desk.get_by_text("Refused. The customer reads why")).to_be_visible()

    page.goto(link_to(invoice, live_server.url) + "")
    to_details(page)
    expect(page.get_by_text("Your register says otherwise.")).to_be_visible()
    page.get_by_text("Ask for a change: Bank account").click()
    assert faults(page, "details") == []


def test_a_customer_promises_a_day_and_chooses_on_the_phone(
    phone: Page, page: Page, live_server: Any, invoice: Invoice
) -> None:
    company = invoice.company
    company.tax_id, company.street, company.city = "DE136695976", "1 Quay", "Bonn"
    company.save()
    phone.goto(link_to(invoice, live_server.url))
    phone.get_by_role("link", name="Promise a day").click()
    phone.wait_for_url("**/promise/")
    assert phone.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    phone.get_by_label("Paid by").fill((company.today() + timedelta(days=5)).isoformat())
    phone.get_by_role("button", name="Promise").click()
    expect(phone.get_by_role("status")).to_contain_text("Thank you: we count on it.")
    expect(phone.get_by_text("You promised to pay €500.00 by")).to_be_visible()
    phone.get_by_role("link", name="Back to the document").click()
    phone.get_by_role("link", name="Language, e-invoices and reminders").click()
    phone.get_by_label("Language", exact=True).select_option(label="Deutsch")
    phone.get_by_role("button", name="Save").first.click()
    expect(phone.get_by_role("status")).to_be_visible()
    phone.get_by_role("button", name="Stop reminders").click()
    expect(phone.get_by_role("alert")).to_contain_text(company.email)

    page.goto(link_to(invoice, live_server.url))
    address = page.url
    assert faults(page, "document-promised") == []
    for name in ("promise", "choices"):
        page.goto(f"{address}{name}/")
        assert faults(page, name) == []


def test_a_customer_asks_for_a_plan_on_the_phone(
    page: Page, live_server: Any, watched: Any, invoice: Invoice, context: Any
) -> None:
    link = AccountLink.objects.get(
        token_hash=hash_of(mint_account_link(invoice.customer, invoice.customer.contacts.get()))
    )
    for answer in (entered(link), proven(link)):
        for cookie in answer.cookies.values():
            place = {"domain": "localhost", "path": cookie["path"]}
            context.add_cookies([{"name": cookie.key, "value": cookie.value.strip('"')} | place])
    page.set_viewport_size(PHONE)
    page.goto(f"{live_server.url}/p/account/d/{link.ref}/")
    page.get_by_role("link", name="Pay in instalments").click()
    assert faults(page, "ask-plan") == []
    page.get_by_label("Number of monthly instalments").select_option("4")
    page.get_by_label("The first by").fill((invoice.company.today() + timedelta(days=20)).isoformat())
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("status")).to_contain_text("Thank you: we look at it, and answer you.")
    assert PlanRequest.objects.get().parts == 4
