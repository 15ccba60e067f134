"""The files of every list: each has its columns as the page has them, and adds up to what stands at the list's foot."""

import io
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from django.test import Client
from django.urls import reverse
from lxml import html

from ledger.money import format_money
from office.roles import ROLES, STAND_ALONE
from tests import world
from tests.browser.looking import arguments_of
from tests.browser.page_rows import PAGES
from tests.browser.things.everything import make_things

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser(company: Any) -> Client:
    """Somebody who may see everything there is."""
    user = world.make_user(company, "manager")
    user.groups.set(world.Group.objects.filter(name__in=set(ROLES) - set(STAND_ALONE)))
    client = Client()
    client.force_login(user)
    return client


def lists(browser: Client, things: dict[str, int]) -> Iterator[tuple[str, Any]]:
    """The address and the page of every list."""
    for row in PAGES:
        address = reverse(row.name, args=arguments_of(row, things))
        answer = browser.get(address + row.query.format(**things))
        if answer.status_code == 200 and b"data-list-page" in answer.content:
            yield address, html.fromstring(answer.content)


def words_of(cell: Any) -> str:
    return " ".join(cell.text_content().split())


def heads_of(page: Any) -> list[str]:
    return [words_of(cell) for cell in page.xpath("//section[@data-list-page]//thead//th")]


def sums_at_the_foot(browser: Client, address: str) -> list[list[str]]:
    """The foot's rows, each with its name and the amounts in it."""
    foot = html.fragment_fromstring(browser.get(f"{address}?part=foot").content.decode(), create_parent="table")
    return [[words for cell in row if (words := words_of(cell))] for row in foot.iter("tr")]


def sums_of(sheet: Any) -> list[list[str]]:
    """The totals of a file, written as the page writes them."""
    found = []
    for row in sheet.iter_rows(values_only=True):
        if named := re.fullmatch("Total, (.*)", str(row[0])):
            amounts = [Decimal(str(value)) for value in row[1:-1] if value is not None]
            found.append([row[0], *(format_money(amount, named[1], "en") for amount in amounts)])
    return found


def test_every_list_adds_up_in_its_file_to_what_its_foot_says(browser: Client, company: Any, customer: Any) -> None:
    things, seen, summed = make_things(company, customer), 0, 0
    for address, page in lists(browser, things):
        answer = browser.get(f"{address}?format=xlsx")
        sheet = openpyxl.load_workbook(io.BytesIO(b"".join(answer)), data_only=True).worksheets[0]
        heads = [cell.value for cell in sheet[1]]
        assert heads[: len(heads_of(page))] == heads_of(page) or not heads_of(page), address
        foot = sums_at_the_foot(browser, address)
        assert sums_of(sheet) == foot, address
        seen, summed = seen + 1, summed + bool(foot)
    assert (seen > 35, summed > 10) == (True, True), (seen, summed)
