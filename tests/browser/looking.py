"""What is wrong with a page to eyes and to readers of screens, in light and in dark, on a desk and on a phone."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.urls import reverse
from playwright.sync_api import Page

from tests.browser.conftest import DESKTOP, PHONE, shoot
from tests.browser.page_rows import Row

NARROW, LAPTOP = {"width": 320, "height": 800}, {"width": 1280, "height": 800}
AXE = (Path(__file__).parents[1] / "vendor" / "axe.min.js").read_text()
AT_REST = """(async () => {
  do await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  while ((await Promise.allSettled(document.getAnimations().map((each) => each.finished))).length);
})()"""
SETTLED = """new Promise((done) => {
  const look = () => document.querySelector(".htmx-request") ? setTimeout(look, 20) : done();
  setTimeout(look, 20);
})"""
"""Done when the pieces that a page fetches for itself have come."""
UNFOLDED = """(height) => document.querySelectorAll(".list-scroll").forEach((list) => list.style.maxHeight = height)"""
"""A row half under the sums is scrolled to; axe takes its links for small ones."""
SQUEEZED = """[...document.querySelectorAll("main :is(input, select, textarea)")]
  .filter((box) => !["checkbox", "radio", "hidden"].includes(box.type) && box.checkVisibility() && box.offsetWidth < 48)
  .map((box) => box.getAttribute("aria-label") || box.name)"""
"""Boxes that nobody could type in."""
UNEVEN = r"""(() => {
  const found = (selector) => [...document.querySelectorAll(`main ${selector}`)];
  const shown = (selector) => found(selector).filter((each) => each.checkVisibility());
  const text = (each) => each.textContent.trim();
  const isFigure = (words) => /^[−-]?[£€$]?[\d.,]*\d( ?%)?$/.test(words) && /[£€$%]|\.\d\d$/.test(words);
  const isRight = (cell) => ["end", "right"].includes(getComputedStyle(cell).textAlign);
  const isNumber = (words) => /^[A-Z]{1,3}-\d{4}-\d+$/.test(words);
  const figures = shown("td:not(.preview td)").filter((cell) => isFigure(text(cell)) && !isRight(cell));
  const parted = shown(":is(td, th) a").filter((link) => isNumber(text(link)) && link.getClientRects().length > 1);
  const days = shown("input[type=text]").filter((box) => /^\d{4}-\d\d-\d\d$/.test(box.value));
  return [...figures.map((cell) => `a figure at the left: ${text(cell)}`),
    ...parted.map((link) => `a number in two lines: ${text(link)}`),
    ...days.map((box) => `a day without a calendar: ${box.name}`)];
})()"""
"""Figures that do not stand under each other, numbers of documents that break at a hyphen, days typed as plain text."""
CUT_OFF = """[...document.querySelectorAll(":is(.list-scroll, .table-scroll)")]
  .filter((box) => box.checkVisibility() && box.scrollWidth > box.clientWidth)
  .map((box) => `${box.getAttribute("aria-label")}, by ${box.scrollWidth - box.clientWidth}`)"""
"""Tables of which a part is out of sight."""
QUICK = {"resultTypes": ["violations"], "selectors": False}
"""Nobody asks what passed, or by which path an element is found."""
RULES = QUICK | {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
COLOURS = QUICK | {"runOnly": {"type": "rule", "values": ["color-contrast"]}}
"""All that a dark page can do wrong which a light one does not."""


def arguments_of(row: Row, things: dict[str, Any]) -> list[Any]:
    """What a page's address names: the thing that it is about, or several parts of it."""
    about = things[row.about] if row.about else ()
    return list(about) if isinstance(about, tuple) else [about]


def faults_of(page: Page, site: str, row: Row, things: dict[str, int]) -> Iterator[str]:
    """What is wrong with one page; leaves its pictures."""
    page.set_viewport_size(DESKTOP)
    page.emulate_media(color_scheme="light")
    arguments = arguments_of(row, things)
    answer = page.goto(site + reverse(row.name, args=arguments) + row.query.format(**things))
    page.evaluate(SETTLED)
    if page.locator("draft-preview").count():
        page.wait_for_load_state("networkidle")  # it is drawn a moment after it came into sight
    if not answer or answer.status != 200:
        yield f"answered {answer and answer.status}"
        return
    if "default-src 'self'" not in answer.headers["content-security-policy"]:
        yield "has no content policy"
    if not page.title().endswith("Duebook"):
        yield f"is titled {page.title()!r}"
    if row.is_ours:
        yield from faults_of_look(page, f"page-{row.name.replace(':', '-')}-{row.about}".strip("-"))


def faults_of_look(page: Page, name: str) -> Iterator[str]:
    """What is wrong with a page of ours to eyes, in light and in dark, on a desk and on a phone."""
    if page.locator("h1").count() != 1:
        yield f"has {page.locator('h1').count()} h1"
    yield from (f"light: {fault}" for fault in axe(page))
    yield from (f"has {fault}" for fault in page.evaluate(UNEVEN))
    shoot(page, f"{name}-light")
    page.emulate_media(color_scheme="dark")
    page.evaluate(AT_REST)  # a colour caught half-way of a fade is no colour of ours
    yield from (f"dark: {fault}" for fault in axe(page, COLOURS))
    shoot(page, f"{name}-dark")
    page.emulate_media(color_scheme="light")
    page.set_viewport_size(NARROW)
    if page.evaluate("document.documentElement.scrollWidth") > NARROW["width"]:
        yield "is wider than the narrowest phone"
    for size in (LAPTOP, PHONE):
        page.set_viewport_size(size)
        yield from (f"has a squeezed box at {size['width']}: {box}" for box in page.evaluate(SQUEEZED))
        if size == LAPTOP:
            yield from (f"is too wide for a laptop: {table}" for table in page.evaluate(CUT_OFF))
    yield from (f"has on a phone {fault}" for fault in page.evaluate(UNEVEN))
    shoot(page, f"{name}-phone")


def axe(page: Page, rules: dict[str, Any] = RULES) -> list[str]:
    """What axe-core finds, in words."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(f"(() => {{ {AXE} }})()")
    page.evaluate(UNFOLDED, "none")
    found = page.evaluate(f"axe.run(document, {json.dumps(rules)}).then(answer => answer.violations)")
    page.evaluate(UNFOLDED, "")
    return [f"{one['id']}: {node['html'][:120]}" for one in found for node in one["nodes"]]
