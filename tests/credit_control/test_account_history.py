"""What a customer looks up in their account: statements of any days, their documents, and all of these as one file."""

import re
from datetime import date, timedelta
from decimal import Decimal
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import pytest
from django.test import Client
from django.utils import timezone

from billing.models import EInvoice, InvoicePdf
from billing.pdf import kept_pdf
from credit_control.account import documents
from credit_control.account.ageing_bar import pieces_of
from credit_control.account.documents import archive_of, documents_of
from credit_control.models import AccountLink, AccountOpening
from credit_control.operations import make_archive
from credit_control.operations.mint_account_link import mint_account_link
from credit_control.statements.figures import Part
from credit_control.web import portal_archive
from customers.operations.create_customer import create_customer
from customers.operations.details import CustomerDetails
from office.models import AuditRecord, OutgoingMail, Run
from office.papers import PdfUnavailable
from office.work.runs import carry_out, do_next_piece
from payments.operations.receive_payment import Share
from payments.operations.write_off import WriteOffDetails, write_off
from tests import world
from tests.billing.einvoices import buyer, seller
from tests.credit_control.opening import opened

pytestmark = pytest.mark.django_db


@pytest.fixture
def today(customer: Any) -> date:
    return customer.company.today()


@pytest.fixture
def account(client: Client, customer: Any) -> str:
    return opened(client, mint_account_link(customer, customer.contacts.get()))


def said(answer: Any) -> str:
    return answer.content.decode()


def names_in(answer: Any) -> list[str]:
    return ZipFile(BytesIO(b"".join(answer))).namelist()


def made(client: Client, account: str, query: str = "") -> Any:
    """The file of all documents of some days, asked for and made by a worker, as it comes down."""
    page = client.post(f"{account}archive/?{query}")["Location"]
    for run in Run.objects.filter(kind="make_archive"):
        list(carry_out(run.pk))
    return client.get(re.findall(r'href="([^"]+documents.zip[^"]*)"', said(client.get(page)))[0].replace("&amp;", "&"))


def test_the_account_shows_what_is_open_by_age(client: Client, customer: Any, account: str, today: date) -> None:
    world.issue(customer, "300.00", today - timedelta(days=70))
    world.issue(customer, "100.00", today)
    page = said(client.get(account))
    assert "31–60 days late" in page
    assert re.findall(r'class="age-\w+" x="([\d.]+)" y="0" width="([\d.]+)"', page) == [
        ("0.00", "25.00"),
        ("25.00", "75.00"),
    ]


def test_a_bar_leaves_out_what_is_in_the_customers_favour() -> None:
    total = Part("EUR", buckets={"current": Decimal(50), "over_90": Decimal(150), "unapplied": Decimal(-80)})
    assert [(piece.column, piece.start, piece.width) for piece in pieces_of(total)] == [
        ("current", "0.00", "25.00"),
        ("over_90", "25.00", "75.00"),
        ("unapplied", "100.00", "0.00"),
    ]


def test_a_statement_of_any_days_shows_each_movement(client: Client, customer: Any, account: str, today: date) -> None:
    invoice = world.issue(customer, "300.00", today - timedelta(days=50))
    world.apply(world.receive(customer, "120.00", today - timedelta(days=20)), invoice, "120.00", today)
    query = f"?from_on={today - timedelta(days=30)}&on={today}&form=balance_forward"
    page = said(client.get(f"{account}statement/{query}"))
    for words in ("Opening balance", "€300.00", "€180.00", "Payment"):
        assert words in page
    page = said(client.get(f"{account}statement/?from_on={today - timedelta(days=50)}&on={today - timedelta(days=30)}"))
    assert "€300.00" in page
    assert "€180.00" not in page
    for path, kind in (("pdf/", "application/pdf"), ("xlsx/", "spreadsheetml")):
        assert kind in client.get(f"{account}{path}{query}")["Content-Type"]


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("from_on=x", "One of the days is none."),
        ("from_on=2026-03-02&on=2026-03-01", "The first day comes before the last"),
        ("on=2999-01-01", "The first day comes before the last"),
        ("form=all", "One of the days is none."),
    ],
)
def test_days_that_are_none_are_refused_in_words(client: Client, account: str, query: str, words: str) -> None:
    assert words in said(client.get(f"{account}statement/?{query}"))
    answer = client.get(f"{account}pdf/?{query}")
    assert answer["Location"] == f"{account}statement/?{query}"
    assert words in said(client.get(f"{account}archive/?{query}"))


def test_documents_are_found_by_number_order_number_and_line(
    client: Client, customer: Any, account: str, today: date
) -> None:
    first = world.issue(customer, [world.line("10.00", description="Blue paint")], today, po_number="PO-77")
    second = world.issue(customer, [world.line("20.00", description="Red paint")], today)
    world.draft(customer, "5.00")
    for words, found in (
        ("", {first, second}),
        ("po-77", {first}),
        ("red", {second}),
        (second.number, {second}),
        ("paint blue", {first}),
        ("green", set()),
    ):
        page = said(client.get(f"{account}documents/", {"q": words}))
        shown = {one for one in (first, second) if f"files/{one.pk}/" in page}
        assert shown == found, words
    page = said(client.get(f"{account}documents/", {"q": "\0'><b>%"}))
    assert "<b>" not in page
    assert "Nothing was found." in page


def test_the_list_says_states_in_the_customers_words_as_each_documents_page_does(
    client: Client, customer: Any, account: str, today: date
) -> None:
    customer.language = "de"
    customer.save()
    given_up = world.issue(customer, "100.00", today)
    details = WriteOffDetails([Share(world.item_of(given_up).pk, Decimal(100))], reason="Insolvency")
    write_off(customer, details, on=today, by=None)
    invoice, memo = world.issue(customer, "30.00", today), world.issue_credit_memo(customer, "30.00", today)
    world.apply(memo, invoice, "30.00", today)
    page = said(client.get(f"{account}documents/"))
    assert "Written off" not in page
    assert re.findall(r'class="state [\w-]+">.*?</svg> ([^<]+)</span>', page) == ["Verrechnet", "Bezahlt", "Erledigt"]


def test_documents_of_others_are_in_no_list_and_no_file(
    client: Client, customer: Any, account: str, today: date
) -> None:
    ours = world.issue(customer, "10.00", today)
    branch = create_customer(customer.company, CustomerDetails("North", parent_id=customer.pk), by=None)
    world.issue(world.make_customer(customer.company, "Other"), "20.00", today)
    north = world.issue(branch, "30.00", today)
    assert list(documents_of(AccountLink.objects.get())) == [ours]
    assert names_in(made(client, account)) == [f"{ours.number}.pdf"]
    assert client.get(f"{account}files/{north.pk}/").status_code == 404
    mint_account_link(customer, customer.contacts.get(), is_combined=True)
    assert set(documents_of(AccountLink.objects.first())) == {ours, north}


def test_the_file_holds_the_kept_bytes_of_the_period(client: Client) -> None:
    company = seller()
    customer, today = buyer(company, "peppol_ubl"), company.today()
    tax = world.make_tax(company, "19")
    old = world.issue(customer, [world.line("10.00", tax=tax)], today - timedelta(days=400))
    new = world.issue(customer, [world.line("20.00", tax=tax)], today)
    kept = bytes(kept_pdf(new).content)
    account = opened(client, mint_account_link(customer, customer.contacts.get()))
    answer = made(client, account)
    assert answer["Content-Type"] == "application/zip"
    content = b"".join(answer)
    archive = ZipFile(BytesIO(content))
    assert archive.testzip() is None
    assert archive.namelist() == [f"{new.number}.pdf", f"{new.number}.xml"]
    assert archive.read(f"{new.number}.pdf") == kept
    assert archive.read(f"{new.number}.xml") == bytes(EInvoice.objects.get(invoice=new).content)
    assert not InvoicePdf.objects.filter(invoice=old).exists()
    both = names_in(made(client, account, f"from_on={today - timedelta(days=400)}"))
    assert both[0] == f"{old.number}.pdf"
    assert AccountOpening.objects.filter(kind="downloaded").count() == 2


def test_names_are_safe_and_no_two_the_same(customer: Any, today: date) -> None:
    papers = [world.issue(customer, "10.00", today) for _ in range(4)]
    for paper, number in zip(papers, ("../A/1", "..-A-1", "-a-1", "é 1"), strict=True):
        paper.number = number
    names = ZipFile(BytesIO(b"".join(archive_of(papers)))).namelist()
    assert names == ["A-1.pdf", "A-1-2.pdf", "a-1-3.pdf", "é-1.pdf"]


@pytest.mark.parametrize(("bound", "words"), [("MOST_DOCUMENTS", "There are more than"), ("MOST_MB", "MB together")])
def test_too_much_is_refused_in_words(
    client: Client, customer: Any, account: str, today: date, monkeypatch: Any, bound: str, words: str
) -> None:
    for _ in range(2):
        world.issue(customer, "10.00", today)
    assert made(client, account)["Content-Type"] == "application/zip"  # the control
    monkeypatch.setattr(documents, bound, 1 if bound == "MOST_DOCUMENTS" else 0)
    assert words in said(client.post(f"{account}archive/"))
    assert "Nothing was found." in said(client.post(f"{account}archive/?on=2020-01-01"))


def test_what_becomes_too_much_while_it_is_made_says_so(
    client: Client, customer: Any, account: str, today: date, monkeypatch: Any
) -> None:
    world.issue(customer, "10.00", today)
    page = client.post(f"{account}archive/")["Location"]
    monkeypatch.setattr(documents, "MOST_MB", 0)
    list(carry_out(Run.objects.get().pk))
    assert Run.objects.get().status == "failed"
    assert "MB together" in said(client.get(page))
    assert client.get(page.replace("archive/", "archive/documents.zip"))["Location"] == f"{account}archive/"


def test_a_visit_makes_nothing_and_the_form_has_a_worker_make_it(
    client: Client, customer: Any, account: str, today: date
) -> None:
    for _ in range(2):
        world.issue(customer, "10.00", today)
    page = f"{account}archive/"
    assert "Make the file" in said(client.get(page))
    assert client.get(f"{page}documents.zip")["Location"] == page
    assert not Run.objects.exists()
    page = client.post(page)["Location"]
    assert not InvoicePdf.objects.exists()
    assert "It is being made: 0 of 2 documents are in it." in said(client.get(page))
    run = Run.objects.get()
    do_next_piece(run.pk)
    shown = said(client.get(page))
    assert "1 of 2 documents" in shown
    assert 'http-equiv="refresh"' in shown
    assert re.search(r'data-look-again="\?from_on=[\d-]+&amp;on=[\d-]+&amp;look=1"', shown)
    assert "data-look-again" not in said(client.get(f"{page}&look=40"))
    do_next_piece(run.pk)
    assert "It is ready, and kept here for a day." in said(client.get(page))
    assert not OutgoingMail.objects.filter(kind__contains="archive").exists()
    record = AuditRecord.objects.get(action="ask_archive")
    assert (record.by, record.after["contact"], record.after["documents"]) == (None, "Eva Brandt", "2")


def test_asked_again_within_a_day_it_is_the_same_file(client: Client, customer: Any, account: str, today: date) -> None:
    world.issue(customer, "10.00", today)
    first, again = (b"".join(made(client, account)) for _ in range(2))
    assert (first == again, Run.objects.count()) == (True, 1)
    world.issue(customer, "20.00", today)
    assert len(names_in(made(client, account))) == 2  # another document is another file
    Run.objects.update(started_at=timezone.now() - make_archive.KEPT_FOR)
    assert "Make the file" in said(client.get(f"{account}archive/"))
    made(client, account)
    assert Run.objects.count() == 3


@pytest.mark.django_db(transaction=True)
def test_asked_four_times_at_once_it_is_made_once(customer: Any, today: date, in_parallel: Any) -> None:
    world.issue(customer, "10.00", today)
    mint_account_link(customer, customer.contacts.get())
    link = AccountLink.objects.get()
    runs = in_parallel([lambda: make_archive.ask_archive(link.pk, today, today).pk] * 4)
    assert (len(set(runs)), Run.objects.count()) == (1, 1)


def test_a_link_that_asks_or_downloads_too_often_is_refused_in_words(
    client: Client, customer: Any, account: str, today: date, monkeypatch: Any
) -> None:
    world.issue(customer, "10.00", today)
    world.issue(customer, "10.00", today - timedelta(days=1))
    monkeypatch.setattr(make_archive, "MOST_A_DAY", 1)
    assert made(client, account, f"from_on={today}").status_code == 200
    words = "That is more than this page takes."
    assert words in said(client.post(f"{account}archive/?from_on={today - timedelta(days=1)}"))
    assert Run.objects.count() == 1
    monkeypatch.setattr(portal_archive, "MOST_AN_HOUR", 2)
    asked = f"{account}archive/documents.zip?from_on={today}&on={today}"
    answers = [client.get(asked)["Content-Type"] for _ in range(2)]
    assert answers == ["application/zip", "text/html; charset=utf-8"]
    assert words in said(client.get(asked))


def test_a_paper_that_cannot_be_made_now_is_made_when_asked_again(
    client: Client, customer: Any, account: str, today: date, monkeypatch: Any
) -> None:
    world.issue(customer, "10.00", today)

    def away(_invoice: Any) -> None:
        raise PdfUnavailable("The renderer is away.")

    with monkeypatch.context() as broken:
        broken.setattr(make_archive, "kept_pdf", away)
        page = client.post(f"{account}archive/")["Location"]
        list(carry_out(Run.objects.get().pk))
    assert "It could not be made just now." in said(client.get(page))
    assert names_in(made(client, account))
