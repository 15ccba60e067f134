"""The pages and endpoints of a month's end: for managers, of their own company's whole book."""

from datetime import date
from decimal import Decimal
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from django.test import Client
from django.urls import reverse

from ledger.models import Period
from office.models import AuditRecord
from office.roles import ROLES
from reports.models import CloseSignoff
from tests import world
from tests.api.calling import Program
from tests.reports.closings import AS_IT_IS, MARCH, closed, content_of, kept, make_pack

DAY, LAST = date(2026, 3, 17), date(2026, 3, 31)
MONTH = "2026-03"
pytestmark = pytest.mark.django_db


@pytest.fixture
def browser(manager: Any, customer: Any) -> Client:
    """A manager at work, whose book has an invoice and a draft of March."""
    world.issue(customer, "100.00", DAY)
    world.draft(customer, "5.00", dated_on=DAY)
    client = Client()
    client.force_login(manager)
    return client


def address(name: str, *more: Any) -> str:
    return reverse(f"reports:{name}", args=[MONTH, *more])


def text_of(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def test_a_month_is_worked_through_closed_and_kept(browser: Client, company: Any, manager: Any) -> None:
    assert "March 2026" in text_of(browser.get(reverse("reports:month_list")))
    page = text_of(browser.get(address("close"), {"whole": 1}))
    assert "Drafts dated in the month are issued" in page
    assert "3 steps are open and not signed off." in page
    assert "Why it is closed as it is" in page
    draft = "/invoices/?state=draft&amp;dated_from=2026-03-01&amp;dated_to=2026-03-31"
    assert f'<a href="{draft}" aria-label="Drafts dated in the month are issued: 1 open.' in page

    for step in ("drafts", "statements", "whole_check"):
        answer = browser.post(address("sign_close_step", step), {"note": "Looked at"}, follow=True)
        assert "Signed off." in text_of(answer)
    page = text_of(browser.get(address("close"), {"part": "steps"}))
    assert "Signed off by Manager" in page
    assert "Why it is closed as it is" not in page
    assert "Take back" in page
    answer = text_of(browser.post(address("close_month"), follow=True))
    assert "March 2026 is closed, and its reports are being made." in answer
    assert 'hx-trigger="every 2s"' in answer

    make_pack()
    page = text_of(browser.get(address("close")))
    assert "Version 1" in page
    assert 'hx-trigger="every 2s"' not in page
    assert CloseSignoff.objects.filter(by=manager, note="Looked at").count() == 3


def test_what_was_kept_is_looked_at_got_and_compared(browser: Client, company: Any, customer: Any) -> None:
    pack = closed(company)
    page = text_of(browser.get(reverse("reports:close_pack", args=[pack.pk])))
    file = pack.files.get(report="ageing", form="xlsx")
    assert file.sha256 in page
    got = browser.post(reverse("reports:close_pack_file", args=[file.pk]))
    assert got.content == content_of(pack, "ageing", "xlsx")
    assert got["Content-Disposition"] == 'attachment; filename="2026-03-v1-ageing.xlsx"'
    assert openpyxl.load_workbook(BytesIO(got.content)).sheetnames == ["Ageing by customer", "About"]
    assert AuditRecord.objects.filter(action="download_close_file").count() == 1
    compared = reverse("reports:compare_close_pack", args=[pack.pk])
    assert "Every figure comes out as it was kept." in text_of(browser.get(compared))

    browser.post(address("reopen_month"), {"reason": "A late invoice"})
    world.issue(customer, "7.00", DAY)
    page = text_of(browser.get(compared))
    assert "figures do not come out any more" in page
    assert "107.00" in page


def test_a_refusal_is_said_on_the_page(browser: Client, company: Any) -> None:
    answer = text_of(browser.post(address("close_month"), follow=True))
    assert "Not all is done: drafts dated in the month are issued (1 open), " in answer
    assert "Say why the month is reopened." not in answer
    assert "March 2026 is open" in text_of(browser.post(address("reopen_month"), {"reason": "x"}, follow=True))
    assert not Period.objects.filter(closed_at__isnull=False).exists()


def test_a_closed_month_without_its_pack_says_so_and_makes_it(browser: Client, company: Any) -> None:
    Period.objects.filter(month=MARCH).update(closed_at="2026-04-03T10:00Z")
    page = text_of(browser.get(address("close")))
    assert "The month is closed, and its reports are not kept yet." in page
    assert "its reports are not kept yet" in text_of(browser.get(reverse("reports:month_list")))
    browser.post(address("make_close_pack"))
    assert make_pack().explanation == "Pack 1 of 2026-03 is kept."


@pytest.mark.parametrize("text", ["2026-13", "1000-01", "2300-01", "none", "2026-W1", "2026-3"])
def test_what_is_no_month_is_not_found(browser: Client, text: str) -> None:
    assert browser.get(f"/reports/close/{text}/").status_code == 404
    assert browser.post(f"/reports/close/{text}/close/").status_code == 404


def test_only_who_closes_months_and_sees_the_whole_book_comes_in(browser: Client, company: Any, manager: Any) -> None:
    pack = kept(company, MARCH)
    pages = [reverse("reports:month_list"), address("close"), reverse("reports:close_pack", args=[pack.pk])]
    assert [browser.get(page).status_code for page in pages] == [200, 200, 200]
    for role in set(ROLES) - {"manager"}:
        other = Client()
        other.force_login(world.make_user(company, role))
        assert {other.get(page).status_code for page in pages} == {403}
    manager.only_own_customers = True
    manager.save()
    assert [browser.get(page).status_code for page in pages] == [403, 403, 404]


@pytest.mark.django_db(transaction=True)
def test_programs_do_the_same(company: Any, customer: Any, manager: Any) -> None:
    world.issue(customer, "100.00", DAY)
    program = Program(manager)
    [month] = program.get("close/").json()["results"]
    assert month == {"month": "2026-03-01", "state": "open", "closed_at": None, "packs": 0, "has_pack": False}
    found = program.get(f"close/{MONTH}/").json()
    assert {step["step"] for step in found["steps"] if step["state"] == "open"} == {"statements", "whole_check"}
    signed = program.post(f"close/{MONTH}/steps/statements/sign/", {"note": "By post"}).json()
    [step] = [step for step in signed["steps"] if step["step"] == "statements"]
    assert (step["state"], step["signoff"]["note"], step["signoff"]["open"]) == ("signed_off", "By post", 1)
    program.post(f"close/{MONTH}/steps/statements/take-back/", {})
    refused = program.post(f"close/{MONTH}/close/", {})
    assert (refused.status_code, refused.json()["code"]) == (409, "reason_missing")
    shut = program.post(f"close/{MONTH}/close/", {"reason": AS_IT_IS}).json()
    assert (shut["state"], shut["has_pack"]) == ("closed", False)

    make_pack()
    pack_id = program.get(f"close/{MONTH}/").json()["kept"][0]["id"]
    pack = program.get(f"close-packs/{pack_id}/").json()
    [file] = [each for each in pack["files"] if each["name"] == "2026-03-v1-ageing.pdf"]
    assert program.get(f"close-packs/files/{file['id']}/").content.startswith(b"%PDF-")
    program.post(f"close/{MONTH}/reopen/", {"reason": "A late invoice"})
    world.issue(customer, "7.00", DAY)
    results = program.get(f"close-packs/{pack_id}/compare/").json()["results"]
    by_report = {(each["report"], each["is_as_known"]): each for each in results}
    assert by_report["ageing", True]["differing"] == 0
    [total] = [each for each in by_report["ageing", False]["figures"] if each["column"] == "Total"]
    assert (total["kept"], total["now"], Decimal(total["difference"])) == ("100.00", "107.00", 7)
    program.post(f"close/{MONTH}/close/", {"reason": AS_IT_IS})
    again = program.post(f"close/{MONTH}/pack/", {})
    assert (again.status_code, again.json()["code"]) == (409, "pack_under_way")
