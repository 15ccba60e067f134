"""The files of a list: Excel with formulas that add up, PDF on wide paper, and large ones made by the workers."""

import io
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import openpyxl
import pypdfium2
import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from billing.operations.void_invoice import void_invoice
from customers.models import Customer
from ledger.refusals import Refused
from office.mail.handing_over import hand_over
from office.mail.message import read_message
from office.models import KeptFile, KeptFilePart, MailStatus, OutgoingMail, Run, RunStatus, User
from office.operations.order_file import clear_expired_files, order_file
from office.operations.set_exchange_rates import set_exchange_rate
from office.tasks import carry_out_run, clear_files
from office.web import making_files
from office.web.asking import ask_file
from office.web.lists import files, printing, workbook
from office.written import plain_day
from tests.world import issue, make_company, make_customer, make_user

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 1)
FIRST_OF_MARCH = datetime(2026, 3, 1)  # noqa: DTZ001  Excel knows no time zone
INVOICES = "/invoices/"


@pytest.fixture
def browser(manager) -> Client:
    client = Client()
    client.force_login(manager)
    return client


def fetched(browser: Client, query: str) -> bytes:
    answer = browser.get(f"{INVOICES}?{query}")
    assert answer.status_code == 200
    return b"".join(answer) if answer.streaming else answer.content


def book_of(browser: Client, query: str = "") -> Any:
    return openpyxl.load_workbook(io.BytesIO(fetched(browser, f"format=xlsx&{query}")))


def cells(sheet: Any, row: int) -> list[Any]:
    return [cell.value for cell in sheet[row]]


def values_of(content: bytes) -> Any:
    """The sheet with each formula as the value that stands beside it."""
    return openpyxl.load_workbook(io.BytesIO(content), data_only=True).worksheets[0]


def in_dollars(company: Any) -> Customer:
    set_exchange_rate(company, "USD", DAY, Decimal("0.9"), by=None)
    return make_customer(company, "Dollar Inc", currency="USD")


def test_one_currency_has_a_total_that_follows_the_filter_of_excel(browser, customer):
    for total in ("10.00", "20.50"):
        issue(customer, total, DAY)
    sheet = book_of(browser, "cols=dated_on,total,open").worksheets[0]

    assert cells(sheet, 1) == ["Invoice", "Date", "Total", "Open", "Currency"]
    assert [cells(sheet, row) for row in (2, 3)] == [
        ["INV-2026-0002", FIRST_OF_MARCH, 20.5, 20.5, "EUR"],
        ["INV-2026-0001", FIRST_OF_MARCH, 10, 10, "EUR"],
    ]
    assert cells(sheet, 4) == [None] * 5
    total = ["Total, EUR", None, "=SUBTOTAL(109,$C$2:$C$3)", "=SUBTOTAL(109,$D$2:$D$3)", "EUR"]
    assert cells(sheet, 5) == total
    assert (sheet.auto_filter.ref, sheet.freeze_panes) == ("A1:E3", "B2")
    assert (sheet["C2"].number_format, sheet["B2"].number_format) == ("#,##0.00", "yyyy-mm-dd")


def test_each_of_several_currencies_has_its_own_total(browser, company, customer):
    issue(customer, "10.00", DAY)
    issue(customer, "5.00", DAY)
    dollars = in_dollars(company)
    issue(dollars, "7.25", DAY)
    content = fetched(browser, "format=xlsx&cols=total")
    sheet = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]

    assert cells(sheet, 6) == ["Total, EUR", '=SUMIFS($B$2:$B$4,$C$2:$C$4,"EUR")', "EUR"]
    assert cells(sheet, 7) == ["Total, USD", '=SUMIFS($B$2:$B$4,$C$2:$C$4,"USD")', "USD"]
    shown = values_of(content)
    assert [shown["B6"].value, shown["B7"].value] == [15, 7.25]
    added = {"EUR": Decimal(0), "USD": Decimal(0)}
    for row in shown.iter_rows(min_row=2, max_row=4, values_only=True):
        added[row[2]] += Decimal(str(row[1]))
    assert added == {"EUR": Decimal("15"), "USD": Decimal("7.25")}


def test_the_totals_of_the_file_are_those_at_the_lists_foot(browser, customer):
    for total in ("10.10", "20.20", "30.30"):
        issue(customer, total, DAY)
    void_invoice(issue(customer, "99.00", DAY).pk, reason="Twice", on=DAY, by=None)
    shown = values_of(fetched(browser, "format=xlsx&cols=total,open"))
    foot = fetched(browser, "part=foot&cols=total,open").decode()

    row = shown.max_row
    assert f"€{shown.cell(row, 2).value:,.2f}" in foot
    assert f"€{shown.cell(row, 3).value:,.2f}" in foot
    assert shown.cell(row, 3).value == 60.6


def test_text_that_looks_like_a_formula_is_text(browser, company):
    issue(make_customer(company, "=HYPERLINK(0)", contacts=[]), "10.00", DAY)
    cell = book_of(browser, "cols=customer").worksheets[0]["B2"]
    assert (cell.value, cell.data_type) == ("'=HYPERLINK(0)", "s")


def test_an_empty_list_is_a_head_and_what_it_is(browser):
    book = book_of(browser)
    assert (book.worksheets[0].max_row, book.sheetnames) == (1, ["Invoices", "About"])


def test_the_second_sheet_says_what_the_list_is(browser, company, customer, manager):
    issue(customer, "10.00", DAY)
    about = dict(
        book_of(browser, "state=open&dated_from=2026-01-01&q=inv&sort=-total")["About"].iter_rows(values_only=True)
    )
    made = about.pop("Made")

    assert about == {
        "List": "Invoices",
        "Search": "“inv”",
        "State": "Open",
        "Date": f"from {plain_day(date(2026, 1, 1))}",
        "Ordered": "by Total, descending",
        "Company": company.legal_name,
    }
    assert made.endswith(f"by {manager}")


def test_more_rows_than_a_sheet_holds_are_refused_in_words(browser, customer, monkeypatch):
    monkeypatch.setattr(workbook, "MOST_ROWS", 1)
    issue(customer, "10.00", DAY)
    issue(customer, "10.00", DAY)
    answer = browser.get(f"{INVOICES}?format=xlsx", follow=True)
    assert "An Excel sheet holds no more than a million rows. Take CSV." in answer.content.decode()


def words_of(content: bytes) -> str:
    pdf = pypdfium2.PdfDocument(content)
    return "\n".join(page.get_textpage().get_text_bounded() for page in pdf)


def test_the_pdf_is_landscape_says_what_it_is_and_repeats_its_head(browser, company, customer, manager):
    for _ in range(40):
        issue(customer, "10.00", DAY)
    issue(in_dollars(company), "7.00", DAY)
    content = fetched(browser, "format=pdf&sort=number")
    pdf, words = pypdfium2.PdfDocument(content), words_of(content)

    width, height = pdf[0].get_size()
    assert width > height
    assert len(pdf) == words.count("Their order") == 2
    assert words.count("INV-2026-") == 41
    for said in ("Total, EUR", "€400.00", "Total, USD", "$7.00", company.legal_name, f", {manager}", "Page 2 of 2"):
        assert said in words


def test_a_pdf_of_too_many_rows_is_refused_and_excel_named(browser, company, customer, manager, monkeypatch):
    monkeypatch.setattr(printing, "MOST_PRINTED", 1)
    issue(customer, "10.00", DAY)
    assert fetched(browser, "format=pdf").startswith(b"%PDF")
    issue(customer, "10.00", DAY)
    answer = browser.get(f"{INVOICES}?format=pdf&q=inv", follow=True)

    assert answer.redirect_chain == [(f"{INVOICES}?q=inv", 302)]
    assert "Narrow the list, or take Excel: it has all." in answer.content.decode()
    with pytest.raises(Refused) as refusal:
        ask_file(manager, company, f"{INVOICES}?format=pdf")
    assert refusal.value.code == "too_many_rows"


@pytest.fixture
def large(monkeypatch) -> None:
    """Three rows are many."""
    monkeypatch.setattr(files, "MOST_AT_ONCE", 3)
    monkeypatch.setattr(making_files, "PART", 100)


def order(browser: Client, query: str = "format=csv") -> Run:
    answer = browser.post(reverse("office:file_new"), {"address": f"{INVOICES}?{query}", "title": "Invoices"})
    run = Run.objects.latest("pk")
    assert answer.url == reverse("office:kept_file", args=[run.pk])
    return run


@pytest.mark.parametrize("wanted", ["csv", "xlsx"])
def test_a_large_file_is_ordered_made_told_of_and_downloaded(browser, customer, manager, large, wanted):
    for _ in range(3):
        issue(customer, "10.00", DAY)
    assert browser.get(f"{INVOICES}?format={wanted}").streaming  # three at once
    issue(customer, "10.00", DAY)
    offered = browser.get(f"{INVOICES}?format={wanted}").content.decode()
    assert "All 4 that match are more than 3 rows" in offered
    assert Run.objects.count() == 0  # looking orders nothing

    run = order(browser, f"format={wanted}")
    assert "It begins in a moment" in browser.get(reverse("office:kept_file", args=[run.pk])).content.decode()
    carry_out_run(run.pk)
    run.refresh_from_db()
    file = KeptFile.objects.get(run=run)
    assert (run.status, run.explanation, file.name) == (RunStatus.DONE, "", f"invoices.{wanted}")
    assert KeptFilePart.objects.count() == -(-file.size // 100) > 1

    page = browser.get(reverse("office:kept_file", args=[run.pk])).content.decode()
    assert "only you can download it" in page
    answer = browser.get(reverse("office:kept_file_download", args=[run.pk]))
    content = b"".join(answer)
    assert (len(content), answer["Content-Length"]) == (file.size, str(file.size))
    if wanted == "csv":
        assert content.decode().count("INV-2026-") == 4
    else:
        assert values_of(content)["H7"].value == 40
    mail = OutgoingMail.objects.get(kind="file_ready")
    hand_over(mail.pk)
    mail.refresh_from_db()
    assert (mail.status, mail.staff) == (MailStatus.SENT, manager)
    assert reverse("office:kept_file", args=[run.pk]) in read_message(bytes(mail.kept_message)).text


def kept(browser: Client, customer: Any) -> Run:
    issue(customer, "10.00", DAY)
    run = order(browser)
    carry_out_run(run.pk)
    return run


def download(user: User, run: Run) -> Any:
    client = Client()
    client.force_login(user)
    return client.get(reverse("office:kept_file_download", args=[run.pk]), follow=True)


def test_nobody_else_downloads_it(browser, company, customer, manager):
    run = kept(browser, customer)
    assert download(manager, run).status_code == 200
    others = [make_user(company, "manager"), make_user(company, "administrator", is_superuser=True)]
    assert [download(other, run).status_code for other in others] == [404, 404]


def test_who_lost_the_right_or_sees_less_downloads_it_no_more(browser, company, customer, manager):
    run = kept(browser, customer)
    manager.only_own_customers = True
    manager.save()
    assert "You see fewer customers now than this file has" in download(manager, run).content.decode()
    manager.only_own_customers = False
    manager.save()
    assert download(manager, run).streaming
    manager.groups.clear()
    assert download(manager, run).status_code == 403
    manager.groups.add(*make_user(company, "administrator").groups.all())
    manager.companies.set([make_company(legal_name="Other")])
    assert download(manager, run).status_code == 404


def test_a_file_is_kept_for_three_days(browser, customer, manager):
    run = kept(browser, customer)
    file = KeptFile.objects.get()
    assert timedelta(days=2, hours=23) < file.expires_at - timezone.now() < timedelta(days=3, seconds=1)

    assert clear_expired_files(file.expires_at - timedelta(seconds=1)) == 0
    assert download(manager, run).streaming
    KeptFile.objects.update(expires_at=timezone.now())
    assert download(manager, run).status_code == 404  # before the cleaning, too
    assert clear_files() == 1
    assert (KeptFile.objects.count(), KeptFilePart.objects.count()) == (0, 0)
    assert "It is kept no more" in browser.get(reverse("office:kept_file", args=[run.pk])).content.decode()


def test_the_file_is_made_with_the_rights_of_the_moment_it_is_made(browser, customer, manager):
    issue(customer, "10.00", DAY)
    run = order(browser)
    manager.groups.clear()
    carry_out_run(run.pk)

    run.refresh_from_db()
    assert (run.status, run.explanation) == (
        RunStatus.FAILED,
        "This person may not see this page, or what it is about.",
    )
    assert KeptFile.objects.count() == 0


def test_only_a_few_are_made_at_once_and_one_that_no_worker_ends_is_given_up(company, manager):
    runs = [order_file(company, f"{INVOICES}?format=csv", "Invoices", by=manager) for _ in range(3)]
    with pytest.raises(Refused) as refusal:
        order_file(company, f"{INVOICES}?format=csv", "Invoices", by=manager)
    assert refusal.value.code == "too_many_files"

    Run.objects.filter(pk=runs[0].pk).update(parameters={**runs[0].parameters, "tries": making_files.MOST_TRIES})
    carry_out_run(runs[0].pk)
    runs[0].refresh_from_db()
    assert (runs[0].status, KeptFile.objects.count()) == (RunStatus.FAILED, 0)
    assert "takes longer than a file may take" in runs[0].explanation


@pytest.mark.parametrize("address", ["/log-in/", "//evil.example/", "https://evil.example/", "", "/settings/?x=1"])
def test_no_file_is_ordered_of_what_is_no_page_of_theirs(browser, address):
    browser.post(reverse("office:file_new"), {"address": address, "title": "x"})
    assert Run.objects.count() == 0
