"""The editor: by keyboard alone, saving itself, beside its own page, and never losing what was typed."""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from billing.models import Invoice
from billing.operations.details import invoice_as_typed
from billing.operations.draft_invoice import edit_draft
from tests import world
from tests.browser.conftest import PHONE, Watched, shoot

DRAWN = 30_000
"""Milliseconds in which a page is drawn, the first one on a busy machine too."""

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def editor(company: Any, customer: Any, enter: Callable[[Any], Page], live_server: Any) -> Page:
    world.make_tax(company, "19")
    page = enter(world.make_user(company, "clerk"))
    page.goto(f"{live_server.url}/invoices/new/")
    return page


def cell(page: Page, name: str, line: int = 1) -> Any:
    return page.get_by_label(f"{name}, line {line}", exact=True)


def choose_customer(page: Page) -> None:
    page.get_by_role("combobox", name="Customer").focus()
    page.keyboard.type("bram", delay=20)
    expect(page.get_by_role("option", name="Bramble GmbH")).to_be_visible()
    page.keyboard.press("Enter")


def type_cells(page: Page, *cells: str) -> None:
    """Type into one box after the other, as Tab goes."""
    for text in cells:
        page.keyboard.type(text)
        page.keyboard.press("Tab")


def saved(page: Page) -> None:
    expect(page.locator("#save-state")).to_have_text(re.compile(r"^Saved \d"))


def test_an_invoice_is_typed_issued_and_never_touched_by_a_mouse(editor: Page) -> None:
    choose_customer(editor)
    cell(editor, "Description").focus()
    type_cells(editor, "Oak shelf", "2", "pcs", "150.00", "10")
    editor.keyboard.press("Tab")  # past the tax: each of the four empty lines is there already
    expect(cell(editor, "Description", 2)).to_be_focused()
    editor.keyboard.press("Alt+Shift+ArrowUp")
    expect(editor.get_by_label("Heading, line 2", exact=True)).to_be_focused()
    editor.keyboard.type("Work on site")
    editor.keyboard.press("Enter")
    expect(cell(editor, "Description", 2)).to_be_focused()
    type_cells(editor, "Fitting", "4", "h", "3*25")
    expect(editor.locator("#lines-1-net")).to_contain_text("Subtotal 300.00")

    editor.get_by_role("button", name="Add shipping").focus()
    editor.keyboard.press("Enter")
    expect(cell(editor, "Description", 6)).to_have_value("Shipping")
    expect(cell(editor, "Unit price", 6)).to_be_focused()
    editor.keyboard.type("15")
    expect(editor.locator("#live-total")).to_have_text("€696.15")
    shoot(editor, "editor-sections")

    editor.keyboard.press("Control+s")
    expect(editor.get_by_role("heading", name="Draft invoice")).to_be_visible()
    shoot(editor, "draft-sections")
    draft = Invoice.objects.get()
    assert [(line.section, line.kind, line.net) for line in draft.lines.all()] == [
        ("", "item", 270),
        ("Work on site", "item", 300),
        ("", "shipping", 15),
    ]

    editor.wait_for_load_state()  # before, the page is there and its keys are not
    editor.keyboard.press("Control+Enter")
    expect(editor.get_by_role("heading", name="INV-")).to_be_visible()


def test_a_heading_goes_when_it_is_emptied(editor: Page) -> None:
    cell(editor, "Description").focus()
    editor.keyboard.press("Alt+Shift+ArrowUp")
    heading = editor.get_by_label("Heading, line 1", exact=True)
    expect(heading).to_be_visible()
    editor.keyboard.press("Tab")
    expect(heading).to_be_hidden()


def test_a_draft_saves_itself_and_a_reload_finds_it(editor: Page) -> None:
    choose_customer(editor)
    cell(editor, "Description").fill("Work")
    cell(editor, "Unit price").fill("80")
    saved(editor)
    draft = Invoice.objects.get()
    expect(editor).to_have_url(re.compile(f"/invoices/{draft.pk}/edit/$"))

    cell(editor, "Unit price").fill("90")
    expect(editor.locator("#save-state")).not_to_have_text(re.compile("^Saved"))
    saved(editor)
    editor.reload()
    expect(cell(editor, "Unit price")).to_have_value("90")
    expect(editor.locator("#typed-before")).to_be_hidden()
    assert (Invoice.objects.get().pk, Invoice.objects.get().net) == (draft.pk, 90)


def type_offline(editor: Page, context: BrowserContext) -> None:
    """Type an invoice while there is no connection."""
    choose_customer(editor)
    context.set_offline(True)
    cell(editor, "Description").fill("Work")
    cell(editor, "Unit price").fill("80")
    expect(editor.locator("#save-state")).to_contain_text("No connection")
    assert not Invoice.objects.exists()


def test_what_was_typed_without_a_connection_is_saved_when_it_is_back(
    editor: Page, context: BrowserContext, watched: Watched
) -> None:
    type_offline(editor, context)
    context.set_offline(False)
    saved(editor)
    assert Invoice.objects.get().net == 80
    watched.complaints.clear()


def test_what_was_typed_before_the_window_was_lost_comes_back(
    editor: Page, context: BrowserContext, live_server: Any, watched: Watched
) -> None:
    type_offline(editor, context)
    editor.close()
    context.set_offline(False)
    watched.complaints.clear()

    again = context.new_page()
    again.goto(f"{live_server.url}/invoices/new/")
    expect(again.locator("#typed-before")).to_be_visible()
    shoot(again, "editor-typed-before")
    again.get_by_role("button", name="Bring it back").click()
    expect(cell(again, "Description")).to_have_value("Work")
    expect(again.get_by_role("combobox", name="Customer")).to_have_value("Bramble GmbH")
    saved(again)
    assert Invoice.objects.get().net == 80


def test_half_a_line_is_kept_in_the_browser_and_says_what_is_missing(editor: Page) -> None:
    choose_customer(editor)
    cell(editor, "Description").fill("Work")
    expect(editor.locator("#save-state")).to_contain_text("Not saved yet: Line 1: It needs a price.")

    editor.on("dialog", lambda dialog: dialog.accept())
    editor.reload()
    editor.get_by_role("button", name="Throw it away").click()
    expect(editor.locator("#typed-before")).to_be_hidden()
    editor.reload()
    expect(editor.locator("#typed-before")).to_be_hidden()


def test_two_versions_are_shown_and_each_part_is_chosen(
    editor: Page, customer: Any, live_server: Any, watched: Watched
) -> None:
    draft = world.draft(customer, [world.line("10.00", description="Work")], po_number="PO-1")
    editor.goto(f"{live_server.url}/invoices/{draft.pk}/edit/")
    colleague = world.make_user(customer.company, name="Bea Bloom")
    theirs = invoice_as_typed(draft)
    edit_draft(draft.pk, replace(theirs, po_number="PO-2"), version=1, by=colleague)

    editor.get_by_label("Their order number").fill("PO-3")
    cell(editor, "Unit price").fill("12")
    expect(editor.locator("#save-state")).to_contain_text("Somebody else saved this draft")
    editor.get_by_role("button", name="Save draft").click()

    expect(editor.get_by_role("heading", name="Two versions of this draft")).to_be_visible()
    expect(editor.get_by_text("Bea Bloom saved it")).to_be_visible()
    shoot(editor, "two-versions")
    editor.get_by_role("group", name="Their order number").get_by_label("PO-2").check()
    editor.get_by_role("button", name="Save what is chosen").click()
    expect(editor.get_by_role("heading", name="Draft invoice")).to_be_visible()
    draft.refresh_from_db()
    assert (draft.po_number, draft.total) == ("PO-2", 12)
    watched.complaints[:] = [each for each in watched.complaints if "409" not in each]


def test_the_page_stands_beside_the_editor_and_follows_the_typing(editor: Page) -> None:
    choose_customer(editor)
    cell(editor, "Description").fill("Oak shelf")
    cell(editor, "Unit price").fill("150")
    page = editor.get_by_role("img", name="Page 1 of 1 of the document")
    expect(page).to_be_visible(timeout=DRAWN)
    before = page.get_attribute("src")
    box, form = page.bounding_box(), editor.locator("#draft").bounding_box()
    assert box["x"] >= form["x"] + form["width"]

    cell(editor, "Unit price").fill("175")
    expect(page).not_to_have_attribute("src", before, timeout=DRAWN)
    shoot(editor, "editor-preview")
    editor.set_viewport_size(PHONE)
    shoot(editor, "editor-preview-phone")
