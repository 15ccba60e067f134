"""A public bank file is read in, and the queue worked by keyboard: accept, keep on account, undo, take back."""

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from office.models import BankAccount
from payments.bank_files import read_bank_file
from payments.booked_banks import book_account_of
from payments.models import BankLine, Receipt
from payments.operations.take_bank_file import take_bank_file
from tests import world
from tests.browser.conftest import shoot
from tests.payments.bank_samples import DATA, NEEDS_DATA, OURS, camt, detail, entry, statement

pytestmark = pytest.mark.django_db(transaction=True)
BEFORE = date(2026, 2, 1)
FILE = "camt/banks/abn_amro-example_camt.xml"


@pytest.fixture
def bank(company: Any) -> BankAccount:
    account = BankAccount.objects.create(company=company, name="Main", holder="Alder Ltd", iban=OURS, currency="EUR")
    book_account_of(account)
    return account


def waiting(bank: BankAccount, *payments: tuple[str, str, str]) -> list[BankLine]:
    """Lines that wait: of each its amount, the words and the name."""
    sizes = [
        (amount.lstrip("-"), "DBIT" if amount[0] == "-" else "CRDT", text, name) for amount, text, name in payments
    ]
    entries = [entry(size, detail(size, text, name=name), sign=way) for size, way, text, name in sizes]
    take_bank_file(bank.company, "m.xml", camt(statement(*entries, opening="0.00", closing="0.00")), by=None)
    return list(BankLine.objects.order_by("pk"))


def expect_row(page: Page, name: str) -> None:
    """Wait until the row of that id has the focus."""
    page.wait_for_function("id => document.activeElement.closest('[data-queue-row]')?.id === id", arg=name)


def test_the_queue_is_worked_by_keyboard_alone(
    company: Any, customer: Any, bank: Any, enter: Callable[[Any], Page], live_server: Any
) -> None:
    cedar = world.make_customer(company, "Cedar AG")
    first = world.issue(customer, "120.00", BEFORE)
    other = world.issue(cedar, "80.00", BEFORE)
    lines = waiting(bank, ("100.00", first.number, "Bramble"), ("70.00", other.number, "Cedar"), ("9.00", "?", "Who"))
    page = enter(world.make_user(company, "manager"))
    page.goto(f"{live_server.url}/bank/queue/")
    expect(page.locator("[data-queue-row]")).to_have_count(3)

    page.keyboard.press("1")
    expect(page.locator(f"#line-{lines[0].pk}")).to_contain_text("records €100.00 from Bramble GmbH")
    expect(page.locator(f"#line-{lines[1].pk} button").first).to_be_focused()
    page.keyboard.press("o")
    expect(page.locator(f"#line-{lines[1].pk}")).to_contain_text("records €70.00 from Cedar AG")
    assert world.item_of(other).balance == 80
    expect_row(page, f"line-{lines[2].pk}")

    page.keyboard.press("k")
    expect_row(page, f"line-{lines[1].pk}")
    page.keyboard.press("u")
    expect(page.locator(f"#line-{lines[1].pk} [data-row-key='1']")).to_be_focused()
    page.keyboard.press("1")
    expect(page.locator(f"#line-{lines[1].pk}")).to_contain_text("records €70.00 from Cedar AG")
    assert world.item_of(other).balance == 10
    shoot(page, "bank-queue-worked")

    page.keyboard.press("s")
    expect(page).to_have_url(re.compile(f"/bank/lines/{lines[2].pk}/"))


@NEEDS_DATA
def test_a_public_file_is_read_in_on_screen_and_again_brings_nothing(
    company: Any, enter: Callable[[Any], Page], live_server: Any
) -> None:
    sample = DATA / FILE
    read = read_bank_file(sample.read_bytes())
    BankAccount.objects.create(
        company=company, name="Public", holder="Alder Ltd", iban=read[0].account, currency=read[0].currency or "EUR"
    )
    count = sum(not line.is_pending for each in read for line in each.lines)
    page = enter(world.make_user(company, "manager"))
    for words in (f"{count} new lines", f"0 new lines, {count} known before"):
        page.goto(f"{live_server.url}/bank/import/")
        page.get_by_label("Files").set_input_files(sample)
        page.get_by_role("button", name="Read").click()
        expect(page.get_by_text(f"{sample.name}: {words}")).to_be_visible()


def test_a_cheque_that_the_bank_returns_is_taken_back_by_one_key(
    company: Any, customer: Any, bank: Any, enter: Callable[[Any], Page], live_server: Any
) -> None:
    invoice = world.issue(customer, "1000.00", BEFORE)
    cheque = world.receive(customer, "1000.00", date(2026, 2, 20), method="cheque")
    world.apply(cheque, invoice, "1000.00", date(2026, 2, 20))
    [back] = waiting(bank, ("-1012.50", f"Unpaid cheque {invoice.number}", "Bramble"))
    page = enter(world.make_user(company, "manager"))
    page.goto(f"{live_server.url}/bank/lines/{back.pk}/")
    expect(page.get_by_role("heading", name="What it probably takes back")).to_be_visible()
    shoot(page, "bank-line-returned")
    page.keyboard.press("1")

    expect(page.get_by_text(f"{cheque} is taken back.")).to_be_visible()
    expect(page.get_by_role("heading", name="In the book")).to_be_visible()
    assert Receipt.objects.get().status == "reversed"
    assert world.item_of(invoice).balance == Decimal(1000)
