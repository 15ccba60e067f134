"""How often the accuracy checks are right: what each found, what of it was mended, and what somebody said is none."""

from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from billing.models import IssueCheck
from office.written import plain_day, quantity
from reports.frame import Answer, Asked, Chart, Column, DaysForm, Report, Row, Table
from reports.frame.reading import fetched
from reports.measures import share
from reports.movements import Days

FOUND = """
    SELECT f.check_name, count(*), count(*) FILTER (WHERE latest.act = 'found'),
        count(*) FILTER (WHERE latest.act = 'mended'), count(*) FILTER (WHERE latest.act = 'dismissed')
    FROM billing_accuracyfinding f
    JOIN customers_customer c ON c.id = f.customer_id
    JOIN office_company o ON o.id = f.company_id
    JOIN LATERAL (
        SELECT act FROM billing_findingevent e WHERE e.finding_id = f.id AND e.act <> 'assigned'
        ORDER BY e.id DESC LIMIT 1
    ) AS latest ON true
    WHERE f.company_id = %(company_id)s
        AND (f.found_at AT TIME ZONE o.time_zone)::date BETWEEN %(first_day)s AND %(last_day)s
        AND (%(owner_ids)s::bigint[] IS NULL OR c.sales_owner_id = ANY (%(owner_ids)s))
    GROUP BY 1
"""
COLUMNS = (
    Column("check", "Check"),
    Column("found", "Found", "number", adds=True),
    Column("open", "Open", "number", adds=True),
    Column("mended", "Mended", "number", adds=True),
    Column("dismissed", "Dismissed", "number", adds=True),
    Column("precision", "Right", "percent"),
)
COUNTS = ("found", "open", "mended", "dismissed")


def answer(asked: Asked) -> Answer:
    """A row for each check that found something, the most often right first, and all of them together."""
    days = Days.of(asked)
    counted = {IssueCheck(name): counts for name, *counts in fetched(FOUND, days.parameters)}
    rows = sorted((_row(check, counts, asked) for check, counts in counted.items()), key=_order)
    sums = [sum(column) for column in zip(*counted.values(), strict=True)]
    foot = [Row({"check": "Together", **_values(sums)})] if rows else []
    about = (
        f"What was found from {plain_day(days.first_day)} to {plain_day(days.last_day)}, and how it stands now. A check"
        " is right where something was mended, and wrong where somebody said that it is right as it is; what is open"
        " counts for neither."
    )
    judged = [row for row in rows if row.values["precision"] is not None]
    charts = [Chart("Right, of what was mended or dismissed", [_bar(row) for row in judged])] if judged else []
    return Answer(
        about, [Table("By check", COLUMNS, rows, foot, empty="Nothing was found in these days.")], charts=charts
    )


def _values(counts: list[int]) -> dict[str, Any]:
    values = dict(zip(COUNTS, counts, strict=True))
    return values | {"precision": share(values["mended"], values["mended"] + values["dismissed"])}


def _row(check: IssueCheck, counts: list[int], asked: Asked) -> Row:
    days = {"found_from": asked.values["first_day"], "found_to": asked.values["last_day"]}
    page = reverse("billing:finding_list")
    states = {
        "found": {},
        "open": {"state": "open"},
        "mended": {"state": "mended"},
        "dismissed": {"state": "dismissed"},
    }
    urls = {key: f"{page}?{urlencode({'check': check.value, **days, **state})}" for key, state in states.items()}
    return Row({"check": check.label, **_values(counts)}, urls=urls)


def _order(row: Row) -> tuple[bool, Decimal, str]:
    precision = row.values["precision"]
    return precision is None, -(precision or Decimal(0)), row.values["check"]


def _bar(row: Row) -> dict[str, Any]:
    precision = row.values["precision"]
    return {
        "label": row.values["check"],
        "amount": precision,
        "text": f"{quantity(precision)} %",
        "url": row.urls["found"],
    }


ACCURACY = Report(
    "accuracy",
    "Accuracy checks",
    "What each check found, what of it was mended and dismissed, and how often the check is right.",
    "Billing activity",
    DaysForm,
    answer,
    "shield-check",
)
