"""A month is closed on screen, its reports are kept, and the ageing of its last day is what the kept file says."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from playwright.sync_api import Page, expect

from tests import world
from tests.reports.closings import make_pack

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def last_month(company: Any, customer: Any) -> date:
    """Two customers owe something at the end of the last month, and something came in this month."""
    last = company.today().replace(day=1) - timedelta(days=1)
    other = world.make_customer(company, "Aster AG")
    late = world.issue(customer, "120.50", last - timedelta(days=70))
    world.issue(other, "33.25", last)
    world.receive(other, "4.00", last)
    world.apply(world.receive(customer, "20.00", last), late, "20.00", last)
    world.apply(world.receive(customer, "50.00", company.today()), late, "50.00", company.today())
    return last


def cents(text: str) -> Decimal:
    """An amount as the page writes it; a dash is none."""
    digits = "".join(sign for sign in text.replace("\N{MINUS SIGN}", "-") if sign in "0123456789.-")
    return Decimal(digits or "0")


def kept_rows(file: Path) -> dict[str, list[Decimal]]:
    """The rows of the kept ageing by their first cell: what stands in its columns of amounts."""
    sheet = openpyxl.load_workbook(BytesIO(file.read_bytes()), data_only=True).worksheets[0]
    heads, *rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    first, last = heads.index("Not due"), heads.index("Total")
    return {row[0]: [Decimal(str(value)).quantize(Decimal("0.01")) for value in row[first : last + 1]] for row in rows}


def shown_rows(page: Page) -> dict[str, list[Decimal]]:
    """The rows of the page likewise."""
    rows = page.locator("table:has(th:text-is('Not due')) tr:has(td.number)").all()
    found = {}
    for row in rows:
        amounts = [cents(cell.inner_text().split("\n")[0]) for cell in row.locator("td.number").all()[:7]]
        found[row.locator("th").inner_text().split("\n")[0].strip()] = amounts
    return found


def test_the_ageing_of_the_last_month_end_equals_the_kept_file(
    company: Any, last_month: date, log_in: Callable[[Any], Page], live_server: Any, tmp_path: Path
) -> None:
    page = log_in(world.make_user(company, "manager"))
    page.goto(live_server.url + "/reports/close/")
    page.get_by_role("link", name=f"{last_month:%B %Y}").click()
    expect(page.get_by_role("heading", name="Close the month")).to_be_visible()
    step = page.locator("#step-statements")
    step.get_by_text("Sign off…").click()
    step.get_by_label("Note").fill("They are sent on Monday")
    step.get_by_role("button", name="Sign off with 2 open").click()
    expect(page.locator("#step-statements")).to_contain_text("They are sent on Monday")
    page.get_by_label("Why it is closed as it is").fill("All else was looked at")
    page.get_by_role("button", name=f"Close {last_month:%B %Y}").click()
    expect(page.get_by_text("The reports are being made.")).to_be_visible()
    make_pack()
    page.get_by_role("link", name="Version 1", exact=True).click()
    with page.expect_download() as got:
        page.get_by_role("button", name="Ageing as xlsx").click()
    file = tmp_path / "ageing.xlsx"
    got.value.save_as(file)

    kept = kept_rows(file)
    page.goto(f"{live_server.url}/reports/ageing/?on={last_month}")
    shown = shown_rows(page)
    together = kept.pop("Together")
    assert {name: shown[name] for name in kept} == kept
    assert together in shown.values()
    assert (kept["Bramble GmbH"][-1], kept["Aster AG"][-1], together[-1]) == (
        Decimal("100.50"),
        Decimal("29.25"),
        Decimal("129.75"),
    )


def test_what_differs_is_shown_after_a_late_invoice(
    company: Any, customer: Any, last_month: date, log_in: Callable[[Any], Page], live_server: Any
) -> None:
    page = log_in(world.make_user(company, "manager"))
    address = f"{live_server.url}/reports/close/{last_month:%Y-%m}/"
    page.goto(address)
    page.get_by_label("Why it is closed as it is").fill("As it is")
    page.get_by_role("button", name=f"Close {last_month:%B %Y}").click()
    make_pack()
    page.get_by_role("link", name="Compare version 1 with the book of today").click()
    expect(page.get_by_text("Every figure comes out as it was kept.")).to_be_visible()

    page.goto(address)
    page.get_by_label("Why", exact=False).fill("A late invoice")
    page.get_by_role("button", name=f"Reopen {last_month:%B %Y}").click()
    world.issue(customer, "7.00", last_month)
    page.get_by_role("link", name="Compare version 1 with the book of today").click()
    expect(page.get_by_text("do not come out any more")).to_be_visible()
    ageing = page.get_by_role("region", name="Table: Ageing 2")
    expect(ageing.get_by_role("row", name="Total, EUR")).to_contain_text("€136.75")
