"""The tie-out: what papers say, what stands open, what items less allocations come to, and the receivable account.

All four are worked out from tables of their own, in one state of the book, at the end of a day and in each currency; in
a sound book they are one figure. What stands open and the account are at hand at once; the others read everything.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import connection

from ledger.balances import control_balance, open_on_day_sql
from ledger.snapshot import snapshot

Sums = dict[str, Decimal]

BILLED, MONEY, REFUNDS, WRITTEN_OFF, LATE, OTHERS = "billed", "money", "refunds", "written_off", "late", "others"
ENTERED_BY = {
    BILLED: ("issue_invoice",),
    MONEY: ("record_receipt",),
    REFUNDS: ("refund_credit",),
    WRITTEN_OFF: ("write_off", "write_off_tolerance", "write_off_bank_fee"),
    LATE: ("claim_late_charges",),
}
"""By what papers are, the kinds of the entries that they made; a reversal is known by what it reverses."""
_KNOWN = ", ".join(f"'{kind}'" for kinds in ENTERED_BY.values() for kind in kinds)
PAPERS = {
    BILLED: """
        SELECT currency, CASE kind WHEN 'credit_memo' THEN -total ELSE total END AS amount FROM billing_invoice
        WHERE company_id = %(company_id)s AND status <> 'draft' AND dated_on <= %(on)s
        UNION ALL SELECT currency, CASE kind WHEN 'credit_memo' THEN total ELSE -total END FROM billing_invoice
        WHERE company_id = %(company_id)s AND status = 'void' AND voided_on <= %(on)s""",
    MONEY: """
        SELECT currency, -amount AS amount FROM payments_receipt
        WHERE company_id = %(company_id)s AND received_on <= %(on)s
        UNION ALL SELECT currency, amount FROM payments_receipt
        WHERE company_id = %(company_id)s AND reversed_on <= %(on)s""",
    REFUNDS: """
        SELECT currency, amount FROM payments_refund WHERE company_id = %(company_id)s AND refunded_on <= %(on)s
        UNION ALL SELECT r.currency, -r.amount FROM payments_refund r JOIN ledger_entry m ON m.reverses_id = r.entry_id
        WHERE r.company_id = %(company_id)s AND m.dated_on <= %(on)s""",
    WRITTEN_OFF: """
        SELECT currency, -amount AS amount FROM payments_writeoff
        WHERE company_id = %(company_id)s AND written_off_on <= %(on)s
        UNION ALL SELECT currency, amount FROM payments_writeoff
        WHERE company_id = %(company_id)s AND reversed_on <= %(on)s""",
    LATE: """
        SELECT currency, interest + fee AS amount FROM credit_control_latecharge
        WHERE company_id = %(company_id)s AND claimed_on <= %(on)s
        UNION ALL SELECT currency, -interest - fee FROM credit_control_latecharge
        WHERE company_id = %(company_id)s AND waived_on <= %(on)s""",
    OTHERS: f"""
        SELECT i.currency, i.amount FROM ledger_openitem i JOIN ledger_entry e ON e.id = i.entry_id
        LEFT JOIN ledger_entry reversed ON reversed.id = e.reverses_id
        WHERE i.company_id = %(company_id)s AND i.dated_on <= %(on)s
            AND i.kind IN ('fee', 'reversal', 'recovery', 'exchange', 'opening')
            AND coalesce(reversed.kind, e.kind) NOT IN ({_KNOWN})""",  # noqa: S608  our own names
}
"""By what it is, the query of what papers add to what is owed; a reversal counts the other way on its own day."""
ALLOCATED = """
    SELECT currency, amount FROM ledger_openitem WHERE company_id = %(company_id)s AND dated_on <= %(on)s
    UNION ALL SELECT d.currency, -a.amount FROM ledger_allocation a JOIN ledger_openitem d ON d.id = a.debit_id
    WHERE d.company_id = %(company_id)s AND a.dated_on <= %(on)s
    UNION ALL SELECT c.currency, a.amount FROM ledger_allocation a JOIN ledger_openitem c ON c.id = a.credit_id
    WHERE c.company_id = %(company_id)s AND a.dated_on <= %(on)s"""


@dataclass(frozen=True)
class Tie:
    """One way to what customers owe, its figure, and what it says more than the receivable account."""

    key: str
    amount: Decimal
    difference: Decimal

    @property
    def is_tied(self) -> bool:
        """Whether it says the same."""
        return not self.difference


@dataclass(frozen=True)
class CurrencyTie:
    """The ways of one currency, the account last; `papers` are what the first of them adds up, where it was asked."""

    currency: str
    ties: list[Tie]
    papers: dict[str, Decimal]

    @property
    def is_tied(self) -> bool:
        """Whether all ways say the same."""
        return all(tie.is_tied for tie in self.ties)


def tie_out(company_id: int, on: date, *, whole: bool = True) -> list[CurrencyTie]:
    """The figures of a day, by currency; without `whole` only what is open and the account."""
    asked: dict[str, int | date] = {"company_id": company_id, "on": on}
    with snapshot():
        control = {currency: amount for currency, (amount, _) in control_balance(company_id, on).items()}
        ways = {"open": _sums(f"SELECT currency, open AS amount FROM ({open_on_day_sql(None)}) AS items", asked)}  # noqa: S608
        papers: dict[str, Sums] = {}
        if whole:
            _few_groups()
            papers = {key: _sums(sql, asked) for key, sql in PAPERS.items()}
            ways = {"papers": _added(papers), **ways, "allocated": _sums(ALLOCATED, asked)}
    ways["control"] = control
    currencies = sorted({currency for sums in ways.values() for currency, amount in sums.items() if amount})
    return [_of_currency(currency, ways, papers) for currency in currencies]


def _of_currency(currency: str, ways: dict[str, Sums], papers: dict[str, Sums]) -> CurrencyTie:
    control = ways["control"].get(currency, Decimal(0))
    amounts = {key: sums.get(currency, Decimal(0)) for key, sums in ways.items()}
    ties = [Tie(key, amount, amount - control) for key, amount in amounts.items()]
    said = {key: sums[currency] for key, sums in papers.items() if sums.get(currency)}
    return CurrencyTie(currency, ties, said)


def _added(papers: dict[str, Sums]) -> Sums:
    added: Sums = {}
    for sums in papers.values():
        for currency, amount in sums.items():
            added[currency] = added.get(currency, Decimal(0)) + amount
    return added


def _few_groups() -> None:
    """Add up many rows by few currencies without sorting the rows first, unlike what snapshots are planned for."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_hashagg = on")


def _sums(sql: str, asked: dict[str, int | date]) -> Sums:
    """What the rows of a query add up to, by currency."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT currency, sum(amount) FROM ({sql}) AS rows GROUP BY currency", asked)  # noqa: S608
        return dict(cursor.fetchall())
