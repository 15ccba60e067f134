"""Every page of the site, in light, in dark and on a phone: clean, reachable, readable. A page without a row fails."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from playwright.sync_api import Page

from tests import world
from tests.browser.looking import arguments_of, faults_of
from tests.browser.page_rows import ELSEWHERE, PAGES, Row
from tests.browser.things.everything import make_things

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def things(company: Any, customer: Any) -> dict[str, int]:
    """One of each thing a page can be about."""
    return make_things(company, customer)


def page_names(patterns: list[Any], prefix: str = "") -> Iterator[str]:
    """The names of all routes that a browser can open by GET."""
    for entry in patterns:
        if isinstance(entry, URLResolver):
            if str(entry.pattern).startswith("api/"):
                continue
            inner = f"{entry.namespace}:" if entry.namespace else ""
            yield from page_names(entry.url_patterns, prefix + inner)
        elif isinstance(entry, URLPattern) and entry.name:
            yield prefix + entry.name


def test_every_route_is_looked_at_here_or_says_where(client: Any, company: Any) -> None:
    client.force_login(world.make_user(company, "manager", is_superuser=True))
    seen = {row.name for row in PAGES} | set(ELSEWHERE)
    missing = [name for name in page_names(get_resolver().url_patterns) if name not in seen and opens(client, name)]

    assert missing == []


def opens(client: Any, name: str) -> bool:
    """Whether a route answers GET with a page of its own, not a file, a refusal or a redirect."""
    for arguments in ([], [1], ["x"], [1, 0]):
        try:
            answer = client.get(reverse(name, args=arguments))
        except Exception:
            continue
        return answer.status_code == 200 and answer["Content-Type"].startswith("text/html")
    return False


def walks() -> Iterator[tuple[str, list[Row]]]:
    """The pages in walks, each by one role through one world, as that takes a while to make."""
    for role in sorted({row.role for row in PAGES}):
        for place, rows in enumerate(batched([row for row in PAGES if row.role == role], 40)):
            yield f"{role}-{place}", rows


def batched(rows: list[Row], size: int) -> Iterator[list[Row]]:
    for start in range(0, len(rows), size):
        yield rows[start : start + size]


@pytest.mark.parametrize("rows", [pytest.param(rows, id=name) for name, rows in walks()])
def test_every_page(
    company: Any, things: dict[str, int], enter: Callable[[Any], Page], live_server: Any, rows: list[Row]
) -> None:
    page = enter(world.make_user(company, rows[0].role))
    faults = {f"{row.name} {row.about}": list(faults_of(page, live_server.url, row, things)) for row in rows}

    assert {page: found for page, found in faults.items() if found} == {}


def test_every_title_is_its_own(company: Any, things: dict[str, int], client: Any) -> None:
    client.force_login(world.make_user(company, "manager", is_superuser=True))
    titles = {}
    for row in PAGES:
        answer = client.get(reverse(row.name, args=arguments_of(row, things)) + row.query.format(**things))
        title = answer.content.decode().split("<title>")[1].split("</title>")[0]
        titles.setdefault(title.strip(), []).append(row)

    assert [rows for rows in titles.values() if len({(row.name, row.about) for row in rows}) > 1] == []
