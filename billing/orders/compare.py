"""What was ordered, shipped and billed, held against each other, in one statement whatever the number of orders.

A quantity is billed by issued documents, less what issued credit memos take back of it; one that credits an amount
gives back money and no quantity. What is void or cancelled counts for nothing, and what came back is taken off what was
shipped. Amounts are without tax.

Each question has a `scenario`: 0, with issued documents alone, or the id of a draft, as if it and those before it of
its batch were issued.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from string import Template
from typing import Any

from babel.numbers import list_currencies
from django.db import connection, models

from billing.models import Order
from billing.orders.tolerances import KEPT, PROPOSED, TERMS, Percents
from ledger.money import places
from office.models import Company


class Result(models.TextChoices):
    """What comes of comparing."""

    MATCHED = "matched", "Matched"
    OPEN = "open", "Nothing shipped or billed"
    SHIPPED_NOT_BILLED = "shipped_not_billed", "Shipped, not billed"
    UNDER_BILLED = "under_billed", "Billed less than shipped"
    NOT_SHIPPED = "not_shipped", "Billed before it was shipped"
    OVER_BILLED = "over_billed", "Billed more than ordered"
    BILLED_TWICE = "billed_twice", "Billed twice"
    PRICE_DIFFERS = "price_differs", "Another price"
    TAX_DIFFERS = "tax_differs", "Another tax"
    EXHAUSTED = "exhausted", "Order used up"
    EXPIRED = "expired", "Outside the order's days"
    NOT_ORDERED = "not_ordered", "Not ordered"


FINE = (Result.MATCHED, Result.OPEN)
"""Results that need nobody."""


@dataclass(frozen=True)
class Compared:
    """A row of the comparison: a result, of which papers, and the numbers that make it.

    `expected` and `actual` are what the result compares: quantities, prices of one, or amounts; `difference` is money
    without tax, above zero where too much is billed. `is_within` says that a tolerance allows it.
    """

    scenario: int
    result: Result
    is_within: bool
    company_id: int
    customer_id: int
    currency: str
    order_id: int | None
    order_number: str
    order_line_id: int | None
    position: int | None
    description: str
    shipment_line_id: int | None
    invoice_id: int | None
    invoice_line_id: int | None
    ordered: Decimal
    shipped: Decimal
    billed: Decimal
    drafted: Decimal
    expected: Decimal | None
    actual: Decimal | None
    difference: Decimal
    dated_on: date | None
    product_id: int | None
    said: str
    also_said: str


SQL = Path(__file__).with_suffix(".sql").read_text()
COLUMNS = (
    "scenario, result, is_within, company_id, customer_id, currency, order_id, order_number, order_line_id, position,"
    " description, shipment_line_id, invoice_id, invoice_line_id, ordered, shipped, billed, drafted, expected, actual,"
    " difference, dated_on, product_id, said, also_said"
)
ISSUED_ONLY: tuple[int, ...] = ()


def comparison_sql(scope: str, asked_shipments: str, tolerances: str = KEPT) -> str:
    """The statement that compares the orders of `scope` and the shipments without an order of `asked_shipments`.

    Both are texts of ours that give (scenario, id). Its rows are `compared`, with COLUMNS; what is asked of them is
    to follow.
    """
    texts = {"scope": scope, "asked_shipments": asked_shipments, "tolerances": tolerances}
    return Template(SQL).substitute(texts, terms=TERMS, columns=COLUMNS)


def read_compared(sql: str, parameters: dict[str, Any]) -> list[Compared]:
    """The rows of a statement that ends in a SELECT of COLUMNS."""
    with connection.cursor() as cursor:
        cursor.execute(sql, {"drafts": list(ISSUED_ONLY), "places": _places(), **parameters})
        return [compared_of(row) for row in cursor.fetchall()]


def compared_of(values: tuple[Any, ...]) -> Compared:
    """A row of COLUMNS."""
    return Compared(values[0], Result(values[1]), *values[2:])


def comparison_parameters(company: Company) -> dict[str, Any]:
    """What the statement is given to compare a company's papers as they are issued."""
    return {
        "drafts": list(ISSUED_ONLY),
        "places": _places(),
        "company_id": company.pk,
        "today": company.today(),
    }


@cache
def _places() -> str:
    """The places of the currencies that have other than two."""
    return json.dumps({code: places(code) for code in sorted(list_currencies()) if places(code) != 2})


def comparison_of(order: Order) -> list[Compared]:
    """An order's rows, by its lines, with issued documents alone."""
    sql = comparison_sql("SELECT 0, %(order_id)s::bigint", "SELECT 0, NULL::bigint WHERE false")
    sql += f" SELECT {COLUMNS} FROM compared ORDER BY position NULLS LAST, result, invoice_id, invoice_line_id"  # noqa: S608
    return read_compared(sql, {"order_id": order.pk, **comparison_parameters(order.company)})


OF_MANY = "SET LOCAL enable_nestloop = off; "
"""PostgreSQL knows nothing of how many rows the parts have, and would go through one for each row of another."""
OF_COMPANY = "SELECT 0, id FROM billing_order WHERE company_id = %(company_id)s"
ALONE_OF_COMPANY = """
    SELECT 0, l.id FROM billing_shipmentline l JOIN billing_shipment s ON s.id = l.shipment_id
    WHERE s.company_id = %(company_id)s AND l.order_line_id IS NULL AND s.kind <> 'return'
"""


def comparison_of_company(company: Company) -> list[Compared]:
    """All rows of a company, with issued documents alone."""
    sql = OF_MANY + comparison_sql(OF_COMPANY, ALONE_OF_COMPANY) + f" SELECT {COLUMNS} FROM compared"  # noqa: S608
    return read_compared(sql, comparison_parameters(company))


COUNTED = " SELECT result, count(*) FROM compared GROUP BY result"


def counted_results(company: Company) -> dict[str, int]:
    """How many rows of a company come to each result."""
    sql = OF_MANY + comparison_sql(OF_COMPANY, ALONE_OF_COMPANY) + COUNTED
    with connection.cursor() as cursor:
        cursor.execute(sql, comparison_parameters(company))
        return dict(cursor.fetchall())


LINKED = """
    FROM billing_billedline b JOIN billing_invoiceline l ON l.id = b.invoice_line_id
    WHERE l.invoice_id = ANY(%(drafts)s)
"""
OF_DRAFTS = f"SELECT DISTINCT l.invoice_id, b.order_id {LINKED} AND b.order_id IS NOT NULL"
ALONE_OF_DRAFTS = f"""
    SELECT DISTINCT l.invoice_id, b.shipment_line_id {LINKED} AND b.order_id IS NULL AND b.shipment_line_id IS NOT NULL
"""
MET_BY_DRAFTS = f"""
    SELECT {COLUMNS} FROM compared c
    WHERE result NOT IN ('matched', 'open', 'under_billed', 'shipped_not_billed') AND (
        c.invoice_id = c.scenario
        OR c.invoice_id IS NULL AND EXISTS (
            SELECT FROM documented d WHERE d.scenario = c.scenario AND d.invoice_id = c.scenario
                AND (d.order_id = c.order_id OR c.order_id IS NULL)
                AND (d.order_line_id = c.order_line_id OR c.order_line_id IS NULL)
                AND (d.shipment_line_id = c.shipment_line_id OR c.shipment_line_id IS NULL)
        )
    )
    ORDER BY scenario, order_id, position, result, invoice_line_id
"""  # noqa: S608


def comparison_with(company_id: int, today: date, draft_ids: Sequence[int]) -> list[Compared]:
    """What comes of issuing drafts of one company in the order of their ids: the rows that each would cause or meet."""
    sql = comparison_sql(OF_DRAFTS, ALONE_OF_DRAFTS) + MET_BY_DRAFTS
    return read_compared(sql, {"drafts": list(draft_ids), "company_id": company_id, "today": today})


BILLED_BY = """
    FROM billing_billedline b JOIN billing_invoiceline l ON l.id = b.invoice_line_id
    WHERE l.invoice_id = ANY(%(documents)s)
"""
OF_BILLED = f"SELECT DISTINCT 0, b.order_id {BILLED_BY} AND b.order_id IS NOT NULL"
ALONE_OF_BILLED = f"""
    SELECT DISTINCT 0, b.shipment_line_id {BILLED_BY} AND b.order_id IS NULL AND b.shipment_line_id IS NOT NULL
"""


def comparison_billed_by(
    company: Company, document_ids: Sequence[int], tolerances: Percents | None = None
) -> list[Compared]:
    """What comes of comparing all that documents bill a part of, perhaps if these tolerances held for all customers."""
    allowed = PROPOSED if tolerances else KEPT
    sql = OF_MANY + comparison_sql(OF_BILLED, ALONE_OF_BILLED, allowed) + f" SELECT {COLUMNS} FROM compared"  # noqa: S608
    asked = {"documents": list(document_ids), **(tolerances._asdict() if tolerances else {})}
    return read_compared(sql, {**asked, **comparison_parameters(company)})
