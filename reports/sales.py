"""Sales: what was sold net of tax, less what was credited and voided, by customer, product or period, beside before."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.urls import reverse

from ledger.calendar import add_months, end_of_month
from office.models import Company
from office.written import plain_day, plain_period
from reports.frame import Answer, Asked, Column, DaysForm, Proof, Report, Row, Table, Trend
from reports.frame.reading import fetched
from reports.measures import share
from reports.movements import NOT_COMPARED, Days, movements_sql

BY = {
    "customer": "Customer",
    "product": "Product",
    "group": "Customer group",
    "owner": "Sales owner",
    "tax": "Tax",
    "month": "Month",
}
COMPARED = {"year": "A year before", "before": "The days before"}
CUSTOMER = "JOIN customers_customer c ON c.id = s.key"
PARTS = {
    "customer": ("d.customer_id", CUSTOMER, "c.sort_name || ' ' || c.id", "c.name", "c.id"),
    "product": (
        "coalesce(l.item_code, '')",
        "",
        "lower(s.key) || ' ' || s.key",
        "coalesce(nullif(s.key, ''), 'No product')",
        "0",
    ),
    "tax": (
        "l.tax_name || ' ' || trim_scale(l.tax_percent)",
        "",
        "lower(s.key) || ' ' || s.key",
        "s.key",
        "0",
    ),
    "group": (
        "d.customer_id",
        f"{CUSTOMER} LEFT JOIN customers_customergroup g ON g.id = c.group_id",
        "coalesce(lower(g.name), '~') || ' ' || coalesce(g.id, 0)",
        "coalesce(g.name, 'No group')",
        "0",
    ),
    "owner": (
        "d.customer_id",
        f"{CUSTOMER} LEFT JOIN office_user u ON u.id = c.sales_owner_id",
        "coalesce(lower(coalesce(nullif(u.name, ''), u.email)), '~') || ' ' || coalesce(u.id, 0)",
        "coalesce(nullif(u.name, ''), u.email, 'Nobody')",
        "0",
    ),
    "month": ("to_char(d.on_day, 'YYYY-MM')", "", "s.key", "s.key", "0"),
}
"""What tells the parts apart: the key, the join, the order, which no two share, the name, and the customer it leads
to."""
OF_LINES = ("product", "tax")
"""What each line of a document has of its own."""
SIGN = "CASE kind WHEN 'credit_memo' THEN -1 ELSE 1 END"
OWN = """(%(owner_ids)s::bigint[] IS NULL
    OR customer_id IN (SELECT id FROM customers_customer WHERE sales_owner_id = ANY (%(owner_ids)s)))"""
KINDS = "company_id = %(company_id)s AND kind IN ('invoice', 'debit_note', 'credit_memo')"


def documents_sql(first: str, last: str, is_now: str = "true", later: str = "") -> str:
    """Each issued document on its day, and taken off again on the day it was voided, between two named days; its day
    may be told so much `later`."""
    return f"""
        SELECT id, customer_id, currency, dated_on{later} AS on_day, {SIGN} AS sign, net, tax, {is_now} AS is_now
        FROM billing_invoice WHERE {KINDS} AND status <> 'draft' AND dated_on BETWEEN %({first})s AND %({last})s
            AND {OWN}
        UNION ALL
        SELECT id, customer_id, currency, voided_on{later}, -{SIGN}, net, tax, {is_now}
        FROM billing_invoice WHERE {KINDS} AND status = 'void' AND voided_on BETWEEN %({first})s AND %({last})s
            AND {OWN}
    """  # noqa: S608  our own names


TOGETHER = -1
"""What stands for the customer where all are together."""
NOW = documents_sql("first_day", "last_day")
BEFORE = documents_sql("first_before", "last_before", "false", " + %(between)s::interval")
"""What is compared with, on the days beside which it stands."""


class SalesForm(DaysForm):
    """Which days, told apart by what, beside which days before."""

    by = forms.ChoiceField(label="By", required=False, choices=list(BY.items()))
    compared = forms.ChoiceField(label="Beside", required=False, choices=list(COMPARED.items()))

    def usual(self, company: Company) -> dict[str, Any]:
        return super().usual(company) | {"by": "customer", "compared": "year"}


def days_before(first: date, last: date, compared: str) -> tuple[date, date]:
    """The days to compare with: a year before, or as many before; of whole months, months."""
    is_whole = first.day == 1 and last == end_of_month(last)
    if compared == "year":
        start = add_months(first, -12)
        return start, end_of_month(add_months(last, -12)) if is_whole else add_months(last, -12)
    if is_whole:
        months = (last.year - first.year) * 12 + last.month - first.month + 1
        return add_months(first, -months), first - timedelta(days=1)
    return first - (last - first) - timedelta(days=1), first - timedelta(days=1)


def time_between(first: date, last: date, compared: str) -> str:
    """How long before a day that lies which it is compared with, as the database reads it."""
    before, _ = days_before(first, last, compared)
    if compared == "year" or first.day == before.day == 1:
        return f"{(first.year - before.year) * 12 + first.month - before.month} months"
    return f"{(first - before).days} days"


def sales_sql(by: str) -> str:
    """The sums of each currency, and a page of parts after a place: net of documents, or of their lines.

    They are added up by what they bear themselves, and the few sums are named then.
    """
    key, joined, place, name, customer = PARTS[by]
    lines = "JOIN billing_invoiceline l ON l.invoice_id = d.id AND l.taxable <> 0" if by in OF_LINES else ""
    net = "l.taxable" if by in OF_LINES else "d.net"
    return f"""
        WITH summed AS MATERIALIZED (
            SELECT {key} AS key, d.currency, count(*) FILTER (WHERE is_now) AS documents,
                   coalesce(sum(d.sign * {net}) FILTER (WHERE is_now), 0) AS net,
                   coalesce(sum(d.sign * {net}) FILTER (WHERE NOT is_now), 0) AS before
            FROM ({NOW} UNION ALL {BEFORE}) AS d {lines} GROUP BY 1, 2
        ),
        named AS MATERIALIZED (
            SELECT {place} AS place, {name} AS name, {customer} AS customer, s.currency,
                   sum(s.documents)::bigint AS documents, sum(s.net) AS net, sum(s.before) AS before
            FROM summed s {joined} GROUP BY 1, 2, 3, 4
        )
        (SELECT '', '', {TOGETHER}, currency, sum(documents)::bigint, sum(net), sum(before)
         FROM named GROUP BY currency ORDER BY currency)
        UNION ALL
        (SELECT * FROM named WHERE (place, currency) > (%(after_place)s, %(after_currency)s)
         ORDER BY place, currency LIMIT %(limit)s)
    """  # noqa: S608


@dataclass(frozen=True)
class Part:
    """One customer, product or month in one currency."""

    place: str
    name: str
    currency: str
    customer_id: int
    documents: int
    net: Decimal
    before: Decimal

    @property
    def mark(self) -> str:
        """Its place in the order, as an address carries it."""
        return f"{self.place} {self.currency}"

    @property
    def values(self) -> dict[str, Any]:
        """The cells of its row."""
        change = self.net - self.before
        percent = share(abs(change), self.before) if self.before > 0 else None
        return {
            "name": self.name,
            "documents": self.documents,
            "net": self.net,
            "before": self.before,
            "change": change,
            "percent": percent.copy_sign(change) if percent else percent,
        }


def _tax_name(key: str) -> str:
    """A tax by its name, which mostly says its percentage, and by that where it does not."""
    name, percent = key.rsplit(" ", 1)
    return "No tax" if not name else name if "%" in name else f"{name} {percent} %"


def parts_of(by: str, parameters: Mapping[str, Any]) -> tuple[list[Part], list[Part]]:
    """The parts of a page in their order, and all together of each currency."""
    parts, totals = [], []
    for place, named, customer_id, currency, *figures in fetched(sales_sql(by), parameters, few_groups=True):
        if customer_id == TOGETHER:
            totals.append(Part(place, "Together", currency, 0, *figures))
        else:
            name = _tax_name(named) if by == "tax" else named
            parts.append(Part(place, name, currency, customer_id, *figures))
    return parts, totals


def answer(asked: Asked) -> Answer:
    """A row for each part and currency with its sales now and before, and the sums of all."""
    days, by, compared = Days.of(asked), asked.values["by"], asked.values["compared"]
    first_before, last_before = days_before(days.first_day, days.last_day, compared)
    page = {
        "first_before": first_before,
        "last_before": last_before,
        "between": time_between(days.first_day, days.last_day, compared),
        "after_place": asked.after[:-4],
        "after_currency": asked.after[-3:],
        "limit": asked.limit and asked.limit + 1,
    }
    found, totals = parts_of(by, days.parameters | page)
    shown = found[: asked.limit]
    columns = (
        Column("name", BY[by], "period" if by == "month" else "text"),
        Column("documents", "Lines" if by in OF_LINES else "Documents", "number", adds=True),
        Column("net", "Sales", "money", adds=True),
        Column("before", COMPARED[compared], "money", adds=True),
        Column("change", "Change", "money", adds=True),
        Column("percent", "In percent", "percent"),
    )
    foot = [Row(total.values, total.currency) for total in totals]
    return Answer(
        f"Net of tax, less credit memos and what was voided, from {plain_day(days.first_day)} to "
        f"{plain_day(days.last_day)}, beside {plain_day(first_before)} to {plain_day(last_before)}.",
        [
            Table(
                f"Sales by {BY[by].lower()}",
                columns,
                [Row(part.values, part.currency, _urls(part)) for part in shown],
                foot,
                shown[-1].mark if len(found) > len(shown) else "",
            )
        ],
        _proofs(days, totals) if days.owner_ids is None else [],
        trends=[_trend(compared, total.currency, found) for total in totals] if by == "month" else [],
        not_compared="" if days.owner_ids is None else NOT_COMPARED,
    )


def _trend(compared: str, currency: str, parts: list[Part]) -> Trend:
    """The months of a currency, now and before."""
    found = [part for part in parts if part.currency == currency]
    series = [("Sales", [part.net for part in found]), (COMPARED[compared], [part.before for part in found])]
    return Trend(f"Sales by month, {currency}", [plain_period(part.name) for part in found], series, currency)


def _urls(part: Part) -> dict[str, str]:
    return {"name": reverse("customers:customer", args=[part.customer_id])} if part.customer_id else {}


def _proofs(days: Days, totals: list[Part]) -> list[Proof]:
    """Sales and their tax are what documents moved the receivable account by, in each currency."""
    taxes = fetched(
        f"SELECT d.currency, sum(d.sign * d.tax) FROM ({NOW}) AS d GROUP BY 1",  # noqa: S608
        days.parameters,
        few_groups=True,
    )
    moved = fetched(
        f"SELECT currency, sum(amount) FROM ({movements_sql()}) AS m "  # noqa: S608
        "WHERE family IN ('billed', 'credited', 'voided', 'uncredited') GROUP BY 1",
        days.parameters,
        few_groups=True,
    )
    sold: dict[str, Decimal] = {total.currency: total.net for total in totals}
    for currency, tax in taxes:
        sold[currency] = sold.get(currency, Decimal(0)) + tax
    booked = dict(moved)
    return [
        Proof(
            "Sales and their tax are what documents moved the receivable account by",
            booked.get(currency, Decimal(0)) - sold.get(currency, Decimal(0)),
            currency,
        )
        for currency in sorted({*sold, *booked})
    ]


SALES = Report(
    "sales",
    "Sales report",
    "Sales net of tax by customer, product, group, owner or month, beside a year or as many days before.",
    "Billing activity",
    SalesForm,
    answer,
    "report-money",
)
