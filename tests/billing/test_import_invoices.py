"""Importing invoices: what is made, what is left out and why, dry, again, and half-way killed."""

import csv
import io
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from billing.importing.fields import BUILT_IN
from billing.models import DocumentKind, Invoice, StagedDocument
from billing.operations import import_invoices as importing
from customers.models import Customer
from ledger.balances import open_items_on
from ledger.models import Entry
from ledger.refusals import Refused
from office.models import AuditRecord, Company, Run, RunStatus
from office.operations.set_approval_rules import set_approval_rules
from office.work.runs import carry_out, do_next_piece, resume_run
from reports.book_check import check_book
from tests import world

pytestmark = pytest.mark.django_db

HEAD = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"
FILE = (
    HEAD
    + """\
500001,A1,BLUE CUP,6.0,2011-01-03 08:26:00,2.55,1001.0,United Kingdom
500001,A2,RED CUP,1.0,2011-01-03 08:26:00,0.005,1001.0,United Kingdom
500002,A1,BLUE CUP,10.0,2011-01-04 09:00:00,2.00,1002.0,EIRE
500003,A1,BLUE CUP,3.0,2011-01-04 09:10:00,1.00,,France
500004,A1,BLUE CUP,1.0,2011-01-04 09:20:00,0.0,1001.0,United Kingdom
C500005,A1,BLUE CUP,-2.0,2011-01-05 10:00:00,2.55,1001.0,United Kingdom
A500006,B,Adjust bad debt,1.0,2011-01-05 10:10:00,-90.00,,United Kingdom
500007,D,Discount,-1.0,2011-01-06 11:00:00,30.00,1002.0,EIRE
500007,A2,RED CUP,2.0,2011-01-06 11:00:00,5.00,1002.0,EIRE
500001,A3,LATE LINE,1.0,2011-01-03 08:40:00,4.00,1001.0,United Kingdom
500008,A2,RED CUP,1.0,2011-01-07 11:00:00,5.00,1003.0,Atlantis
500008,A2,RED CUP,-1.0,2011-01-07 11:00:00,5.00,1003.0,Atlantis
"""
)


@pytest.fixture
def company(db: None) -> Company:
    return world.make_company("GBP", country="GB")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "invoices.csv"
    path.write_text(FILE, encoding="utf-8")
    return path


def run_command(path: Path, *options: str) -> str:
    """What the command says."""
    said = io.StringIO()
    call_command("import_invoices", str(path), "--mapping", "online-retail", *options, stdout=said)
    return said.getvalue()


def kept() -> dict[str, tuple[str, Decimal]]:
    """Every document by its number in the file: kind and total."""
    return {row.source_reference: (row.kind, row.total) for row in Invoice.objects.all()}


EXPECTED = {
    "500001": (DocumentKind.INVOICE, Decimal("19.31")),
    "500002": (DocumentKind.INVOICE, Decimal("20.00")),
    "C500005": (DocumentKind.CREDIT_MEMO, Decimal("5.10")),
    "500007": (DocumentKind.CREDIT_MEMO, Decimal("20.00")),
    "500008": (DocumentKind.INVOICE, Decimal("0.00")),
}


def test_each_number_becomes_one_document_issued_on_its_own_day(company: Company, file: Path):
    run_command(file)

    assert kept() == EXPECTED
    first = Invoice.objects.get(source_reference="500001")
    assert (first.number, first.dated_on, first.due_on) == ("INV-2011-0001", date(2011, 1, 3), date(2011, 2, 2))
    assert [line.description for line in first.lines.all()] == ["A1 BLUE CUP", "A2 RED CUP", "A3 LATE LINE"]
    assert Entry.objects.get(pk=first.entry_id).dated_on == date(2011, 1, 3)
    assert check_book() == []


def test_customers_are_made_by_their_number(company: Company, file: Path):
    known = world.make_customer(company, "Castell Print", number="1002")
    run_command(file)

    assert set(Customer.objects.values_list("number", "name")) == {
        ("1001", "Customer 1001"),
        ("1002", "Castell Print"),
        ("1003", "Customer 1003"),
    }
    assert Invoice.objects.filter(customer=known).count() == 2
    assert Customer.objects.get(number="1001").addresses.get().country == "GB"
    assert AuditRecord.objects.filter(action="create_customer", subject_name="1001 Customer 1001").count() == 1


def test_what_is_left_out_is_said_with_counts_and_listed(company: Company, file: Path, tmp_path: Path):
    said = run_command(file, "--errors", str(tmp_path / "errors.csv"))

    assert "1  Lines left out: No customer" in said
    assert "1  Lines left out: Price is zero" in said
    assert "1  Lines left out: Bad-debt adjustment, not an invoice" in said
    with (tmp_path / "errors.csv").open(encoding="utf-8-sig") as errors:
        assert [row[:3] for row in csv.reader(errors)] == [
            ["Line", "Column", "Found"],
            ["5", "Customer number", ""],
            ["6", "Unit price", "0"],
            ["8", "", "A500006"],
        ]


def test_a_dry_run_counts_and_keeps_nothing(company: Company, file: Path):
    said = run_command(file, "--dry-run")

    assert "Dry run" in said
    assert "3  New customers" in said
    assert "3  Invoices" in said
    assert "1  Invoices that come to zero" in said
    assert "2  Credit memos" in said
    assert (kept(), Run.objects.count(), StagedDocument.objects.count(), Customer.objects.count()) == ({}, 0, 0, 0)


def test_a_repeat_adds_nothing_and_says_so(company: Company, file: Path):
    run_command(file)
    before = list(Invoice.objects.order_by("pk").values_list("number", "hash"))
    said = run_command(file)

    assert "5  Documents already here" in said
    assert list(Invoice.objects.order_by("pk").values_list("number", "hash")) == before


def test_a_credit_memo_above_what_one_gives_alone_is_left_out(company: Company, file: Path):
    clerk = world.make_user(company)
    set_approval_rules(company, {"credit_invoice": (Decimal("5.10"), "manager")}, by=None)
    with file.open("rb") as content, BytesIO() as troubles:
        run = importing.start_import(company, BUILT_IN["online-retail"], content, by=clerk, name="x.csv")
        content.seek(0)
        importing.stage_file(run, content, troubles)
        told = troubles.getvalue().decode("utf-8-sig").splitlines()
    assert run.result["Lines left out: Credit memo above the limit"] == 1
    assert told[-1] == "9,,500007,It gives £20.00: above £5.10 another person has to say yes. Draft it here instead."
    assert importing.summary(run)["Credit memos"] == 1


def test_credits_settle_the_oldest_when_the_switch_is_on(company: Company, file: Path):
    run_command(file, "--apply-credits")

    owed = {item.reference: item.open for item in open_items_on(company.pk, date(2011, 1, 31))}
    assert owed == {"INV-2011-0001": Decimal("14.21")}


def test_credits_stay_free_when_the_switch_is_off(company: Company, file: Path):
    run_command(file)

    owed = sorted(item.open for item in open_items_on(company.pk, date(2011, 1, 31)))
    assert owed == [Decimal("-20.00"), Decimal("-5.10"), Decimal("19.31"), Decimal("20.00")]


def test_a_line_that_cannot_be_used_holds_its_whole_invoice_back(company: Company, file: Path):
    file.write_text(
        HEAD
        + "600001,A1,CUP,1.0,2011-02-01 08:00:00,2.00,1001.0,France\n"
        + "600001,A1,CUP,many,2011-02-01 08:00:00,2.00,1001.0,France\n"
        + "600002,A1,CUP,1.0,2011-02-01 08:00:00,2.00,1001.0,France\n"
        + "600002,A1,CUP,1.0,2011-02-01 08:00:00,2.00,1002.0,France\n"
        + "600003,A1,CUP,1.0,2011-02-31 08:00:00,2.00,1001.0,France\n"
        + "600004,A1,CUP,1.0,2011-02-01 08:00:00,2.00,1001.0,France\n"
    )
    said = run_command(file)

    assert set(kept()) == {"600004"}
    assert "1  Lines left out: Quantity cannot be read" in said
    assert "1  Lines left out: Invoice date cannot be read" in said
    assert "3  Lines left out: Another line of the same invoice cannot be used" in said


def test_an_invoice_in_another_currency_needs_a_rate(company: Company, tmp_path: Path):
    path = tmp_path / "euro.csv"
    path.write_text(
        "Invoice number,Date,Customer number,Description,Price,Currency,Exchange rate\n"
        "1,2026-01-05,7,Work,100.00,EUR,\n"
        "2,2026-01-05,7,Work,100.00,EUR,0.85\n"
    )
    call_command("import_invoices", str(path), stdout=io.StringIO())

    invoice = Invoice.objects.get()
    assert (invoice.source_reference, invoice.currency, invoice.exchange_rate) == ("2", "EUR", Decimal("0.85"))
    assert invoice.entry.items.get().company_amount == Decimal("85.00")


def staged(company: Company) -> Run:
    file = io.BytesIO(FILE.encode())
    run = importing.start_import(company, BUILT_IN["online-retail"], file, by=None, name="test.csv")
    importing.stage_file(run, file, io.BytesIO())
    run.save()
    return run


@pytest.mark.django_db(transaction=True)
def test_a_run_killed_half_way_goes_on_with_what_is_left(company: Company):
    run = staged(company)
    do_next_piece(run.pk)
    do_next_piece(run.pk)
    assert set(kept()) == {"500001", "500002"}

    connection.close()  # the process is gone; another takes the run up
    last = list(carry_out(run.pk))[-1]

    assert (last.status, last.done, last.total) == (RunStatus.DONE, 5, 5)
    assert kept() == EXPECTED
    assert StagedDocument.objects.count() == 0
    assert last.result["Invoices"] == 3


@pytest.mark.django_db(transaction=True)
def test_the_file_given_again_after_a_kill_adds_only_what_is_missing(company: Company, file: Path):
    do_next_piece(staged(company).pk)
    said = run_command(file)

    assert "1  Documents already here" in said
    assert kept() == EXPECTED
    assert check_book() == []


@pytest.mark.django_db(transaction=True)
def test_two_workers_never_do_the_same_piece(company: Company, in_parallel: Any):
    run = staged(company)
    in_parallel([lambda: list(carry_out(run.pk))] * 4)
    list(carry_out(run.pk))

    assert kept() == EXPECTED
    assert Run.objects.get(pk=run.pk).status == RunStatus.DONE


@pytest.mark.django_db(transaction=True)
def test_what_is_refused_ends_the_run_and_it_can_go_on_later(company: Company):
    from ledger.periods import close_month, reopen_month

    run = staged(company)
    close_month(company.pk, date(2011, 1, 1))
    failed = list(carry_out(run.pk))[-1]
    assert (failed.status, failed.done) == (RunStatus.FAILED, 0)
    assert "closed" in failed.explanation

    reopen_month(company.pk, date(2011, 1, 1))
    resume_run(run.pk)
    list(carry_out(run.pk))
    assert kept() == EXPECTED


def test_whoever_sees_only_own_customers_may_not_import_invoices(company: Company):
    clerk = world.make_user(company, only_own_customers=True)
    with pytest.raises(Refused) as refusal:
        importing.start_import(company, BUILT_IN["online-retail"], io.BytesIO(b""), by=clerk, name="x.csv")
    assert refusal.value.code == "limited_user"


def test_an_unknown_mapping_is_named_with_those_there_are(company: Company, file: Path):
    with pytest.raises(CommandError, match="online-retail"):
        call_command("import_invoices", str(file), "--mapping", "nothing")


@pytest.fixture
def screen(company: Company, client: Any) -> Iterator[Any]:
    clerk = world.make_user(company)
    client.force_login(clerk)
    return client


def work(run: Run) -> None:
    """What the worker does when the bell rings."""
    for _ in carry_out(run.pk):
        pass


def upload(screen: Any, address: str, content: str, mapping: str = "") -> Run:
    file = io.BytesIO(content.encode())
    file.name = "upload.csv"
    answer = screen.post(address, {"file": file, "mapping": mapping})
    assert answer.status_code == 302, answer.content.decode()
    return Run.objects.latest("pk")


def test_on_screen_a_dry_run_comes_first_and_then_the_import(screen: Any):
    run = upload(screen, "/invoices/import/", FILE, "online-retail")
    form = screen.get(f"/invoices/import/{run.pk}/").context["form"]
    chosen = {bound.name: bound.value() or "" for bound in form if bound.name != "apply_credits"}
    screen.post(f"/invoices/import/{run.pk}/", chosen | {"save_as": "Shop"})
    work(run)
    assert kept() == {}
    shown = screen.get(f"/office/runs/{run.pk}/").content.decode()
    assert "Start the import" in shown
    assert "Lines left out: No customer" in shown
    assert "Customer number" in screen.get(f"/office/runs/{run.pk}/errors/").content.decode()

    screen.post(f"/invoices/import/{run.pk}/", {"start": "1"})
    work(run)

    assert kept() == EXPECTED
    assert "Finished" in screen.get(f"/office/runs/{run.pk}/", HTTP_HX_REQUEST="true").content.decode()
    assert "Shop" in screen.get("/invoices/import/").content.decode()


def test_on_screen_another_persons_import_is_not_found(screen: Any, company: Company, client: Any):
    run = upload(screen, "/invoices/import/", FILE, "online-retail")
    client.force_login(world.make_user(company))
    assert client.get(f"/invoices/import/{run.pk}/").status_code == 404
