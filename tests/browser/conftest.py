"""Real Chromium against the real pages, with the product's own content policy."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import BrowserContext, ConsoleMessage, Page

from tests import world

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # playwright runs a loop in the test's own thread
FOLDER = Path(__file__).parents[2] / "var" / "shots"
CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
]
DESKTOP, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if CHROMIUM:
        return
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.skip(reason="No Chromium here; Debian's package is called chromium."))


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    return {"executable_path": CHROMIUM, "args": QUIET}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    """Nothing moves: a colour caught half-way of a fade is no colour of ours. Days are typed as Americans do."""
    return browser_context_args | {"reduced_motion": "reduce", "viewport": DESKTOP, "locale": "en-US"}


def is_a_fault(said: ConsoleMessage) -> bool:
    """Whether a page complains; a preview that is under way when its page is left is none (a failed one says more)."""
    return said.type in ("error", "warning") and not said.text.startswith(("htmx:sendAbort", "htmx:afterRequest"))


class Watched:
    """What a browser complained about, and what it asked of other hosts."""

    def __init__(self, context: BrowserContext, home: str) -> None:
        self.home = home
        self.complaints: list[str] = []
        context.on("console", lambda said: self._note(is_a_fault(said), f"{said.page.url}: {said.text}"))
        context.on("weberror", lambda error: self._note(True, str(error.error)))
        context.on("request", lambda request: self._note(self._is_foreign(request.url), f"asked {request.url}"))

    def _note(self, matters: bool, text: str) -> None:
        if matters:
            self.complaints.append(text)

    def _is_foreign(self, url: str) -> bool:
        return not url.startswith((self.home, "data:", "blob:", "about:"))


@pytest.fixture
def watched(context: BrowserContext, live_server: Any) -> Iterator[Watched]:
    """Fails the test at its end if the browser complained about anything."""
    settings.SITE_URL = live_server.url
    watched = Watched(context, live_server.url)
    yield watched
    assert watched.complaints == []


@pytest.fixture
def log_in(page: Page, live_server: Any, watched: Watched) -> Callable[[Any], Page]:
    """Log somebody in by typing, as they would."""

    def log_in(user: Any) -> Page:
        page.goto(f"{live_server.url}/log-in/")
        page.get_by_label("E-mail address").fill(user.email)
        page.get_by_label("Password").fill(world.PASSWORD)
        page.get_by_role("button", name="Log in").click()
        page.wait_for_url(f"{live_server.url}/")
        return page

    return log_in


@pytest.fixture
def enter(page: Page, live_server: Any, watched: Watched) -> Callable[[Any], Page]:
    """Come in as somebody who has logged in before."""

    def enter(user: Any) -> Page:
        client = Client()
        client.force_login(user)
        session = client.cookies[settings.SESSION_COOKIE_NAME]
        page.context.add_cookies([{"name": session.key, "value": session.value, "url": live_server.url}])
        return page

    return enter


def shoot(page: Page, name: str) -> None:
    """Leave a picture for eyes, where SHOTS asks for them."""
    if not os.environ.get("SHOTS"):
        return
    FOLDER.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=FOLDER / f"{name}.png", full_page=True)
