"""The journal's pages and endpoints: for managers and administrators, of their own company, once for each request."""

from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from office.models import AuditRecord, Run
from office.operations.create_api_token import create_api_token
from office.roles import ROLES
from office.tasks import carry_out_run
from reports.models import JournalAccount, JournalBatch, JournalSettings, journal_settings_of
from reports.operations import begin_journal_export
from tests import world
from tests.reports.journals import content_of, export, map_all

DAY = date(2026, 3, 2)
pytestmark = pytest.mark.django_db


def browser_of(user: Any) -> Client:
    browser = Client()
    browser.force_login(user)
    return browser


@pytest.fixture
def browser(manager: Any, customer: Any) -> Client:
    """A manager at work, whose book has one invoice."""
    world.issue(customer, "100.00", DAY)
    return browser_of(manager)


def text_of(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def test_an_export_is_looked_at_made_got_and_taken_back(browser: Client, company: Any, manager: Any) -> None:
    asked = {"format": "csv", "last_day": DAY, "first_day": ""}
    shown = text_of(browser.get(reverse("reports:journal_new"), asked))
    assert "1 entry of" in shown
    assert "Export 1 entry</button>" in shown
    assert "A row for each line of an entry" in shown
    assert not JournalBatch.objects.exists()

    made = browser.post(reverse("reports:journal_new"), asked, follow=True)
    batch = JournalBatch.objects.get()
    assert made.redirect_chain == [(reverse("reports:journal", args=[batch.pk]), 302)]
    assert (batch.made_by, batch.file.sha256 in text_of(made)) == (manager, True)

    got = browser.post(reverse("reports:journal_file", args=[batch.pk]))
    assert b"".join(got) == content_of(batch)
    assert (got["Content-Type"], got["Cache-Control"]) == ("text/csv", "no-store")
    assert got["Content-Disposition"] == f'attachment; filename="{batch.file.name}"'
    assert AuditRecord.objects.filter(action="download_journal", by=manager).count() == 1

    taken_back = reverse("reports:withdraw_journal", args=[batch.pk])
    assert "Say why the export is withdrawn." in text_of(browser.post(taken_back, {"reason": ""}, follow=True))
    assert "Taken back: its entries wait" in text_of(browser.post(taken_back, {"reason": "Wrong"}, follow=True))
    assert "Export 1 entry</button>" in text_of(browser.get(reverse("reports:journal_new"), asked))


def test_a_form_sent_twice_makes_one_export_and_a_new_one_finds_nothing(browser: Client) -> None:
    typed = {"format": "csv", "last_day": DAY, "first_day": ""}
    address = reverse("reports:journal_new")
    first, again = (browser.post(address, typed | {"csrfmiddlewaretoken": "a" * 64}) for _ in range(2))
    assert (first.status_code, again.status_code, again.url) == (302, 302, first.url)

    anew = browser.post(address, typed | {"csrfmiddlewaretoken": "b" * 64})
    assert "Every entry of these days was exported already." in text_of(anew)
    assert JournalBatch.objects.count() == 1


def test_many_entries_are_exported_by_a_worker(
    browser: Client, customer: Any, manager: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(begin_journal_export, "AT_ONCE", 1)
    world.issue(customer, "7.00", DAY)
    page, asked = reverse("reports:journal_new"), {"format": "csv", "last_day": DAY, "first_day": DAY}
    begun, late = (browser.post(page, asked | {"csrfmiddlewaretoken": sign * 64}) for sign in "ab")
    first, second = Run.objects.order_by("pk")
    assert [begun.url, late.url] == [reverse("office:run", args=[run.pk]) for run in (first, second)]
    assert not JournalBatch.objects.exists()

    carry_out_run(first.pk)
    carry_out_run(second.pk)
    first.refresh_from_db()
    second.refresh_from_db()
    batch = JournalBatch.objects.get()
    assert (batch.made_by, batch.first_day, batch.file.entry_count) == (manager, DAY, 2)
    assert (first.status, first.result) == ("done", {"Entries": 2, "Lines": 4})
    assert (second.status, second.explanation) == ("failed", "Every entry of these days was exported already.")
    assert "Journal 1 is made." in text_of(browser.get(reverse("office:run", args=[first.pk])))
    world.issue(customer, "7.00", DAY)
    world.issue(customer, "8.00", DAY)
    assert "DATEV needs a Beraternummer" in text_of(browser.post(page, asked | {"format": "datev"}))
    assert Run.objects.count() == 2


def test_what_is_missing_stands_beside_its_account_and_nothing_can_be_made(browser: Client) -> None:
    shown = text_of(browser.get(reverse("reports:journal_new"), {"format": "datev", "last_day": DAY}))
    assert "DATEV needs a Beraternummer" in shown
    assert "Account 4000 Sales has no number there: say it under Accounts." in shown
    assert 'name="csrfmiddlewaretoken"' not in shown.split("<main")[1]

    refused = text_of(browser.post(reverse("reports:journal_new"), {"format": "datev", "last_day": DAY}))
    assert "DATEV needs a Beraternummer" in refused
    assert not JournalBatch.objects.exists()


def test_the_lists_say_what_was_exported_and_what_waits(browser: Client, company: Any, customer: Any) -> None:
    batch = export(company, "csv", DAY)
    late = world.issue(customer, "7.00", DAY)

    shown = text_of(browser.get(reverse("reports:journal_list")))
    assert "Journal 1" in shown
    assert ">1</a> entry waits to be exported." in shown
    for state, shows in (("waiting", [False, True]), ("exported", [True, False]), ("", [True, True])):
        listed = text_of(browser.get(reverse("reports:journal_book"), {"state": state, "account": "4000"}))
        assert ["INV-2026-0001" in listed, late.number in listed] == shows
    assert "Nothing matches" in text_of(browser.get(reverse("reports:journal_book"), {"account": "6100"}))
    entries = text_of(browser.get(reverse("reports:journal_entries", args=[batch.pk])))
    assert ("INV-2026-0001" in entries, late.number in entries) == (True, False)
    found = text_of(browser.get(reverse("reports:journal_compare"), {"first_day": DAY, "last_day": DAY}))
    assert "Exported and not yet are the book, on every account." in found
    assert f"?state=waiting&amp;account=4000&amp;dated_from={DAY}&amp;dated_to={DAY}" in found
    wanted = {"format": "csv", "last_day": DAY}
    assert "1 of them was entered after an export of its day" in text_of(
        browser.get(reverse("reports:journal_new"), wanted)
    )


def test_accounts_without_a_name_stand_first_and_are_kept_as_typed(browser: Client, company: Any) -> None:
    map_all(company)
    sales = company.journal_accounts.get(account__code="4000").account
    JournalAccount.objects.filter(account=sales).delete()
    page = reverse("reports:journal_accounts")
    shown = text_of(browser.get(page))
    assert shown.index("4000 Sales") < shown.index("1000 Bank")

    typed = {f"number_{row.account_id}": row.number for row in JournalAccount.objects.all()}
    typed |= {f"name_{row.account_id}": row.name for row in JournalAccount.objects.all()}
    answer = browser.post(page, typed | {f"number_{sales.pk}": "8400", f"tax_code_{sales.pk}": "3"}, follow=True)
    assert "Saved: 1 account changed." in text_of(answer)
    assert JournalAccount.objects.filter(account=sales, number="8400", tax_code="3", company=company).exists()


def test_columns_are_chosen_by_name_and_order(browser: Client, company: Any) -> None:
    page = reverse("reports:journal_settings")
    assert "Customer number" in text_of(browser.get(page))
    typed = {"separator": ";", "decimal_sign": ",", "day_form": "%d.%m.%Y", "debtors_from": 10000}
    typed |= {"account_length": 4, "fiscal_month": 1, "xero_tax_rate": "No VAT", "place_date": 2, "place_key": 1}

    assert "Saved." in text_of(browser.post(page, typed | {"heading_date": "Tag"}, follow=True))
    assert journal_settings_of(company).columns == [["key", ""], ["date", "Tag"]]
    assert "choose its column, too" in text_of(browser.post(page, typed | {"place_debit": 3}))
    assert JournalSettings.objects.get().columns == [["key", ""], ["date", "Tag"]]
    [line, *_] = content_of(export(company, "csv", DAY)).decode("utf-8-sig").splitlines()
    assert line == "Entry;Tag"


def test_only_managers_and_administrators_export_and_only_who_see_all_customers(
    browser: Client, company: Any, manager: Any
) -> None:
    assert {role for role, names in ROLES.items() if "reports.export_journal" in names} == {"manager", "administrator"}
    for role in ("clerk", "collector", "auditor", "sales"):
        assert browser_of(world.make_user(company, role)).get(reverse("reports:journal_list")).status_code == 403
    manager.only_own_customers = True
    manager.save()
    for page in ("list", "new", "book", "compare", "accounts", "settings"):
        assert browser.get(reverse(f"reports:journal_{page}")).status_code == 403
    assert browser.post(reverse("reports:journal_new"), {"format": "csv", "last_day": DAY}).status_code == 403


@pytest.fixture
def program(browser: Client, manager: Any) -> Any:
    """Calls as a program makes them."""
    token = create_api_token("books", by=manager)[1]

    def call(method: str, address: str, key: str = "", **data: Any) -> Any:
        headers = {"Authorization": f"Bearer {token}"} | ({"Idempotency-Key": key} if key else {})
        more = {"data": data, "content_type": "application/json"} if method == "post" else {}
        return getattr(Client(), method)(f"/api/v1/{address}", headers=headers, **more)

    return call


def test_a_program_exports_once_for_each_key_lists_downloads_and_takes_back(program: Any, company: Any) -> None:
    first, again = (program("post", "journal-exports/", "k", format="csv", last_day="2026-03-02") for _ in range(2))
    assert (first.status_code, again.status_code, first.json()) == (201, 201, again.json())
    made = first.json()
    assert (made["entry_count"], made["debits"], made["currency"]) == (1, "100.00", "EUR")
    assert (made["debits_by_currency"], made["state"]) == ({"EUR": "100.00"}, "made")
    refused = program("post", "journal-exports/", "l", format="csv", last_day="2026-03-02")
    assert (refused.status_code, refused.json()["code"]) == (409, "nothing_to_export")

    batch = JournalBatch.objects.get()
    assert [row["id"] for row in program("get", "journal-exports/").json()["results"]] == [batch.pk]
    assert program("get", f"journal-exports/{batch.pk}/").json()["sha256"] == batch.file.sha256
    assert b"".join(program("get", f"journal-exports/{batch.pk}/file/")) == content_of(batch)
    assert AuditRecord.objects.filter(action="download_journal").count() == 1
    taken_back = program("post", f"journal-exports/{batch.pk}/withdraw/", "m", reason="Wrong")
    assert (taken_back.json()["state"], taken_back.json()["withdrawn_reason"]) == ("withdrawn", "Wrong")


def test_a_program_names_accounts(program: Any, company: Any) -> None:
    [first, *_] = program("get", "journal-accounts/").json()["results"]
    assert (first["code"], first["number"]) == ("1000", "")

    named = program("post", "journal-accounts/", "k", accounts=[{"account": first["account"], "number": "1800"}])
    assert named.json()["results"][0] | {"number": "1800"} == named.json()["results"][0]
    assert JournalAccount.objects.get(company=company).number == "1800"
    none = program("post", "journal-accounts/", "l", accounts=[{"account": 0, "number": "1"}])
    assert none.status_code in (400, 409)


def test_nothing_of_another_company_is_found(browser: Client, program: Any) -> None:
    other = world.make_company(legal_name="Birch Ltd")
    world.issue(world.make_customer(other, "Aspen AG"), "5.00", DAY)
    theirs = export(other, "csv", DAY)

    for page in ("journal", "journal_entries"):
        assert browser.get(reverse(f"reports:{page}", args=[theirs.pk])).status_code == 404
    for page in ("journal_file", "withdraw_journal"):
        assert browser.post(reverse(f"reports:{page}", args=[theirs.pk]), {"reason": "x"}).status_code == 404
    assert program("get", f"journal-exports/{theirs.pk}/").status_code == 404
    assert program("get", f"journal-exports/{theirs.pk}/file/").status_code == 404
    assert "Nothing exported yet" in text_of(browser.get(reverse("reports:journal_list")))
