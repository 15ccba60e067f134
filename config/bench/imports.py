"""Imports: rows of a file taken in as a run on screen takes them, beside a bare COPY of the same file.

Every fifth row of the open documents is a credit, and twenty rows name one customer. The largest memory is that of the
process while it imports, above what it held before.
"""

import io
import resource
from collections.abc import Callable
from datetime import timedelta
from time import perf_counter
from typing import Any

from django.db import connection

from billing.importing import products
from billing.opening.fields import FIELDS as OPEN
from billing.operations.manage_opening import begin_opening
from config.bench.filling import FilledOffice
from config.bench.rows import Row
from customers import importing as customers
from office.models import Run, RunStatus
from office.reading import Field
from office.reading.mapping import match_headings
from office.runs import carry_out

SIZES = (2_000,)
ROWS = 100_000
MOST_SECONDS = 60.0
"""For 100,000 rows."""
CUSTOMERS = 5_000


def measure(office: FilledOffice) -> list[Row]:
    """Each kind of import, and what it adds to the memory."""
    opening = begin_opening(office.company, "QuickBooks", office.today - timedelta(days=1), by=office.manager)
    day = office.today - timedelta(days=40)
    documents = (
        f"O-{number % CUSTOMERS},Old customer {number % CUSTOMERS},{number},{day},{100 + number % 900}.50,"
        f"{'-' if number % 5 == 0 else ''}{50 + number % 50}.25"
        for number in range(ROWS)
    )
    people = (f"N-{number},New customer {number},EUR,ap{number}@n.example" for number in range(ROWS))
    goods = (f"P-{number},Product {number},{number % 90}.50" for number in range(ROWS))
    more = {"opening": opening.pk, "adds_customers": True}
    return [
        *_measured(office, "load_opening", OPEN, "Customer number,Customer,Number,Date,Total,Open", documents, more),
        *_measured(office, "import_customers", customers.FIELDS, "Number,Name,Currency,Email", people, {}),
        *_measured(office, "import_products", products.FIELDS, "Code,Name,Price", goods, {}),
    ]


def _measured(
    office: FilledOffice, kind: str, fields: tuple[Field, ...], head: str, rows: Any, more: dict[str, Any]
) -> list[Row]:
    content = "\n".join([head, *rows, ""]).encode()
    count = content.count(b"\n") - 1
    run = Run.objects.create(
        company=office.company,
        by=office.manager,
        kind=kind,
        title=kind,
        input_file=content,
        status=RunStatus.WAITING,
        parameters={"mapping": match_headings(head.split(","), fields).as_json(), "dry_run": False, **more},
    )
    before = _most_memory()
    seconds = _seconds(lambda: list(carry_out(run.pk)))
    run.refresh_from_db()
    assert run.status == RunStatus.DONE, run.explanation
    bare = _seconds(lambda: _copied(head, content))
    return [
        Row(f"{kind}: seconds", count, seconds, goal=MOST_SECONDS * count / 100_000),
        Row(f"{kind}: times a bare COPY", count, seconds, limit=bare),
        Row(f"{kind}: memory added", count, _most_memory() - before, unit="MB"),
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


def _most_memory() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
