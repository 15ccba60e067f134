"""A year of a real wholesaler: what each customer owed at every month's end, worked out a second time from the file.

The second calculation below uses none of Duebook's code: it reads the file with the csv module and the receipts, with
what they were applied to, as plain rows, and it adds up anew.

The first eighth of the file is read in every run. WHOLE_FILE=1 reads all of it, which takes some minutes.
"""

import csv
import io
import lzma
import os
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from django.core.management import call_command
from django.db import connection

from billing.models import Invoice
from ledger.snapshot import snapshot
from office.models import Company
from reports.activity import ACTIVITY
from reports.ageing import AgeingQuestion, ageing
from reports.book_check import check_book
from reports.frame import Answer, Asked, Report
from reports.performance import PERFORMANCE
from reports.sales import SALES
from tests import world

DATA = Path(os.environ.get("DUEBOOK_DATA", Path(__file__).parents[2].parent / "shared" / "data"))
FILE = DATA / "load" / "online_retail.csv.xz"
LINES = 541_909
WHOLE = os.environ.get("WHOLE_FILE") == "1"
READ = LINES if WHOLE else LINES // 8
UNTIL = date(2012, 6, 30)
CENT = Decimal("0.01")

pytestmark = [
    pytest.mark.django_db(transaction=True),  # in one transaction of that size the database crawls
    pytest.mark.timeout(1800 if WHOLE else 600),
    pytest.mark.skipif(not FILE.exists(), reason="The public data is not here; DUEBOOK_DATA names its folder."),
]


class Item(NamedTuple):
    """What a document of the file, or a receipt, adds to or takes from what a customer owes."""

    customer: str
    dated_on: date
    due_on: date
    amount: Decimal


class Use(NamedTuple):
    """So much of a credit used for a debit on a day; each is named by its number in the file, or the receipt's."""

    credit: str
    debit: str
    on: date
    amount: Decimal


def file_lines() -> Iterator[dict[str, str]]:
    with lzma.open(FILE, "rt", encoding="utf-8") as lines:
        yield from islice(csv.DictReader(lines), READ)


def file_items() -> dict[str, Item]:
    """Every document that counts, by its number in the file and in its order: rounded by line, due in thirty days."""
    totals: dict[str, Decimal] = defaultdict(Decimal)
    heads: dict[str, tuple[str, date]] = {}
    for line in file_lines():
        price = Decimal(line["UnitPrice"])
        if not line["CustomerID"] or not price or line["InvoiceNo"].startswith("A"):
            continue
        number = line["InvoiceNo"]
        totals[number] += (Decimal(line["Quantity"]) * price).quantize(CENT, ROUND_HALF_UP)
        heads.setdefault(number, (line["CustomerID"].removesuffix(".0"), date.fromisoformat(line["InvoiceDate"][:10])))
    return {
        number: Item(customer, day, day if totals[number] < 0 else day + timedelta(days=30), totals[number])
        for number, (customer, day) in heads.items()
        if totals[number]
    }


def cancellations_used(items: dict[str, Item]) -> list[Use]:
    """Each cancellation settles what its customer still owes by its day, the earliest due first."""
    left = {number: item.amount for number, item in items.items()}
    theirs: dict[str, list[str]] = defaultdict(list)
    uses = []
    for number, item in sorted(items.items(), key=lambda pair: (pair[1].dated_on, pair[1].amount < 0)):
        if item.amount > 0:
            theirs[item.customer].append(number)
            continue
        free = -item.amount
        for debit in theirs[item.customer]:
            amount = min(free, left[debit])
            if amount > 0:
                uses.append(Use(number, debit, item.dated_on, amount))
                left[debit] -= amount
                free -= amount
    return uses


def receipts() -> tuple[dict[str, Item], list[Use]]:
    """The receipts and what each was applied to, as rows of the database."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT r.number, c.number, r.received_on, r.amount FROM payments_receipt r"
            " JOIN customers_customer c ON c.id = r.customer_id"
        )
        came = {number: Item(customer, day, day, -amount) for number, customer, day, amount in cursor.fetchall()}
        cursor.execute(
            "SELECT r.number, i.source_reference, a.dated_on, a.amount FROM payments_receipt r"
            " JOIN ledger_openitem credit ON credit.entry_id = r.entry_id"
            " JOIN ledger_allocation a ON a.credit_id = credit.id"
            " JOIN ledger_openitem debit ON debit.id = a.debit_id"
            " JOIN billing_invoice i ON i.entry_id = debit.entry_id"
        )
        return came, [Use(*row) for row in cursor.fetchall()]


def column_of(item: Item, on: date) -> str:
    """The ageing column by days past the due day; what we owe stands apart."""
    late = (on - item.due_on).days
    if item.amount < 0:
        return "unapplied"
    edges = ((0, "current"), (30, "days_1_30"), (60, "days_31_60"), (90, "days_61_90"))
    return next((name for edge, name in edges if late <= edge), "over_90")


def owed_on(items: dict[str, Item], uses: list[Use], on: date) -> dict[str, dict[str, Decimal]]:
    """By customer, what was open in each column at the end of a day."""
    left = {number: item.amount for number, item in items.items() if item.dated_on <= on}
    for use in uses:
        if use.on <= on:
            left[use.credit] += use.amount
            left[use.debit] -= use.amount
    owed: dict[str, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for number, amount in left.items():
        if amount:
            item = items[number]
            owed[item.customer][column_of(item, on)] += amount
    return {customer: dict(columns) for customer, columns in owed.items()}


def month_ends(items: dict[str, Item]) -> list[date]:
    """The last day of each month from the first document to the last receipt."""
    first = min(item.dated_on for item in items.values())
    last = max(item.dated_on for item in items.values())
    starts = [date(y, m, 1) for y in range(first.year, last.year + 2) for m in range(1, 13)]
    return [start - timedelta(days=1) for start in starts if first < start <= last + timedelta(days=31)]


def ageing_of(company: Company, on: date) -> dict[str, dict[str, Decimal]]:
    """Duebook's own ageing of a day, by customer's number, without the empty cells."""
    rows = ageing(AgeingQuestion(company.pk, on), limit=None).rows
    return {
        row.number: {name: amount for name, amount in row.columns.items() if amount}
        for row in rows
        if any(row.columns.values())
    }


def file_sales(first: date, last: date) -> dict[str, Decimal]:
    """What was sold from a day to another by customer, each line rounded, straight from the file."""
    sold: dict[str, Decimal] = defaultdict(Decimal)
    for line in file_lines():
        price, day = Decimal(line["UnitPrice"]), date.fromisoformat(line["InvoiceDate"][:10])
        if line["CustomerID"] and price and not line["InvoiceNo"].startswith("A") and first <= day <= last:
            amount = (Decimal(line["Quantity"]) * price).quantize(CENT, ROUND_HALF_UP)
            sold[line["CustomerID"].removesuffix(".0")] += amount
    return {customer: amount for customer, amount in sold.items() if amount}


def answered(company: Company, report: Report, first: date, last: date, **more: str) -> Answer:
    """A report of Duebook's with every row, all of whose proofs hold."""
    reader = company.staff.first() or world.make_user(company, "manager")
    form = report.form({"first_day": str(first), "last_day": str(last), **more}, company)
    with snapshot():
        answer = report.answer(Asked(report, company, reader, form, limit=None))
    assert {proof.difference for proof in answer.proofs} <= {Decimal(0)}
    return answer


def reports_agree(company: Company, documents: dict[str, Item], came: dict[str, Item], first: date, last: date) -> None:
    """Activity, sales by customer and DSO of some days, against the file's own lines."""
    issued = [item.amount for item in documents.values() if first <= item.dated_on <= last]
    billed = sum((amount for amount in issued if amount > 0), Decimal(0))
    moved = {
        "billed": billed,
        "credited": sum(issued, Decimal(0)) - billed,
        "collected": sum((item.amount for item in came.values() if first <= item.dated_on <= last), Decimal(0)),
    }
    [foot] = answered(company, ACTIVITY, first, last).tables[0].foot
    assert {name: foot.values.get(name, Decimal(0)) for name in moved} == moved

    numbers = dict(company.customers.values_list("name", "number"))
    rows = answered(company, SALES, first, last, by="customer").tables[0].rows
    sold = {numbers[row.values["name"]]: row.values["net"] for row in rows if row.values["net"]}
    assert sold == file_sales(first, last)

    owed = sum(item.amount for item in (*documents.values(), *came.values()) if item.dated_on <= last)
    figures = {figure.label: figure.value for figure in answered(company, PERFORMANCE, first, last).figures}
    days = (last - first).days + 1
    expected = (owed * days / billed).quantize(CENT, ROUND_HALF_UP) if billed else None
    assert figures["Days sales outstanding"] == expected


@pytest.fixture
def company(db: None) -> Company:
    return world.make_company("GBP", country="GB", time_zone="Europe/London")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """The file, or as much of it as is read."""
    if WHOLE:
        return FILE
    part = tmp_path / "online_retail.csv"
    with (
        lzma.open(FILE, "rt", encoding="utf-8", newline="") as lines,
        part.open("w", encoding="utf-8", newline="") as to,
    ):
        to.writelines(islice(lines, READ + 1))
    return part


def run(*command: str) -> str:
    said = io.StringIO()
    call_command(*command, stdout=said)
    return said.getvalue()


def test_a_wholesalers_months_agree_with_a_calculation_from_the_file(company: Company, path: Path, capsys: Any) -> None:
    run("import_invoices", str(path), "--mapping", "online-retail", "--apply-credits")
    run("simulate_receipts", "--seed", "2011", "--until", UNTIL.isoformat())

    documents = file_items()
    came, applied = receipts()
    items, uses = documents | came, cancellations_used(documents) + applied

    issued = {number: abs(item.amount) for number, item in documents.items()}
    assert dict(Invoice.objects.exclude(total=0).values_list("source_reference", "total")) == issued
    assert len(came) > len(documents) / 2
    ends = month_ends(items)
    assert len(ends) >= (16 if WHOLE else 6)
    for on in ends:
        assert ageing_of(company, on) == owed_on(items, uses, on), on
        reports_agree(company, documents, came, on.replace(day=1), on)
    assert check_book() == []
