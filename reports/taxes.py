"""Tax by rate: what was billed, credited and voided in some days, and the tax accounts that it must equal."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from django.db import connection
from django.db.models import Sum

from ledger.accounts import default_accounts
from ledger.models import Account, AccountRole, Line
from ledger.snapshot import snapshot
from office.written import plain_day
from reports.frame import Answer, Asked, Column, DaysForm, Proof, Report, Row, Table


@dataclass(frozen=True)
class TaxQuestion:
    """What is asked: whose book, the first and the last day, and for whose customers."""

    company_id: int
    first_day: date
    last_day: date
    owner_ids: list[int] | None = None

    @property
    def is_whole(self) -> bool:
        """Whether the answer covers the whole book, so that it must equal the tax accounts."""
        return self.owner_ids is None


class TaxRow(NamedTuple):
    """A rate with what it was taken of and the tax, credits and voids taken off, in one currency."""

    account_id: int
    currency: str
    name: str
    category: str
    percent: Decimal
    kind: str
    reason: str
    documents: int
    base: Decimal
    amount: Decimal


@dataclass(frozen=True)
class TaxFoot:
    """A tax account: what the report's rows add up to, and what the account itself says."""

    account: Account
    currency: str
    reported: Decimal
    booked: Decimal

    @property
    def difference(self) -> Decimal:
        """Zero, or something is wrong with the book."""
        return self.booked - self.reported


@dataclass(frozen=True)
class TaxReport:
    """The answer: a row for each rate, and a foot for each account; no foot where only some customers are asked for."""

    question: TaxQuestion
    rows: list[TaxRow]
    feet: list[TaxFoot]


# A document counts on its own day, and with the other sign on the day it was voided. Tax that a write-off relieved
# counts against it, until the write-off is reversed or the money comes in after all.
BY_RATE = """
    WITH moves AS (
        SELECT d.customer_id, d.currency, t.account_id, t.name, t.category, t.percent, t.kind, t.reason,
               'document ' || d.id AS paper, d.sign * t.base AS base, d.sign * t.amount AS amount
        FROM (
            SELECT id, customer_id, currency, CASE kind WHEN 'credit_memo' THEN -1 ELSE 1 END AS sign
            FROM billing_invoice
            WHERE company_id = %(company_id)s AND status <> 'draft' AND dated_on BETWEEN %(first_day)s AND %(last_day)s
            UNION ALL
            SELECT id, customer_id, currency, CASE kind WHEN 'credit_memo' THEN 1 ELSE -1 END
            FROM billing_invoice
            WHERE company_id = %(company_id)s AND status = 'void' AND voided_on BETWEEN %(first_day)s AND %(last_day)s
        ) AS d JOIN billing_invoicetax t ON t.invoice_id = d.id
        UNION ALL
        SELECT w.customer_id, w.currency, t.account_id, t.name, t.category, t.percent, 'added', '',
               'write-off ' || w.id, w.sign * t.base, w.sign * t.amount
        FROM (
            SELECT id, customer_id, currency, -1 AS sign FROM payments_writeoff
            WHERE company_id = %(company_id)s AND relieves_tax
                AND written_off_on BETWEEN %(first_day)s AND %(last_day)s
            UNION ALL
            SELECT id, customer_id, currency, 1 FROM payments_writeoff
            WHERE company_id = %(company_id)s AND relieves_tax AND reversed_on BETWEEN %(first_day)s AND %(last_day)s
        ) AS w JOIN payments_writeofftax t ON t.write_off_id = w.id
        UNION ALL
        SELECT r.customer_id, r.currency, t.account_id, t.name, t.category, t.percent, 'added', '',
               'receipt ' || r.id, r.sign * again.base, r.sign * again.amount
        FROM (
            SELECT id, customer_id, currency, 1 AS sign FROM payments_receipt
            WHERE company_id = %(company_id)s AND received_on BETWEEN %(first_day)s AND %(last_day)s
            UNION ALL
            SELECT id, customer_id, currency, -1 FROM payments_receipt
            WHERE company_id = %(company_id)s AND reversed_on BETWEEN %(first_day)s AND %(last_day)s
        ) AS r JOIN payments_recovery v ON v.receipt_id = r.id
        JOIN payments_recoverytax again ON again.recovery_id = v.id
        JOIN payments_writeofftax t ON t.id = again.relieved_id
    )
    SELECT coalesce(m.account_id, %(usual)s), m.currency, m.name, m.category, m.percent, m.kind, m.reason,
           count(DISTINCT m.paper), sum(m.base), sum(m.amount)
    FROM moves m JOIN customers_customer c ON c.id = m.customer_id
    WHERE %(owner_ids)s::bigint[] IS NULL OR c.sales_owner_id = ANY (%(owner_ids)s)
    GROUP BY 1, 2, 3, 4, 5, 6, 7
    ORDER BY m.currency, m.kind, m.category DESC, m.percent DESC, m.name
"""


def tax_report(question: TaxQuestion) -> TaxReport:
    """Tax by rate over some days, with the tax accounts to compare with."""
    with snapshot():
        usual = default_accounts(question.company_id)[AccountRole.TAX]
        with connection.cursor() as cursor:
            cursor.execute(BY_RATE, vars(question) | {"usual": usual.pk})
            rows = [TaxRow(*row) for row in cursor.fetchall()]
        return TaxReport(question, rows, _feet(question, rows) if question.is_whole else [])


def _feet(question: TaxQuestion, rows: list[TaxRow]) -> list[TaxFoot]:
    accounts = {
        account.pk: account for account in Account.objects.filter(company_id=question.company_id, role=AccountRole.TAX)
    }
    booked = _booked(question, list(accounts))
    reported: dict[tuple[int, str], Decimal] = {}
    for row in rows:
        if row.kind != "withheld":
            place = (row.account_id, row.currency)
            reported[place] = reported.get(place, Decimal(0)) + row.amount
    return [
        TaxFoot(accounts[account_id], currency, reported.get(place, Decimal(0)), booked.get(place, Decimal(0)))
        for place in sorted(set(booked) | set(reported))
        for account_id, currency in [place]
    ]


def _booked(question: TaxQuestion, account_ids: list[int]) -> dict[tuple[int, str], Decimal]:
    """What was entered on the tax accounts in those days: what we owe the tax office counts up."""
    lines = Line.objects.filter(account__in=account_ids, entry__dated_on__range=(question.first_day, question.last_day))
    sums = lines.order_by().values_list("account", "entry__currency").annotate(Sum("amount"))
    return {(account_id, currency): -amount for account_id, currency, amount in sums}


COLUMNS = (
    Column("name", "Tax"),
    Column("category", "Category"),
    Column("percent", "Rate", "percent"),
    Column("documents", "Documents", "number"),
    Column("base", "Taken of", "money"),
    Column("amount", "Tax", "money", adds=True),
)
NO_TAX = "No tax in these days. Drafts do not count."


def answer(asked: Asked) -> Answer:
    """Tax by rate, and each tax account beside it."""
    first_day, last_day = asked.values["first_day"], asked.values["last_day"]
    report = tax_report(TaxQuestion(asked.company.pk, first_day, last_day, asked.owner_ids))
    rows = [
        Row(
            row._asdict() | {"name": f"{row.name}, withheld by customers" if row.kind == "withheld" else row.name},
            row.currency,
            note=row.reason,
        )
        for row in report.rows
    ]
    foot = [Row({"name": f"Account {foot.account}", "amount": foot.booked}, foot.currency) for foot in report.feet]
    return Answer(
        f"Tax billed from {plain_day(first_day)} to {plain_day(last_day)}, less what was credited, "
        "voided and relieved by write-offs.",
        [
            Table(
                "Tax by rate", COLUMNS, rows, foot, empty="No tax in these days. Drafts do not count.", notes="Why none"
            )
        ],
        [Proof(f"The rates add up to account {foot.account}", foot.difference, foot.currency) for foot in report.feet],
        not_compared="" if report.question.is_whole else "A part of the book: not compared with the tax accounts.",
    )


TAXES = Report(
    "taxes",
    "Tax report",
    "Tax by rate, equal to the tax accounts.",
    "Registers",
    DaysForm,
    answer,
    "percentage",
)
