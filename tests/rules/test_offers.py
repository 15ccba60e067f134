"""No page offers anybody what they may not do: each link and each form leads where the reader may come in."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import Client
from django.urls import Resolver404, resolve, reverse
from lxml import html

from office.models import Company
from office.roles import ROLES
from tests import world
from tests.browser.looking import arguments_of
from tests.browser.page_rows import PAGES, Row
from tests.browser.things.everything import make_things
from tests.rules.test_doors import OPEN

LEADS = ("href", "action", "formaction", "hx-get", "hx-post", "hx-delete")
PAGES_OF_OURS = [row for row in PAGES if row.is_ours]


@pytest.fixture
def things(company: Company, customer: Any) -> dict[str, int]:
    return make_things(company, customer)


def address_of(row: Row, things: dict[str, int]) -> str:
    return reverse(row.name, args=arguments_of(row, things)) + row.query.format(**things)


def leads(page: str) -> Iterator[str]:
    """The ways from a page to others of this site."""
    for element in html.fromstring(page).iter():
        for name in LEADS:
            path = urlsplit(element.get(name) or "").path
            if path.startswith("/"):
                yield path


def permission_of(path: str) -> str:
    """What the door behind an address asks for; nothing where it is open to all, or no door."""
    try:
        door: str = getattr(resolve(path).func, "door", OPEN)
    except Resolver404:
        return ""
    return "" if door == OPEN else door


@pytest.mark.parametrize("role", sorted(set(ROLES) - {"mail server"}))
def test_what_a_page_offers_its_reader_may_do(company: Company, things: dict[str, int], role: str) -> None:
    browser = Client()
    browser.force_login(world.make_user(company, role))
    opened, wrong = 0, {}
    for row in PAGES_OF_OURS:
        answer = browser.get(address_of(row, things))
        if answer.status_code == 200:
            opened += 1
            needed = {path: permission_of(path) for path in leads(answer.content.decode())}
            barred = {path: name for path, name in needed.items() if name and name not in ROLES[role]}
            wrong |= {f"{row.name} {row.about}": barred} if barred else {}
    assert opened > 10
    assert wrong == {}
