"""Imports: rows of a file taken in as a run on screen takes them, beside a bare COPY of the same file.

Every fifth row of the open documents is a credit, and twenty rows name one customer; four rows make an invoice, an
order or a shipment. The memory is the most that the process holds while it imports, above what it held before.
"""

import io
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from time import perf_counter
from typing import Any

from django.db import connection

from billing.importing import medical_codes, orders, products, usage
from billing.importing.fields import FIELDS as INVOICES
from billing.opening.fields import FIELDS as OPEN
from billing.operations.manage_opening import begin_opening
from config.bench.filling import FilledOffice
from config.bench.rows import Row
from customers import importing as customers
from office.models import BankAccount, Run, RunStatus
from office.reading import Field
from office.reading.mapping import match_headings
from office.work.runs import carry_out
from payments.bank_files.tables import guess_mapping, open_table
from payments.operations.take_bank_table import take_bank_table

SIZES = (2_000,)
ROWS = 100_000
MOST_SECONDS = 60.0
"""For 100,000 rows."""
CUSTOMERS, LINES, DAYS = 5_000, 4, 100
"""How many customers the rows name, how many of them make one document, and over how many days those are spread."""


@dataclass(frozen=True)
class Sheet:
    """A made-up file of one kind of import."""

    kind: str
    fields: tuple[Field, ...]
    head: str
    rows: Iterable[str]
    more: dict[str, Any] = field(default_factory=dict)


def measure(office: FilledOffice) -> list[Row]:
    """Each kind of import, and what it adds to the memory."""
    return [*(row for sheet in _sheets(office) for row in _measured(office, sheet)), *_bank_table(office)]


def _sheets(office: FilledOffice) -> Iterator[Sheet]:
    """One of each kind, those that others name before them."""
    opening = begin_opening(office.company, "QuickBooks", office.today - timedelta(days=1), by=office.manager)
    day = office.today - timedelta(days=40)
    yield Sheet(
        "load_opening",
        OPEN,
        "Customer number,Customer,Number,Date,Total,Open",
        (
            f"O-{number % CUSTOMERS},Old customer {number % CUSTOMERS},{number},{day},{100 + number % 900}.50,"
            f"{'-' if number % 5 == 0 else ''}{50 + number % 50}.25"
            for number in range(ROWS)
        ),
        {"opening": opening.pk, "adds_customers": True},
    )
    people = (f"N-{number},New customer {number},EUR,ap{number}@n.example" for number in range(ROWS))
    yield Sheet("import_customers", customers.FIELDS, "Number,Name,Currency,Email", people)
    goods = (f"P-{number},Product {number},{number % 90}.50" for number in range(ROWS))
    yield Sheet("import_products", products.FIELDS, "Code,Name,Price", goods)
    codes = (f"A{number:06},icd-10-cm,Meaning {number},2026-01-01" for number in range(ROWS))
    yield Sheet("import_medical_codes", medical_codes.FIELDS, "Code,System,Meaning,Valid from", codes)
    used = (f"U-{number},N-{number % CUSTOMERS},Calls,{day},{number % 50}.5" for number in range(ROWS))
    yield Sheet("import_usage", usage.USAGE_FIELDS, "Reference,Customer number,Meter,Day,Quantity", used)
    lines = [(number, number // LINES, number // LINES % CUSTOMERS) for number in range(ROWS)]
    days = [day - timedelta(days=DAYS - number) for number in range(DAYS)]
    billed = (
        f"I-{whole},{days[number * DAYS // ROWS]},N-{whose},Product {number},2,{number % 90}.50"
        for number, whole, whose in lines
    )
    yield Sheet(
        "import_invoices", INVOICES, "Invoice number,Invoice date,Customer number,Description,Quantity,Price", billed
    )
    ordered = (f"S-{whole},N-{whose},{day},P-{number},3,{number % 90}.50" for number, whole, whose in lines)
    yield Sheet(
        "import_orders", orders.ORDER_FIELDS, "Order,Customer number,Ordered on,Item code,Quantity,Price", ordered
    )
    shipped = (f"D-{whole},N-{whose},S-{whole},{day},P-{number},2" for number, whole, whose in lines)
    yield Sheet(
        "import_shipments",
        orders.SHIPMENT_FIELDS,
        "Shipment,Customer number,Order number,Shipped on,Item code,Quantity",
        shipped,
    )


def _measured(office: FilledOffice, sheet: Sheet) -> list[Row]:
    content = "\n".join([sheet.head, *sheet.rows, ""]).encode()
    mapping = match_headings(sheet.head.split(","), sheet.fields).as_json()
    run = Run.objects.create(
        company=office.company,
        by=office.manager,
        kind=sheet.kind,
        title=sheet.kind,
        input_file=content,
        status=RunStatus.WAITING,
        parameters={"mapping": mapping, "dry_run": False, **sheet.more},
    )
    rows = _rows(sheet.kind, sheet.head, content, lambda: list(carry_out(run.pk)))
    run.refresh_from_db()
    assert run.status == RunStatus.DONE, run.explanation
    assert bytes(run.errors_file or b"").count(b"\n") <= 1, f"{run.kind} left rows out: {run.result}"
    return rows


def _bank_table(office: FilledOffice) -> list[Row]:
    account = BankAccount.objects.create(
        company=office.company, name="Bank", iban="DE89370400440532013000", currency="EUR"
    )
    head, day = "Booking date,Amount,Payer,Text", office.today - timedelta(days=1)
    lines = (f"{day},{10 + number % 90}.25,Payer {number % CUSTOMERS},Invoice {number}" for number in range(ROWS))
    content = "\n".join([head, *lines, ""]).encode()
    mapping = guess_mapping(open_table(content))
    return _rows(
        "bank table", head, content, lambda: take_bank_table(account, "bank.csv", content, mapping, by=office.manager)
    )


def _rows(what: str, head: str, content: bytes, take: Callable[[], object]) -> list[Row]:
    _forget_most()
    count, before = content.count(b"\n") - 1, _memory("VmRSS")
    seconds = _seconds(take)
    added = _memory("VmHWM") - before
    bare = _seconds(lambda: _copied(head, content))
    return [
        Row(f"{what}: seconds", count, seconds, goal=MOST_SECONDS * count / 100_000),
        Row(f"{what}: times a bare COPY", count, seconds, limit=bare),
        Row(f"{what}: memory added", count, added, unit="MB"),
    ]


def _copied(head: str, content: bytes) -> None:
    """The file in a table of texts, and no more."""
    columns = ", ".join(f"c{place} text" for place, _ in enumerate(head.split(",")))
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE bare ({columns})")
        cursor.copy_expert("COPY bare FROM STDIN (FORMAT csv, HEADER)", io.BytesIO(content))
        cursor.execute("DROP TABLE bare")


def _seconds(act: Callable[[], object]) -> float:
    began = perf_counter()
    act()
    return perf_counter() - began


def _memory(what: str) -> float:
    """What the process holds now (VmRSS) or held at most since `_forget_most` (VmHWM), in MB."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{what}:")) / 1024


def _forget_most() -> None:
    Path("/proc/self/clear_refs").write_text("5")
