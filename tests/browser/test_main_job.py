"""The main job by clicking and typing: from a new customer to a paid invoice, and the customer's view of it."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from billing.models import Invoice
from customers.models import Customer
from office.mail.handing_over import hand_over
from office.mail.message import read_message
from office.models import OutgoingMail
from reports.book_check import check_book
from tests import world
from tests.browser.conftest import DESKTOP, PHONE, Watched, shoot

pytestmark = pytest.mark.django_db(transaction=True)


def send_mail() -> str:
    """Let the one mail that waits leave, and give the link it brings."""
    mail = OutgoingMail.objects.get(status="queued")
    hand_over(mail.pk)
    mail.refresh_from_db()
    message = read_message(bytes(mail.kept_message))
    return next(word for word in message.text.split() if "/p/" in word)


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_from_a_new_customer_to_a_paid_invoice(
    company: Any, log_in: Callable[[Any], Page], browser: Browser, live_server: Any, size: dict[str, int]
) -> None:
    world.make_tax(company, "19")
    page = log_in(world.make_user(company, "manager"))
    page.set_viewport_size(size)
    name = f"main-job-{size['width']}"

    add_customer(page, live_server.url)
    draft_invoice(page, live_server.url, name)
    issue(page, name)
    link = send_mail()
    page.reload()
    expect(page.get_by_text("Mail to eva@bramble.example: sent")).to_be_visible()

    look_as_customer(browser, live_server.url, link, size, name)
    take_payment(page, "357.00", name)
    credit_a_line(page)
    read_ageing(page, live_server.url, name)

    assert check_book() == []


def add_customer(page: Page, home: str) -> None:
    page.goto(f"{home}/customers/new/")
    page.get_by_label("Name", exact=False).first.fill("Bramble GmbH")
    contact = page.locator(".contact-row").first
    contact.get_by_label("Name").fill("Eva Brandt")
    contact.get_by_label("Email").fill("eva@bramble.example")
    page.get_by_role("button", name="Save customer").click()
    expect(page.get_by_role("heading", name="Bramble GmbH")).to_be_visible()
    assert Customer.objects.get().contacts.get().email == "eva@bramble.example"


def draft_invoice(page: Page, home: str, name: str) -> None:
    """Choose the customer by typing, fill two lines by keyboard, and see the totals while typing."""
    page.goto(f"{home}/invoices/new/")
    page.get_by_role("combobox", name="Customer").press_sequentially("bram", delay=20)
    page.get_by_role("option", name="Bramble GmbH").click()
    cells = [("Oak shelf", "2", "150.00"), ("Fitting", "4", "3*25")]
    for number, (description, quantity, price) in enumerate(cells, start=1):
        page.get_by_label(f"Description, line {number}", exact=True).fill(description)
        page.get_by_label(f"Quantity, line {number}", exact=True).fill(quantity)
        page.get_by_label(f"Unit price, line {number}", exact=True).fill(price)
    expect(page.locator("#live-total")).to_have_text("€714.00")
    expect(page.locator("#lines-1-net")).to_have_text("300.00")
    shoot(page, f"{name}-editor")
    page.get_by_role("button", name="Save draft").click()
    expect(page.get_by_role("heading", name="Draft invoice")).to_be_visible()


def issue(page: Page, name: str) -> None:
    shoot(page, f"{name}-draft")
    page.get_by_role("button", name="Issue invoice").click()
    number = f"INV-{date.today().year}-0001"  # noqa: DTZ011
    expect(page.get_by_role("heading", name=number)).to_be_visible()
    expect(page.locator("#open-amount")).to_have_text("€714.00")


def look_as_customer(browser: Browser, home: str, link: str, size: dict[str, int], name: str) -> None:
    """A customer without a log-in sees what is due, and downloads the PDF."""
    context = browser.new_context(viewport=size)
    watched = Watched(context, home)
    page = context.new_page()
    page.goto(link)
    expect(page.get_by_text("€714.00").first).to_be_visible()
    assert link.rsplit("/", 2)[-2] not in page.url
    shoot(page, f"{name}-customer")
    answer = context.request.get(page.url + "pdf/")
    assert answer.body().startswith(b"%PDF")
    assert watched.complaints == []
    context.close()


def take_payment(page: Page, amount: str, name: str) -> None:
    page.get_by_role("link", name="Take payment").click()
    page.locator("#id_amount").fill(amount)
    page.get_by_role("button", name="Record payment").click()
    expect(page.locator("#free-amount")).to_have_text("€0.00")
    shoot(page, f"{name}-receipt")
    page.get_by_role("link", name="Invoice INV-").click()
    expect(page.locator("#open-amount")).to_have_text("€357.00")
    assert world.open_of(Invoice.objects.get()) == Decimal("357.00")


def credit_a_line(page: Page) -> None:
    """Credit one of the four hours: 75.00 and its tax."""
    page.get_by_text("More", exact=True).click()
    page.get_by_role("link", name="Credit…").click()
    page.get_by_label("Reason", exact=True).select_option(label="Wrong price")
    page.get_by_label("More about it").fill("an hour less")
    page.get_by_label("Quantity to credit of line 1").fill("0")
    page.get_by_label("Quantity to credit of line 2").fill("1")
    expect(page.locator("#live-total")).to_have_text("€89.25")
    page.get_by_role("button", name="Issue the credit memo").click()
    expect(page.get_by_role("heading", name="Credit memo CM-")).to_be_visible()
    expect(page.locator("#open-amount")).to_have_text("€0.00")


def read_ageing(page: Page, home: str, name: str) -> None:
    page.goto(f"{home}/reports/ageing/")
    expect(page.locator("tfoot td[data-label=Total]")).to_have_text("€267.75")
    expect(page.get_by_text("the total to the receivable account")).to_be_visible()
    shoot(page, f"{name}-ageing")
    page.locator("tbody td a").first.click()
    expect(page.get_by_role("link", name="INV-")).to_be_visible()
    with page.expect_download() as download:
        page.goto(f"{home}/reports/ageing/")
        page.get_by_role("link", name="Excel").click()
    assert download.value.suggested_filename.endswith(".xlsx")


def test_a_refusal_says_why_and_keeps_what_was_typed(
    company: Any, customer: Any, log_in: Callable[[Any], Page], live_server: Any
) -> None:
    page = log_in(world.make_user(company, "clerk"))
    page.goto(f"{live_server.url}/receipts/new/?customer={customer.pk}")
    page.locator("#id_amount").fill("25.001")
    page.get_by_label("Their words").fill("INV 7")
    page.get_by_role("button", name="Record payment").click()

    expect(page.get_by_role("alert").get_by_text("more places than EUR has")).to_be_visible()
    expect(page.get_by_label("Their words")).to_have_value("INV 7")


def test_a_double_click_issues_once(
    company: Any, customer: Any, log_in: Callable[[Any], Page], live_server: Any
) -> None:
    draft = world.draft(customer, "10.00")
    page = log_in(world.make_user(company, "clerk"))
    page.goto(f"{live_server.url}/invoices/{draft.pk}/")
    page.get_by_role("button", name="Issue invoice").dblclick()
    expect(page.locator("#open-amount")).to_have_text("€10.00")

    assert Invoice.objects.get().status == "issued"
    assert OutgoingMail.objects.count() == 1


def test_the_keys_that_issue_send_a_comment_from_within_it(
    company: Any, customer: Any, log_in: Callable[[Any], Page], live_server: Any
) -> None:
    draft = world.draft(customer, "10.00")
    page = log_in(world.make_user(company, "clerk"))
    page.goto(f"{live_server.url}/invoices/{draft.pk}/")
    page.get_by_label("Comment for colleagues").fill("Not before Friday")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("Not before Friday")).to_be_visible()
    assert Invoice.objects.get().status == "draft"

    page.wait_for_load_state()  # before, the page is there and its keys are not
    page.locator("main").focus()
    page.keyboard.press("Control+Enter")
    expect(page.locator("#open-amount")).to_have_text("€10.00")


def test_a_form_begins_in_its_first_box_and_escape_gives_the_keys_back(
    company: Any, customer: Any, log_in: Callable[[Any], Page], live_server: Any
) -> None:
    invoice = world.issue(customer, "10.00", company.today())
    page = log_in(world.make_user(company, "clerk"))
    page.keyboard.press("/")
    page.keyboard.type(invoice.number)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=invoice.number)).to_be_visible()
    page.wait_for_load_state()
    page.keyboard.press("d")
    expect(page.get_by_label("Reason")).to_be_focused()
    page.keyboard.press("Escape")
    page.keyboard.press("g")
    page.keyboard.press("c")
    page.wait_for_url("**/customers/")


def test_an_allocation_is_undone_where_it_is_seen(
    company: Any, customer: Any, log_in: Callable[[Any], Page], live_server: Any
) -> None:
    today = company.today()
    invoice = world.issue(customer, "100.00", today)
    world.apply(world.receive(customer, "60.00", today), invoice, "60.00", today)
    page = log_in(world.make_user(company, "clerk"))
    page.goto(f"{live_server.url}/invoices/{invoice.pk}/")

    page.get_by_text("Undo…").click()
    page.get_by_label("Reason").fill("wrong invoice")
    page.get_by_role("button", name="Undo €60.00").click()
    expect(page.get_by_text("Both sides are open again")).to_be_visible()
    page.goto(f"{live_server.url}/invoices/{invoice.pk}/")
    expect(page.locator("#open-amount")).to_have_text("€100.00")
    expect(page.get_by_role("table", name="What was applied").get_by_text("wrong invoice")).to_be_visible()
