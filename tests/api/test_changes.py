"""What programs lean on stays, or it is told; and what will end says so."""

from datetime import date
from typing import Any

import pytest
from django.test import Client

from office.api import listing as kept
from office.api.changes import NOTICE, Change, Deprecation
from office.api.companies import CompaniesView
from office.api.listing import broken, kept_listing, listing
from tests.api.calling import Program

pytestmark = pytest.mark.django_db
KEPT = [
    "InvoiceOut field number: string",
    "InvoiceOut is object",
    "list_invoices get /api/v1/invoices/",
    "list_invoices query limit",
]


def test_nothing_that_was_kept_is_broken_without_an_entry() -> None:
    """Where this fails: say it in office/api/changes.py, then run `manage.py keep_api_listing`."""
    assert broken(kept_listing(), listing()) == []
    assert len(kept_listing()) > 5000


@pytest.mark.parametrize("line", KEPT)
def test_a_line_that_goes_is_broken(line: str, monkeypatch: pytest.MonkeyPatch) -> None:
    now = [each for each in KEPT if each != line]
    assert broken(KEPT, now) == [line]
    monkeypatch.setattr(kept, "CHANGES", [Change(date(2026, 12, 1), "It went.", (line,))])
    assert broken(KEPT, now) == []


def test_something_more_to_be_sent_is_broken_and_something_new_is_not() -> None:
    more = ["list_invoices query day", "InvoiceOut field colour: string", "PaletteIn field name required"]
    assert broken(KEPT, KEPT + more) == []
    asked = ["InvoiceOut field colour required", "list_invoices query day required"]
    assert broken(KEPT, KEPT + asked) == asked


def test_the_page_tells_what_changed_and_what_may(clerk: Any) -> None:
    browser = Client()
    assert browser.get("/api/changes/").status_code == 302
    browser.force_login(clerk)
    page = browser.get("/api/changes/").content.decode()
    assert "Keys have scopes" in page
    assert f"for {NOTICE.days} days at least" in page


def test_a_door_that_will_end_says_so_on_each_answer(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not program.get("companies/").has_header("Deprecation")
    monkeypatch.setattr(CompaniesView, "deprecation", Deprecation(date(2026, 12, 1), date(2027, 6, 1)))

    for answer in (program.get("companies/"), program.post("companies/", {})):
        assert answer["Deprecation"] == "@1796083200"
        assert answer["Sunset"] == "Tue, 01 Jun 2027 00:00:00 GMT"
        assert answer["Link"] == '</api/changes/>; rel="deprecation"; type="text/html"'
