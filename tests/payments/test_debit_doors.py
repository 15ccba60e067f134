"""Debit runs on screen and for programs: the same preview, refusals and rights; the file, each reading of it kept."""

from base64 import b64decode, b64encode
from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from office.models import AuditRecord
from payments.kept_files import bytes_of
from payments.models import DebitRun
from tests import world
from tests.api.calling import Program, refused
from tests.customers.accounts import IBAN
from tests.payments.debits import approved, debit_of, may_debit, run_for, tomorrow, with_mandate
from tests.payments.test_settle_debits import clock, its_day_has_come, report

__all__ = ["clock"]
pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 2)


@pytest.fixture
def debtor(company: Any, customer: Any) -> Any:
    may_debit(company)
    world.issue(with_mandate(customer), "120.00", DAY)
    return customer


def browser_of(user: Any) -> Client:
    browser = Client()
    browser.force_login(user)
    return browser


def typed(company: Any) -> dict[str, Any]:
    account = company.bank_accounts.get()
    return {"scheme": "core", "bank_account_id": account.pk, "collect_on": tomorrow(company), "version": ""}


def test_the_page_shows_who_will_and_who_will_not_and_asks(debtor: Any, clerk: Any, manager: Any) -> None:
    company, browser = debtor.company, browser_of(clerk)
    address = reverse("payments:debit_run_new")
    page = browser.get(address, typed(company)).content.decode()
    assert "Ask to debit €120.00<" in page
    assert "Nothing: all that is due will be debited." in page
    assert not DebitRun.objects.exists()

    answer = browser.post(address, typed(company))
    run = DebitRun.objects.get()
    assert answer["Location"] == reverse("payments:debit_run", args=[run.pk])
    assert "second person" in browser.get(answer["Location"]).content.decode()
    page = browser.get(address, typed(company)).content.decode()
    assert f"It is in debit run {run.pk} already" in page
    assert "Nothing is to be debited on that day." in browser.post(address, typed(company)).content.decode()


def test_the_file_is_got_by_who_may_and_each_time_it_is_the_same_and_kept(
    debtor: Any, clerk: Any, manager: Any
) -> None:
    run = run_for(debtor.company, clerk)
    address = reverse("payments:debit_run_file", args=[run.pk])
    assert browser_of(clerk).post(address).status_code == 404
    approved(run, manager)
    first, second = (browser_of(clerk).post(address) for _ in range(2))
    assert first.content == second.content == bytes_of(run.file)
    assert first["Content-Disposition"] == f'attachment; filename="{run.message_id}.xml"'
    assert "no-store" in first["Cache-Control"]
    assert AuditRecord.objects.filter(action="download_payment_file", by=clerk).count() == 2
    assert browser_of(clerk).get(address).status_code == 405
    for role in ("collector", "auditor", "sales"):
        assert browser_of(world.make_user(debtor.company, role)).post(address).status_code == 403
    assert IBAN not in browser_of(clerk).get(reverse("payments:debit_run", args=[run.pk])).content.decode()


def test_who_is_limited_to_their_own_customers_sees_no_run(debtor: Any) -> None:
    run = run_for(debtor.company)
    limited = world.make_user(debtor.company, "clerk", only_own_customers=True)
    assert browser_of(limited).get(reverse("payments:debit_run", args=[run.pk])).status_code == 404
    assert browser_of(limited).get(reverse("payments:debit_run_new")).status_code == 404
    assert Program(limited).get(f"debit-runs/{run.pk}/").status_code == 404
    assert Program(limited).get("debit-runs/").json()["results"] == []


def test_the_page_records_reads_answers_and_cancels(debtor: Any, clerk: Any, clock: Any) -> None:
    browser, run = browser_of(clerk), run_for(debtor.company)
    page = reverse("payments:debit_run", args=[run.pk])
    collect = reverse("payments:collect_debit_run", args=[run.pk])
    assert "It is collected on" in browser.post(collect, {"on": "2026-01-01"}, follow=True).content.decode()
    assert "Give the day" in browser.post(collect, {"on": ""}, follow=True).content.decode()
    its_day_has_come(run, clock)
    browser = browser_of(clerk)
    browser.post(collect, {"on": str(run.collect_on)})
    assert debit_of(debtor).state == "collected"
    content = report(run, (debit_of(debtor).end_to_end_id, "MD06"))
    upload = SimpleUploadedFile("status.xml", content)
    answer = browser.post(reverse("payments:debit_answers"), {"file": upload}, follow=True).content.decode()
    assert "status.xml: 0 rejected, 1 came back." in answer
    wrong = SimpleUploadedFile("x.xml", b"<x/>")
    assert "no status report" in browser.post(reverse("payments:debit_answers"), {"file": wrong}).content.decode()
    assert "The customer asked for the money back (MD06)" in browser.get(page).content.decode()
    cancel = browser.post(reverse("payments:cancel_debit_run", args=[run.pk]), {"reason": "x"}, follow=True)
    assert "The bank has answered to it" in cancel.content.decode()


def test_a_program_previews_prepares_gets_the_file_and_collects(
    debtor: Any, clerk: Any, manager: Any, clock: Any
) -> None:
    company, program = debtor.company, Program(clerk)
    account = company.bank_accounts.get().pk
    body = {"scheme": "core", "bank_account": account, "collect_on": str(tomorrow(company))}
    preview = program.get("debit-runs/preview/", **body).json()
    assert [(row["customer"]["name"], row["amount"]) for row in preview["debits"]] == [("Bramble GmbH", "120.00")]
    made = program.post("debit-runs/", body).json()
    assert (made["state"], made["total"], made["debits"][0]["account"]) == ("waiting", "120.00", "DE •••• 3000")
    assert program.get("debit-runs/preview/", **body).json()["others"][0]["reason"].endswith("already")
    assert refused(program.post("debit-runs/", body)) == (409, "nothing_to_debit")
    assert program.get(f"debit-runs/{made['id']}/file/").status_code == 404

    run = approved(DebitRun.objects.get(), manager)
    file = program.get(f"debit-runs/{run.pk}/file/").json()
    assert b64decode(file["content"]) == bytes_of(run.file)
    its_day_has_come(run, clock)
    program = Program(clerk)
    assert program.post(f"debit-runs/{run.pk}/collect/").json()["debits"][0]["state"] == "collected"
    content = b64encode(report(run, (debit_of(debtor).end_to_end_id, "AC04"))).decode()
    answer = program.post("debit-answers/", {"name": "s.xml", "content": content})
    assert answer.json() == {"rejected": 0, "returned": 1, "notes": []}
    [row] = program.get("debit-runs/").json()["results"]
    assert (row["debit_count"], row["back_count"]) == (1, 1)
    assert refused(program.post(f"debit-runs/{run.pk}/cancel/", {"reason": "x"})) == (409, "bank_answered")


def test_a_program_cancels_and_a_stranger_finds_nothing(debtor: Any, clerk: Any) -> None:
    run = run_for(debtor.company)
    stranger = Program(world.make_user(world.make_company(legal_name="Birch Ltd"), "manager"))
    for path in (f"debit-runs/{run.pk}/", f"debit-runs/{run.pk}/file/"):
        assert stranger.get(path).status_code == 404
    assert stranger.post(f"debit-runs/{run.pk}/cancel/", {"reason": "x"}).status_code == 404
    answer = Program(clerk).post(f"debit-runs/{run.pk}/cancel/", {"reason": "Never sent"}).json()
    assert (answer["state"], answer["cancelled_reason"]) == ("cancelled", "Never sent")
