"""A bank's table by clicking: told once which column is what, taken in; the next one like it is taken at once."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from office.models import BankAccount
from payments.models import BankLine
from tests import world
from tests.browser.conftest import shoot
from tests.payments.bank_samples import OURS

pytestmark = pytest.mark.django_db(transaction=True)
HEAD = "Buchung;Wer;Wofür;Summe;\n"
MARCH = f"Kontoauszug\n{HEAD}09/01/2026;Bramble;INV-2026-0001;1.000;\n10/01/2026;Elm;Miete;-20;\n".encode("cp1252")
APRIL = f"{HEAD}03/02/2026;Bramble;INV-2026-0002;7,50;\n".encode("cp1252")


def upload(page: Page, home: str, name: str, content: bytes) -> None:
    page.goto(f"{home}/bank/import/")
    page.get_by_label("Files").set_input_files({"name": name, "mimeType": "text/csv", "buffer": content})
    page.get_by_role("button", name="Read", exact=True).click()


def test_a_table_that_says_little_is_told_and_then_known(
    company: Any, enter: Callable[[Any], Page], live_server: Any
) -> None:
    BankAccount.objects.create(company=company, name="Main", holder="Alder Ltd", iban=OURS, currency="EUR")
    page = enter(world.make_user(company))
    upload(page, live_server.url, "march.csv", MARCH)

    expect(page.get_by_text("Say which column is the day.")).to_be_visible()
    page.get_by_label("First line").fill("2")
    page.get_by_label("That line holds headings").check()
    page.get_by_role("button", name="Open it so").click()
    for column, role in (("Buchung", "Day"), ("Wer", "Who paid or was paid"), ("Wofür", "Words")):
        page.get_by_label(f"What {column} is").select_option(role)
    page.get_by_label("What Summe is").select_option("Amount, in and out")
    page.get_by_role("button", name="Look again").click()
    expect(page.get_by_text("The sign before the cents can be read in two ways. Choose one.")).to_be_visible()
    page.get_by_label("Amounts are written").select_option("1.234,50")
    page.get_by_label("Days are written").select_option("Day first: 31/03/2026")
    page.get_by_role("button", name="Look again").click()
    expect(page.get_by_role("cell", name="€1,000.00")).to_be_visible()
    expect(page.get_by_text("Jan 9, 2026")).to_be_visible()
    shoot(page, "bank-table-told")
    page.get_by_role("button", name="Take it in").click()
    expect(page.get_by_text("march.csv: 2 new lines.")).to_be_visible()

    upload(page, live_server.url, "april.csv", APRIL)
    expect(page.get_by_text("april.csv: 1 new line.")).to_be_visible()
    found = [(line.party_name, line.text, str(line.amount)) for line in BankLine.objects.order_by("pk")]
    assert found == [
        ("Bramble", "INV-2026-0001", "1000.0000"),
        ("Elm", "Miete", "-20.0000"),
        ("Bramble", "INV-2026-0002", "7.5000"),
    ]
