"""What was ordered, shipped and billed, held against each other line by line: what differs, and by how much."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.db import connection
from django.urls import reverse

from billing.orders.compare import (
    ALONE_OF_COMPANY,
    COLUMNS,
    FINE,
    OF_COMPANY,
    OF_MANY,
    Result,
    compared_of,
    comparison_parameters,
    comparison_sql,
)
from billing.orders.words import said_of
from office.models import Company
from reports.frame import Answer, Asked, Chart, Column, Report, ReportForm, Row, Table
from reports.frame.reading import fetched
from reports.registers import Place, paged

DIFFERING = "differing"
ANY = "any"
CHOICES = ((DIFFERING, "All that differ"), *Result.choices, (ANY, "All"))
ANY_DAY = date(2000, 1, 1)
"""Rows have an order of their own, whatever their day: the marks of pages count them."""


class ComparisonForm(ReportForm):
    """Which results, and of whom or which order."""

    result = forms.ChoiceField(label="Result", choices=CHOICES, required=False)
    of = forms.CharField(label="Customer or order", max_length=60, required=False)

    def usual(self, company: Company) -> dict[str, Any]:
        return {"result": DIFFERING}


WANTED = """
    c.result = ANY(%(results)s)
    AND (%(owner_ids)s::bigint[] IS NULL OR k.sales_owner_id = ANY (%(owner_ids)s))
    AND (%(of)s = '' OR c.order_number = %(of)s OR o.po_number = %(of)s OR k.number = %(of)s
        OR strpos(lower(k.name), lower(%(of)s)) > 0)
"""
JOINED = f"""
    FROM compared c JOIN customers_customer k ON k.id = c.customer_id
    LEFT JOIN billing_order o ON o.id = c.order_id LEFT JOIN billing_invoice i ON i.id = c.invoice_id
    LEFT JOIN billing_shipmentline sl ON sl.id = c.shipment_line_id
    WHERE {WANTED}
"""
COMPARED = comparison_sql(OF_COMPANY, ALONE_OF_COMPANY)
OWN_COLUMNS = ", ".join(f"c.{name.strip()}" for name in COLUMNS.split(","))
PAGE = f"""{COMPARED}, numbered AS (
    SELECT {OWN_COLUMNS}, k.name, coalesce(i.number, ''), sl.shipment_id,
        row_number() OVER (ORDER BY k.sort_name, k.id, c.order_id NULLS LAST, c.position NULLS FIRST, c.result,
            c.invoice_line_id, c.shipment_line_id) AS place
    {JOINED}
)
SELECT * FROM numbered WHERE place > %(after_id)s ORDER BY place LIMIT %(limit)s
"""  # noqa: S608  our own words
SUMS = f"""{COMPARED}
    SELECT c.result, c.currency, count(*), sum(c.difference) {JOINED} GROUP BY 1, 2 ORDER BY 2, 1
"""
COMPARED_COLUMNS = (
    Column("order", "Order"),
    Column("customer", "Customer"),
    Column("line", "Line"),
    Column("result", "Result"),
    Column("ordered", "Ordered", "number", dash=True),
    Column("shipped", "Shipped", "number", dash=True),
    Column("billed", "Billed", "number", dash=True),
    Column("invoice", "Invoice"),
    Column("difference", "Difference", "money", adds=True, dash=True),
    Column("words", "In words"),
)


def answer(asked: Asked) -> Answer:
    """The rows that come to the results asked for, by customer and order; above them how many there are of each."""
    with connection.cursor() as cursor:
        cursor.execute(OF_MANY)
    parameters = {**comparison_parameters(asked.company), "owner_ids": asked.owner_ids, **_wanted(asked.values)}
    rows, following = paged(asked, PAGE, parameters, _row)
    sums = fetched(SUMS, parameters)
    return Answer(
        "Orders, shipments and issued documents as they stand now, line by line, without tax. Where too much is billed "
        "a difference is above zero, where too little, below. What a tolerance allows says so.",
        [Table("Line by line", COMPARED_COLUMNS, rows, _foot(sums), following, "Nothing of the kind.")],
        charts=[_chart(asked, sums)] if len(sums) > 1 else [],
    )


def _foot(sums: list[tuple[Any, ...]]) -> list[Row]:
    """For each currency how many rows, and what their differences add up to."""
    counts: dict[str, int] = defaultdict(int)
    differences: dict[str, Decimal] = defaultdict(Decimal)
    for _, currency, count, difference in sums:
        counts[currency] += count
        differences[currency] += difference
    return [
        Row({"order": f"{count} together", "difference": differences[currency]}, currency)
        for currency, count in sorted(counts.items())
    ]


def _chart(asked: Asked, sums: list[tuple[Any, ...]]) -> Chart:
    """How many rows come to each result; each bar leads to them."""
    counts: dict[str, int] = defaultdict(int)
    for result, _, count, _ in sums:
        counts[result] += count
    of = asked.values["of"] or ""
    bars = [
        {
            "label": Result(result).label,
            "amount": Decimal(count),
            "text": f"{count} line{'s' * (count != 1)}",
            "url": f"{reverse('reports:comparison')}?{urlencode({'result': result, 'of': of})}",
        }
        for result, count in sorted(counts.items(), key=lambda each: -each[1])
    ]
    return Chart("How many lines", bars)


def _wanted(values: Mapping[str, Any]) -> dict[str, Any]:
    chosen = values["result"]
    if chosen == ANY:
        results = list(Result.values)
    else:
        results = [each for each in Result.values if each not in FINE] if chosen == DIFFERING else [chosen]
    return {"results": results, "of": (values["of"] or "").strip()}


def _row(values: tuple[Any, ...]) -> tuple[Row, Place]:
    *fields, name, invoice_number, shipment_id, place = values
    row = compared_of(tuple(fields))
    urls = {"customer": reverse("customers:customer", args=[row.customer_id])}
    if row.order_id:
        urls["order"] = reverse("billing:order", args=[row.order_id])
    elif shipment_id:
        urls["order"] = reverse("billing:shipment", args=[shipment_id])
    if row.invoice_id:
        urls["invoice"] = reverse("billing:invoice", args=[row.invoice_id])
    line = f"{row.position}. {row.description}" if row.position else row.description
    shown = {
        "order": row.order_number or row.said,
        "customer": name,
        "line": line,
        "result": row.result.label,
        "ordered": row.ordered,
        "shipped": row.shipped,
        "billed": row.billed,
        "invoice": invoice_number,
        "difference": row.difference,
        "words": said_of(row),
    }
    return Row(shown, row.currency, urls), (ANY_DAY, place)


COMPARISON = Report(
    "comparison",
    "Ordered, shipped, billed",
    "What differs between orders, shipments and invoices, line by line.",
    "Registers",
    ComparisonForm,
    answer,
    "clipboard-list",
)
