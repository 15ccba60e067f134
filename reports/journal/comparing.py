"""What was exported and what was not yet, beside the book: account by account, over some days."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import connection

from ledger.models import Account
from ledger.money import round_money
from ledger.snapshot import snapshot
from office.models import Company

# Each figure is a query of its own, so that one that is wrong does not make another wrong as well.
EXPORTED = """
    SELECT l.account_id, sum(l.company_amount) FROM reports_journalbatch t
    JOIN reports_journalbatchentry b ON b.batch_id = t.id AND b.stands
    JOIN ledger_line l ON l.entry_id = b.entry_id
    WHERE t.company_id = %(company)s AND l.dated_on BETWEEN %(first)s AND %(last)s GROUP BY 1
"""
WAITING = """
    SELECT l.account_id, sum(l.company_amount) FROM ledger_entry e JOIN ledger_line l ON l.entry_id = e.id
    WHERE e.company_id = %(company)s AND e.dated_on BETWEEN %(first)s AND %(last)s
        AND NOT EXISTS (SELECT FROM reports_journalbatchentry b WHERE b.entry_id = e.id AND b.stands) GROUP BY 1
"""
BOOK = """
    SELECT l.account_id, sum(l.company_amount) FROM ledger_line l JOIN ledger_account a ON a.id = l.account_id
    WHERE a.company_id = %(company)s AND l.dated_on BETWEEN %(first)s AND %(last)s GROUP BY 1
"""


class Compared(NamedTuple):
    """What moved on an account over the days, debits less credits, in the company's currency."""

    account: Account
    exported: Decimal
    waiting: Decimal
    book: Decimal

    @property
    def difference(self) -> Decimal:
        """What the book has that is neither exported nor waiting."""
        return self.book - self.exported - self.waiting


@dataclass(frozen=True)
class Comparison:
    """All accounts that moved over some days."""

    company: Company
    first_day: date
    last_day: date
    rows: list[Compared]

    @property
    def agrees(self) -> bool:
        """Whether exported and not yet are the book, on every account."""
        return not any(row.difference for row in self.rows)


def compare(company: Company, first_day: date, last_day: date) -> Comparison:
    """Exported, not yet, and the book, by account."""
    parameters: dict[str, Any] = {"company": company.pk, "first": first_day, "last": last_day}
    with snapshot(), connection.cursor() as cursor:
        sums = []
        for sql in (EXPORTED, WAITING, BOOK):
            cursor.execute(sql, parameters)
            sums.append({account: round_money(amount, company.currency) for account, amount in cursor.fetchall()})
        accounts = Account.objects.filter(pk__in=set().union(*sums)).order_by("code")
        rows = [Compared(account, *(each.get(account.pk, Decimal(0)) for each in sums)) for account in accounts]
    return Comparison(company, first_day, last_day, rows)
