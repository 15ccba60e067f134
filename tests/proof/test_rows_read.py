"""A page about one thing reads the rows of that thing, however many others there are."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from billing.models import Invoice
from config.bench.database import bench_database, server
from config.bench.filling import fill
from ledger.models import Allocation
from payments.models import Receipt

FEW = 600
"""Rows that a step of a query may pass on: far more than one customer has, far fewer than all have."""
pytestmark = pytest.mark.django_db(transaction=True)


def most_rows(node: dict[str, Any]) -> float:
    """The most rows that one step of a plan passed on or looked at in vain."""
    read = (node["Actual Rows"] + node.get("Rows Removed by Filter", 0)) * node["Actual Loops"]
    return max([read, *(most_rows(inner) for inner in node.get("Plans", []))])


def plans_of(client: Client, address: str) -> Iterator[tuple[str, float]]:
    """Each query of a page, and the most rows that a step of it passed on."""
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    for sql in [each["sql"] for each in captured.captured_queries if each["sql"].lstrip().startswith("SELECT")]:
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}")
            [[plan]] = cursor.fetchall()
        [whole] = json.loads(plan) if isinstance(plan, str) else plan
        yield sql, most_rows(whole["Plan"])


def test_a_page_about_one_thing_reads_no_others() -> None:
    with server() as url, bench_database(url):
        office = fill(2_000)
        settled = Allocation.objects.select_related("debit", "credit").latest("pk")
        client = Client()
        client.force_login(office.manager)
        pages = [
            f"/invoices/{Invoice.objects.get(entry=settled.debit.entry_id).pk}/",
            f"/receipts/{Receipt.objects.get(entry=settled.credit.entry_id).pk}/",
            f"/customers/{settled.debit.customer_id}/",
        ]
        found = [(page, sql[:300], rows) for page in pages for sql, rows in plans_of(client, page)]

        assert len(found) > 60
        assert [each for each in found if each[2] > FEW] == []
        assert max(rows for _, rows in plans_of(client, "/invoices/")) > FEW, "the control: a list counts all"
