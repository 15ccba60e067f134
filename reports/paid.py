"""Paid documents: each on the day on which its last part was settled, and taken back on the day on which it was not.

What was paid is told apart from what was credited and written off, and a document that was only credited was not paid.
Of a day counts how it ended, so a list of past days stays what it was: what is returned later stands in its own days.
"""

from decimal import Decimal
from typing import Any

from django import forms
from django.urls import reverse

from customers.models import Customer
from ledger.models import ItemKind
from office.models import Company, User
from office.written import plain_day
from reports.frame import Answer, Asked, Column, DaysForm, Proof, Report, Row, Table
from reports.frame.reading import fetched
from reports.movements import Days
from reports.registers import Place, paged

OF_MONEY = (ItemKind.PAYMENT, ItemKind.WITHHOLDING, ItemKind.EXCHANGE)
"""What counts as paid: money, what of it came in another currency, and tax that was kept back for the office."""
LOST = (ItemKind.WRITE_OFF, ItemKind.RECOVERY)
NOBODY = "Nobody"
FIGURES = ("net", "tax", "total", "paid", "credited", "written_off")
TAKEN_BACK = "Taken back"


class PaidForm(DaysForm):
    """Which days, and whose customers."""

    owner = forms.ChoiceField(label="Sales owner", required=False)

    def offered(self, company: Company) -> dict[str, list[tuple[str, str]]]:
        owners = User.objects.filter(pk__in=Customer.objects.filter(company=company).values("sales_owner"))
        named = [(str(owner.pk), owner.name or owner.email) for owner in owners.order_by("name", "email")]
        return {"owner": [("", "Everybody"), *named]}


def _of(kinds: tuple[ItemKind, ...]) -> str:
    return ", ".join(f"'{kind}'" for kind in kinds)


EVENTS = f"""
    WITH touched AS MATERIALIZED (
        SELECT DISTINCT d.entry_id FROM ledger_allocation a JOIN ledger_openitem d ON d.id = a.debit_id
        WHERE a.dated_on BETWEEN %(first_day)s AND %(last_day)s AND d.company_id = %(company_id)s
            AND d.kind IN ('invoice', 'debit_note')
            AND (%(owner_ids)s::bigint[] IS NULL
                OR d.customer_id IN (SELECT id FROM customers_customer WHERE sales_owner_id = ANY (%(owner_ids)s)))
    ),
    items AS MATERIALIZED (
        SELECT d.id, d.entry_id, d.amount FROM touched JOIN ledger_openitem d USING (entry_id)
    ),
    owed AS MATERIALIZED (SELECT entry_id, sum(amount) AS amount FROM items WHERE amount > 0 GROUP BY 1),
    moved AS (
        SELECT d.entry_id, a.dated_on, sum(a.amount) AS settled,
            coalesce(sum(a.amount) FILTER (WHERE k.kind IN ({_of(OF_MONEY)})), 0) AS paid,
            coalesce(sum(a.amount) FILTER (WHERE k.kind IN ({_of(LOST)})), 0) AS written_off
        FROM items d JOIN ledger_allocation a ON a.debit_id = d.id
        JOIN ledger_openitem k ON k.id = a.credit_id
        WHERE a.dated_on <= %(last_day)s GROUP BY 1, 2
    ),
    summed AS (
        SELECT entry_id, dated_on, sum(settled) OVER days AS settled, sum(paid) OVER days AS paid,
            sum(written_off) OVER days AS written_off
        FROM moved WINDOW days AS (PARTITION BY entry_id ORDER BY dated_on)
    ),
    ended AS (
        SELECT s.entry_id, s.dated_on, s.written_off,
            CASE WHEN s.settled = owed.amount AND s.paid > 0 THEN s.paid ELSE 0 END AS paid
        FROM summed s JOIN owed USING (entry_id)
    ),
    beside AS (
        SELECT *, lag(paid, 1, 0::numeric) OVER days AS before, lag(written_off, 1, 0::numeric) OVER days AS lost_before
        FROM ended WINDOW days AS (PARTITION BY entry_id ORDER BY dated_on)
    ),
    events AS (
        SELECT entry_id, dated_on, -1 AS sign, before AS paid, lost_before AS written_off FROM beside
        WHERE before > 0 AND (before, lost_before) IS DISTINCT FROM (paid, written_off)
        UNION ALL
        SELECT entry_id, dated_on, 1, paid, written_off FROM beside
        WHERE paid > 0 AND (before, lost_before) IS DISTINCT FROM (paid, written_off)
    ),
    named AS (
        SELECT i.id * 2 + (e.sign + 1) / 2 AS id, e.dated_on, e.sign, i.id AS document_id, i.number,
            i.dated_on AS issued_on, i.currency, e.sign * i.net AS net, e.sign * i.tax AS tax,
            e.sign * i.total AS total, e.sign * e.paid AS paid, e.sign * e.written_off AS written_off,
            e.sign * (owed.amount - e.paid - e.written_off) AS credited, owed.amount - i.total AS beyond,
            c.id AS customer_id, c.name, coalesce(nullif(u.name, ''), u.email, '') AS owner
        FROM events e JOIN owed USING (entry_id) JOIN billing_invoice i ON i.entry_id = e.entry_id
        JOIN customers_customer c ON c.id = i.customer_id LEFT JOIN office_user u ON u.id = c.sales_owner_id
        WHERE e.dated_on >= %(first_day)s
            AND (%(owner)s::bigint IS NULL OR c.sales_owner_id = %(owner)s)
    )
"""  # noqa: S608  our own names
SUMMED = ", ".join(f"sum({figure})" for figure in FIGURES)
PAGE = f"""{EVENTS}
    SELECT id, dated_on, sign, document_id, number, issued_on, currency, customer_id, name, owner, {", ".join(FIGURES)}
    FROM named WHERE (dated_on, id) > (%(after_day)s, %(after_id)s) ORDER BY dated_on, id LIMIT %(limit)s
"""  # noqa: S608
SUMS = f"""{EVENTS}
    SELECT owner, currency, count(*) FILTER (WHERE sign > 0), count(*) FILTER (WHERE sign < 0), {SUMMED},
        sum(sign * beyond)
    FROM named GROUP BY 1, 2 ORDER BY owner = '', 1, 2
"""  # noqa: S608
MONEY = (
    Column("net", "Net", "money", adds=True),
    Column("tax", "Tax", "money", adds=True, dash=True),
    Column("total", "Total", "money", adds=True),
    Column("paid", "Paid", "money", adds=True),
    Column("credited", "Credited", "money", adds=True, dash=True),
    Column("written_off", "Written off", "money", adds=True, dash=True),
)
COLUMNS = (
    Column("number", "Document"),
    Column("customer", "Customer"),
    Column("owner", "Sales owner"),
    Column("issued_on", "Issued", "day"),
    Column("paid_on", "Paid on", "day"),
    Column("days", "Days to pay", "number"),
    *MONEY,
)
OWNER_COLUMNS = (
    Column("owner", "Sales owner"),
    Column("documents", "Paid", "number"),
    Column("back", "Taken back", "number"),
    *MONEY,
)


def paid(asked: Asked) -> Answer:
    """Every document that was fully paid in the days, and every one that was and is no more, each in its own days."""
    days, owner = Days.of(asked), asked.values["owner"]
    parameters = days.parameters | {"owner": int(owner) if owner else None}
    rows, following = paged(asked, PAGE, parameters, _document)
    sums = fetched(SUMS, parameters, few_groups=True)
    together = _together(sums)
    return Answer(
        f"Invoices and debit notes that were fully paid from {plain_day(days.first_day)} to {plain_day(days.last_day)},"
        " each on the day on which its last part was settled. What was credited or written off of them is not paid."
        " What was paid and came back stands below zero, on the day on which it did.",
        [
            Table(
                "Documents",
                COLUMNS,
                rows,
                _foot("number", together),
                following,
                "Nothing was paid in these days.",
                notes="Note",
            ),
            Table("By sales owner", OWNER_COLUMNS, _owners(sums), _foot("owner", together)),
        ],
        [
            Proof("What was paid, credited and written off is the documents' total", values[8], currency)
            for currency, values in together.items()
        ],
    )


def _document(values: tuple[Any, ...]) -> tuple[Row, Place]:
    place, day, sign, document_id, number, issued_on, currency, customer_id, name, owner, *figures = values
    row = Row(
        {
            "number": number,
            "customer": name,
            "owner": owner or NOBODY,
            "issued_on": issued_on,
            "paid_on": day,
            "days": (day - issued_on).days,
            **dict(zip(FIGURES, figures, strict=True)),
        },
        currency,
        {
            "number": reverse("billing:invoice", args=[document_id]),
            "customer": reverse("customers:customer", args=[customer_id]),
        },
        note="" if sign > 0 else TAKEN_BACK,
    )
    return row, (day, place)


def _together(sums: list[tuple[Any, ...]]) -> dict[str, list[Any]]:
    """By currency the counts, the figures, and by what documents and items differ."""
    found: dict[str, list[Any]] = {}
    for _, currency, *values in sums:
        before = found.get(currency, [0, 0, *[Decimal(0)] * 7])
        found[currency] = [left + right for left, right in zip(before, values, strict=True)]
    return dict(sorted(found.items()))


def _foot(first: str, together: dict[str, list[Any]]) -> list[Row]:
    return [
        Row({first: _counted(*values[:2]), **dict(zip(FIGURES, values[2:8], strict=True))}, currency)
        for currency, values in together.items()
    ]


def _counted(documents: int, back: int) -> str:
    return f"{documents} paid" + (f", {back} taken back" if back else "")


def _owners(sums: list[tuple[Any, ...]]) -> list[Row]:
    return [
        Row(
            {
                "owner": owner or NOBODY,
                "documents": documents,
                "back": back,
                **dict(zip(FIGURES, figures[:6], strict=True)),
            },
            currency,
        )
        for owner, currency, documents, back, *figures in sums
    ]


PAID = Report(
    "paid",
    "Paid documents",
    "Which documents were fully paid, when, after how many days, and whose customers paid them.",
    "Registers",
    PaidForm,
    paid,
    "circle-check",
    permission="billing.view_invoice",
)
