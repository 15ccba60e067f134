"""Which open items are doubtful as of a day, why, and what of each is likely lost: what a provision will be posted by.

It is read from the book and from dated facts alone, so a past day comes out the same again: what was open and in
dispute then, with an agency, proposed to be written off, promised and not paid, reminded of to the last, and late by
the day that was agreed on until then. What is in dispute is no doubtful debt, and no part of it is proposed: a
dispute ends with a credit memo, or not.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any, NamedTuple

from django.db import connection

from credit_control.doubtful_sql import DOUBTFUL
from credit_control.hand_overs import TIME_AFTER_NOTICE
from credit_control.models import ProvisionTable
from ledger.models import ItemKind
from ledger.money import round_money
from ledger.snapshot import snapshot
from office.models import Company
from office.rates.exchange import kept_rate

KINDS = [ItemKind.INVOICE, ItemKind.DEBIT_NOTE, ItemKind.FEE, ItemKind.INTEREST, ItemKind.OPENING]
USUAL_LATE_DAYS = 90
REASONS = {
    "judged": "Judged by hand",
    "agency": "With an agency, or given up by one",
    "write_off": "Proposed to be written off",
    "promise": "Promised and not paid",
    "notice": "Final notice is over",
    "late": "Late for long",
}


@dataclass(frozen=True)
class DoubtQuestion:
    """What is asked: whose book, as of which day, and of whose customers."""

    company: Company
    on: date
    owner_ids: list[int] | None = None


class Doubt(NamedTuple):
    """A doubtful item: what was open on the day, what of it was in dispute, and what of the rest is likely lost."""

    item_id: int
    customer_id: int
    number: str
    name: str
    kind: str
    reference: str
    dated_on: date
    due_on: date
    days_late: int
    currency: str
    company_currency: str
    open: Decimal
    disputed: Decimal
    undisputed: Decimal
    company_amount: Decimal
    percent: Decimal
    is_specific: bool
    proposed: Decimal
    company_proposed: Decimal
    why_percent: str
    reasons: tuple[str, ...]


@dataclass
class DoubtTotal:
    """What doubtful items of one currency come to; the company amounts are in the company's own."""

    currency: str
    company_currency: str
    count: int = 0
    open: Decimal = Decimal(0)
    disputed: Decimal = Decimal(0)
    undisputed: Decimal = Decimal(0)
    company_amount: Decimal = Decimal(0)
    proposed: Decimal = Decimal(0)
    company_proposed: Decimal = Decimal(0)

    def add(self, row: Doubt) -> None:
        """Count one more."""
        self.count += 1
        for name in ("open", "disputed", "undisputed", "company_amount", "proposed", "company_proposed"):
            setattr(self, name, getattr(self, name) + getattr(row, name))


@dataclass(frozen=True)
class DoubtReport:
    """The doubtful items of a day, by customer, and what they come to by currency."""

    question: DoubtQuestion
    table: ProvisionTable | None
    rows: list[Doubt]

    @cached_property
    def totals(self) -> list[DoubtTotal]:
        """The sums of the rows, by currency."""
        return totals_of(self.rows)


def totals_of(rows: Iterable[Doubt]) -> list[DoubtTotal]:
    """What these come to, by currency."""
    totals: dict[str, DoubtTotal] = {}
    for row in rows:
        totals.setdefault(row.currency, DoubtTotal(row.currency, row.company_currency)).add(row)
    return [totals[currency] for currency in sorted(totals)]


def table_on(company: Company, on: date) -> ProvisionTable | None:
    """The table of rates that holds on a day."""
    return ProvisionTable.objects.filter(company=company, from_on__lte=on).first()


def doubtful_items(question: DoubtQuestion) -> DoubtReport:
    """The doubtful items as of a day; all of them in as many queries as one."""
    company, on = question.company, question.on
    table = table_on(company, on)
    asked: dict[str, Any] = {
        "company_id": company.pk,
        "on": on,
        "zone": company.time_zone,
        "owner_ids": question.owner_ids,
        "kinds": [str(kind) for kind in KINDS],
        "table": table.pk if table else None,
        "late_days": table.late_days if table else USUAL_LATE_DAYS,
        "noticed_until": on - TIME_AFTER_NOTICE,
    }
    with snapshot(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL jit = off")
        cursor.execute(DOUBTFUL, asked)
        found = cursor.fetchall()
    rates: dict[str, Decimal | None] = {}
    return DoubtReport(question, table, [_doubt(company, on, rates, row) for row in found])


def _doubt(company: Company, on: date, rates: dict[str, Decimal | None], row: tuple[Any, ...]) -> Doubt:
    """The row with its sums: at the day's exchange rate, or without one at that of the item's own day."""
    *facts, currency, opened, disputed, booked_rate, percent, is_specific, why, reasons = row
    if currency not in rates:
        rates[currency] = Decimal(1) if currency == company.currency else kept_rate(company, currency, on)
    rate = rates[currency] or booked_rate
    undisputed = opened - disputed
    proposed = round_money(undisputed * percent / 100, currency)
    return Doubt._make(
        (
            *facts,
            currency,
            company.currency,
            opened,
            disputed,
            undisputed,
            round_money(opened * rate, company.currency),
            percent,
            is_specific,
            proposed,
            round_money(proposed * rate, company.currency),
            why,
            tuple(reasons),
        )
    )
