"""The API as a program asks it: pages of lists and single things, beside the rows read by bare SQL and written as JSON.

A page in the midst of a list is measured beside its first: it must not take longer because many rows stand before it.
"""

import json
from statistics import median
from uuid import uuid4

from django.db import connection
from django.test import Client

from billing.models import Invoice
from config.bench.filling import FilledOffice
from config.bench.lists import open_page
from config.bench.rows import Row
from config.bench.timing import medians
from office.api.paging import USUAL
from office.operations.create_api_token import create_api_token
from office.web.lists.paging import Order, cursor

MILLION = 1_000_000
GOAL, GOAL_OF_MIDST = 0.1, 1.5
TIMES = 15
BARE = """
    SELECT i.id, i.kind, i.number, i.customer_id, c.name, i.dated_on, i.due_on, i.currency, i.net, i.tax, i.total,
        o.balance, i.po_number, i.version
    FROM billing_invoice i JOIN customers_customer c ON c.id = i.customer_id
    LEFT JOIN ledger_openitem o ON o.entry_id = i.entry_id
    WHERE i.company_id = %(company)s ORDER BY i.id LIMIT %(limit)s
"""


def measure(office: FilledOffice) -> list[Row]:
    """The seconds of each answer."""
    client = Client(SERVER_NAME="localhost")
    client.defaults["HTTP_AUTHORIZATION"] = f"Bearer {create_api_token('bench', by=office.manager)[1]}"
    midst = Invoice.objects.filter(company=office.company).order_by("pk")[office.size // 2]
    order = Order("api:invoices", "id", "pk", descending=False)
    asked = {
        "invoices": "invoices/",
        "invoices in the midst": f"invoices/?cursor={cursor((midst.pk, midst.pk), office.size // 2, order)}",
        "invoices overdue": "invoices/?state=overdue",
        "invoices, a number searched": f"invoices/?q={midst.number}",
        "an invoice": f"invoices/{midst.pk}/",
        "customers": "customers/",
        "a customer": f"customers/{midst.customer_id}/",
        "a customer's open items": f"customers/{midst.customer_id}/open-items/",
        "receipts": "receipts/",
        "worklist": "worklist/",
    }
    ways = [lambda address=address: open_page(client, f"/api/v1/{address}") for address in asked.values()]
    bare, recorded, *seconds = medians(
        lambda: _bare(office), lambda: _record_receipt(client, midst.customer_id, office), *ways, times=TIMES
    )
    took = dict(zip(asked, seconds, strict=True))
    return [
        Row("api: invoices, beside bare SQL written as JSON", office.size, took["invoices"], limit=bare),
        Row(
            "api: invoices in the midst, beside the first of them",
            office.size,
            took["invoices in the midst"],
            limit=took["invoices"],
            goal=GOAL_OF_MIDST,
        ),
        *(Row(f"api: {what}", office.size, each) for what, each in took.items()),
        Row("api: a receipt recorded", office.size, recorded),
        Row("api_median", office.size, median(seconds), goal=GOAL if office.size == MILLION else None),
    ]


def _bare(office: FilledOffice) -> str:
    """As many invoices as a page has, with the names of their columns, as text."""
    with connection.cursor() as found:
        found.execute(BARE, {"company": office.company.pk, "limit": USUAL})
        names = [column.name for column in found.description]
        return json.dumps([dict(zip(names, row, strict=True)) for row in found.fetchall()], default=str)


def _record_receipt(client: Client, customer_id: int, office: FilledOffice) -> None:
    told = {"customer": customer_id, "received_on": office.today.isoformat(), "amount": "12.50"}
    answer = client.post(
        "/api/v1/receipts/", told, content_type="application/json", headers={"Idempotency-Key": uuid4().hex}
    )
    if answer.status_code != 201:
        raise AssertionError(f"A receipt answered {answer.status_code}")
