"""Coming from another product on screen: load, watch it go on, compare, go live."""

from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from billing.models import Opening
from billing.operations import load_opening
from office.models import Run
from office.work.runs import carry_out, do_next_piece
from tests import world
from tests.billing.test_opening_formats import AGING
from tests.browser.conftest import PHONE, shoot
from tests.browser.looking import axe

pytestmark = pytest.mark.django_db(transaction=True)


def test_books_are_taken_over_on_screen(
    company: Any, enter: Callable[[Any], Page], live_server: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(load_opening, "AT_ONCE", 1)
    page = enter(world.make_user(company, "manager"))
    page.goto(live_server.url + reverse("billing:opening"))
    shoot(page, "opening-new")
    page.get_by_label("You come from").fill("QuickBooks")
    page.get_by_label("Day of the change").fill("2026-02-28")
    page.get_by_role("button", name="Begin").click()
    page.get_by_role("link", name="Load a file").click()
    page.get_by_label("File").set_input_files({"name": "aging.csv", "mimeType": "text/csv", "buffer": AGING.encode()})
    page.get_by_role("button", name="Read the file").click()
    expect(page.get_by_label("Customer required")).to_have_count(0)
    page.get_by_label("Add customers who are not there").check()
    shoot(page, "opening-mapping")
    page.get_by_role("button", name="Make a dry run").click()
    page.wait_for_url("**/runs/*/")
    run = Run.objects.get()
    list(carry_out(run.pk))
    expect(page.get_by_text("Dry run: nothing was kept.")).to_be_visible()
    page.get_by_role("button", name="Start the import").click()
    for _ in range(2):
        do_next_piece(run.pk)
    expect(page.get_by_text("1 of 4 done.")).to_be_visible()
    list(carry_out(run.pk))
    expect(page.get_by_text("Finished")).to_be_visible()
    assert axe(page) == []

    page.goto(live_server.url + reverse("billing:opening"))
    page.get_by_label("Owed in EUR").fill("1100")
    page.get_by_role("button", name="Compare").click()
    expect(page.get_by_role("button", name="Go live")).to_be_disabled()
    assert axe(page) == []
    shoot(page, "opening-differs")
    page.set_viewport_size(PHONE)
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    shoot(page, "opening-differs-phone")
    page.get_by_label("Owed in EUR").fill("1150")
    page.get_by_role("button", name="Compare").click()
    expect(page.get_by_text("They agree")).to_be_visible()
    page.get_by_role("button", name="Go live with 4 documents").click()
    expect(page.get_by_text("Live since")).to_be_visible()
    assert axe(page) == []
    assert Opening.objects.get().is_live
    page.get_by_role("link", name="What was taken over").click()
    page.get_by_role("link", name="SI-1").first.click()
    page.wait_for_url("**/opening/items/*/")
    assert axe(page) == []
    shoot(page, "opening-item")
