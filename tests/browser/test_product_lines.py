"""Products in the editor by keyboard alone: picked, priced by the server, typed over, added on the way, or by code."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from billing.models import Invoice, Product
from billing.operations.manage_price_lists import UseDetails, assign_price_list
from tests import world
from tests.browser.conftest import shoot

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def shelf(company: Any, customer: Any) -> Product:
    """A shelf at 10.00, from ten pieces at 8.00; the customer's own list has it a little cheaper."""
    product = world.make_product(company, "SHELF", name="Oak shelf", tax_id=world.make_tax(company, "19").pk)
    retail = world.make_price_list(company, "Retail")
    own = world.make_price_list(company, "Bramble", is_default=False)
    world.make_price(product, retail, "12")
    world.make_price(product, own, "10")
    world.make_price(product, own, "8", from_quantity=Decimal(10))
    assign_price_list(own.pk, UseDetails(customer_id=customer.pk), by=None)
    return product


@pytest.fixture
def editor(company: Any, customer: Any, shelf: Product, enter: Callable[[Any], Page], live_server: Any) -> Page:
    page = enter(world.make_user(company, "clerk"))
    page.goto(f"{live_server.url}/invoices/new/?customer={customer.pk}")
    page.get_by_label("Description, line 1", exact=True).focus()
    return page


def cell(page: Page, name: str, line: int = 1) -> Any:
    return page.get_by_label(f"{name}, line {line}", exact=True)


def pick(page: Page, typed: str) -> None:
    page.keyboard.type(typed, delay=20)
    expect(page.get_by_role("option", name="Oak shelf")).to_be_visible()
    page.keyboard.press("Enter")


def test_a_product_is_picked_priced_and_repriced_by_keyboard_alone(editor: Page, shelf: Product) -> None:
    pick(editor, "oak")
    expect(cell(editor, "Description")).to_have_value("Oak shelf")
    expect(cell(editor, "Unit")).to_have_value("pcs")
    expect(cell(editor, "Unit price")).to_have_value("10")
    expect(editor.locator("#lines-0-source")).to_have_text("Bramble")

    editor.keyboard.press("Tab")
    editor.keyboard.type("12")
    expect(cell(editor, "Unit price")).to_have_value("8")
    expect(editor.locator("#lines-0-source")).to_have_text("Bramble, from 10")
    expect(editor.locator("#live-total")).to_have_text("€114.24")
    shoot(editor, "product-lines")

    editor.keyboard.press("Control+s")
    expect(editor.get_by_role("heading", name="Draft invoice")).to_be_visible()
    line = Invoice.objects.get().lines.get()
    assert (line.product, line.item_code, line.quantity, line.unit_price) == (shelf, "SHELF", 12, 8)


def test_a_typed_price_stays_past_a_break_until_it_is_emptied(editor: Page) -> None:
    pick(editor, "SHELF")
    expect(cell(editor, "Unit price")).to_have_value("10")
    cell(editor, "Unit price").fill("9.5")
    cell(editor, "Quantity").fill("20")
    expect(editor.locator("#lines-0-net")).to_have_text("190.00")
    expect(cell(editor, "Unit price")).to_have_value("9.5")
    expect(editor.locator("#lines-0-source")).to_have_text("Bramble, from 10: 8.00")

    cell(editor, "Unit price").fill("")
    expect(cell(editor, "Unit price")).to_have_value("8")
    expect(editor.locator("#lines-0-net")).to_have_text("160.00")


def test_free_text_stays_free_and_tab_takes_nothing(editor: Page) -> None:
    editor.keyboard.type("Oak", delay=20)
    expect(editor.get_by_role("option", name="Oak shelf")).to_be_visible()
    editor.keyboard.press("Tab")
    editor.keyboard.press("Tab")
    editor.keyboard.press("Tab")
    editor.keyboard.type("5")
    expect(editor.locator("#lines-0-net")).to_have_text("5.00")
    editor.keyboard.press("Control+s")
    expect(editor.get_by_role("heading", name="Draft invoice")).to_be_visible()

    line = Invoice.objects.get().lines.get()
    assert (line.description, line.product, line.item_code) == ("Oak", None, "")


def test_a_missing_product_is_added_without_leaving_the_line(editor: Page) -> None:
    editor.keyboard.type("Bench", delay=20)
    expect(editor.get_by_role("option", name="Create “Bench”…")).to_be_visible()
    editor.keyboard.press("ArrowDown")
    editor.keyboard.press("Enter")
    dialog = editor.get_by_role("dialog", name="New product")
    expect(dialog.get_by_label("Name")).to_have_value("Bench")
    expect(dialog.get_by_label("Code")).to_be_focused()
    shoot(editor, "product-dialog")
    editor.keyboard.type("SHELF")
    editor.keyboard.press("Enter")
    expect(dialog.get_by_text("There is a product SHELF already.")).to_be_visible()
    dialog.get_by_label("Code").fill("BENCH")
    dialog.get_by_label("Unit price").fill("75")
    editor.keyboard.press("Enter")

    expect(dialog).not_to_be_visible()
    expect(cell(editor, "Quantity")).to_be_focused()
    expect(cell(editor, "Description")).to_have_value("Bench")
    expect(cell(editor, "Unit price")).to_have_value("75")
    expect(editor.locator("#lines-0-source")).to_have_text("Retail")
    assert Product.objects.get(code="BENCH").prices.get().price_list.name == "Retail"


def test_an_opened_draft_keeps_following_the_list_where_its_price_is_the_lists(
    editor: Page, customer: Any, shelf: Product, live_server: Any
) -> None:
    draft = world.draft(customer, [world.product_line(shelf, "2"), world.line("7", product_id=shelf.pk)])
    editor.wait_for_load_state("networkidle")
    editor.goto(f"{live_server.url}/invoices/{draft.pk}/edit/")
    for line in (1, 2):
        cell(editor, "Quantity", line).fill("10")

    expect(cell(editor, "Unit price", 1)).to_have_value("8")
    expect(editor.locator("#lines-1-net")).to_have_text("70.00")
    expect(cell(editor, "Unit price", 2)).to_have_value("7")


def test_the_keys_of_the_grid_still_work_where_no_list_is_open(editor: Page) -> None:
    pick(editor, "oak")
    editor.keyboard.press("ArrowDown")
    expect(cell(editor, "Description", 2)).to_be_focused()
    editor.keyboard.press("Alt+ArrowUp")
    expect(cell(editor, "Description", 2)).to_have_value("Oak shelf")


def test_without_script_the_code_of_a_product_is_enough(
    company: Any, customer: Any, shelf: Product, browser: Browser, live_server: Any
) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{live_server.url}/log-in/?next=/invoices/new/%3Fcustomer={customer.pk}")
    page.get_by_label("E-mail address").fill(world.make_user(company, "clerk").email)
    page.get_by_label("Password").fill(world.PASSWORD)
    page.get_by_role("button", name="Log in").click()
    page.get_by_label("Product code").first.fill("SHELF")
    page.get_by_label("Quantity").first.fill("10")
    page.get_by_label("Product code").nth(1).fill("NONE")
    page.get_by_role("button", name="Save draft").click()
    expect(page.get_by_text("There is no product with the code NONE.")).to_be_visible()
    page.get_by_label("Product code").nth(1).fill("")
    page.get_by_role("button", name="Save draft").click()
    expect(page.get_by_role("heading", name="Draft invoice")).to_be_visible()
    context.close()

    line = Invoice.objects.get().lines.get()
    assert (line.product, line.description, line.unit_price, line.tax) == (shelf, "Oak shelf", 8, shelf.tax)
