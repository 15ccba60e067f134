"""Keeping a view of a list, sharing it, having it mailed: by its menus, and how those pages look."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from office.models import Run, SavedView
from office.operations.keep_view import save_view
from office.operations.order_file import order_file
from office.operations.schedule_view import ScheduleDetails, add_schedule
from office.operations.send_views import send_schedule
from office.tasks import carry_out_run
from office.web.asking import KnownAddress
from office.web.lists import files
from tests import world
from tests.browser.looking import NARROW, axe, faults_of
from tests.browser.page_rows import Row

pytestmark = pytest.mark.django_db(transaction=True)
DAY = date(2026, 3, 2)


def test_a_view_is_kept_from_its_menu_and_a_colleague_opens_it(
    enter: Callable[[Any], Page], live_server: Any, company: Any, customer: Any
) -> None:
    world.issue(customer, "10.00", DAY)
    page = enter(world.make_user(company, "manager", name="Mia"))
    page.goto(f"{live_server.url}/invoices/?q=INV")
    page.get_by_text("Columns", exact=True).click()
    for name in ("Mail", "Their order", "Date"):
        page.get_by_role("checkbox", name=name, exact=True).uncheck()
    page.get_by_role("button", name="Show").last.click()
    expect(page.get_by_role("columnheader")).to_have_count(6)
    page.get_by_text("Views", exact=True).click()
    page.get_by_label("Keep what you see now as").fill("Just ours")
    page.get_by_label("Share with all who see this page").check()
    page.get_by_role("button", name="Save view").click()
    expect(page.get_by_text("“Just ours” is kept.")).to_be_visible()
    kept = SavedView.objects.get()
    assert (kept.query, kept.is_shared) == ("?q=INV&cols=customer%2Cstate%2Cdue_on%2Ctotal%2Copen", True)

    colleague = enter(world.make_user(company))
    colleague.goto(f"{live_server.url}/invoices/")
    expect(colleague.get_by_role("columnheader")).to_have_count(9)  # nothing sticks by itself
    colleague.get_by_text("Views", exact=True).click()
    colleague.get_by_role("link", name="Just ours Mia").click()
    expect(colleague.get_by_role("columnheader")).to_have_count(6)


def test_a_column_that_was_chosen_does_not_give_way_to_a_smaller_window(
    enter: Callable[[Any], Page], live_server: Any, company: Any, customer: Any
) -> None:
    world.issue(customer, "10.00", DAY)
    page = enter(world.make_user(company))
    head = page.get_by_role("columnheader", name="Their order")
    page.goto(f"{live_server.url}/invoices/")
    expect(head).to_be_visible()
    page.set_viewport_size({"width": 800, "height": 800})
    expect(head).to_be_hidden()
    page.goto(f"{live_server.url}/invoices/?cols=po_number,total")
    expect(head).to_be_visible()


def test_the_menu_says_how_many_rows_a_file_has(
    enter: Callable[[Any], Page], live_server: Any, company: Any, customer: Any
) -> None:
    for _ in range(3):
        world.issue(customer, "10.00", DAY)
    page = enter(world.make_user(company))
    page.goto(f"{live_server.url}/invoices/")
    page.get_by_text("Export", exact=True).click()
    expect(page.get_by_text("All 3 that match")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="Excel").click()
    assert download.value.suggested_filename == "invoices.xlsx"


def test_the_pages_of_schedules_and_large_files_are_clean(
    enter: Callable[[Any], Page], live_server: Any, company: Any, customer: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "MOST_AT_ONCE", 0)
    world.issue(customer, "10.00", DAY)
    owner, now = world.make_user(company, "manager"), timezone.now()
    view = save_view(company, "Late ones", KnownAddress("/invoices/", "?q=INV", "Invoices"), is_shared=True, by=owner)
    schedule = add_schedule(view.pk, ScheduleDetails("pdf", "week_day", 7, [owner], week_day=0), now=now, by=owner)
    send_schedule(schedule.pk, now=schedule.next_at)
    waiting, made = (order_file(company, "/invoices/?format=csv", "Invoices", by=owner) for _ in range(2))
    carry_out_run(made.pk)
    Run.objects.filter(pk=waiting.pk).update(done=2000)
    things = {"view": view.pk, "schedule": schedule.pk, "waiting": waiting.pk, "made": made.pk}
    rows = [
        Row("office:view", "view"),
        Row("office:schedule_new", "view"),
        Row("office:schedule", "schedule"),
        Row("office:kept_file", "waiting"),
        Row("office:kept_file", "made"),
        Row("billing:invoice_list", query="?format=xlsx"),
    ]
    page = enter(owner)
    faults = {f"{row.name} {row.about}": list(faults_of(page, live_server.url, row, things)) for row in rows}
    assert {name: found for name, found in faults.items() if found} == {}
    assert page.get_by_role("button", name="Make the file").count() == 1


def test_the_open_menus_of_a_list_are_clean(
    enter: Callable[[Any], Page], live_server: Any, company: Any, customer: Any
) -> None:
    owner = world.make_user(company, "manager")
    for name in ("Mine", "Another"):
        save_view(company, name, KnownAddress("/invoices/", "?q=INV", "Invoices"), is_shared=True, by=owner)
    world.issue(customer, "10.00", DAY)
    page = enter(owner)
    page.goto(f"{live_server.url}/invoices/?q=INV")
    for menu in ("Views", "Columns", "Export"):
        page.set_viewport_size({"width": 1440, "height": 900})
        page.get_by_text(menu, exact=True).click()
        assert axe(page) == []
        page.set_viewport_size(NARROW)
        assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"], menu
        page.keyboard.press("Escape")
