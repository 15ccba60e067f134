"""Which entries an export takes, what they come to, and what stands against it; each an answer of the database."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import connection
from django.utils import timezone

from ledger.money import round_money
from ledger.snapshot import snapshot
from office.models import Company
from reports.journal.entries import Format, Head, Mapped, mapped_accounts
from reports.journal.formats import format_named
from reports.models import JournalDebtor, JournalSettings, journal_settings_of

WAITING = """
    SELECT e.id FROM ledger_entry e
    WHERE e.company_id = %(company)s AND e.dated_on <= %(last)s
        AND (%(first)s::date IS NULL OR e.dated_on >= %(first)s::date)
        AND NOT EXISTS (SELECT FROM reports_journalbatchentry b WHERE b.entry_id = e.id AND b.stands)
"""
"""The entries of some days that are in no batch that stands."""
OF_BATCH = "SELECT b.entry_id FROM reports_journalbatchentry b WHERE b.batch_id = %(batch)s"
LATE = """
    SELECT count(*) FROM ledger_entry e WHERE e.id IN ({entries}) AND EXISTS (
        SELECT FROM reports_journalbatch t WHERE t.company_id = e.company_id AND t.withdrawn_at IS NULL
            AND e.dated_on <= t.last_day AND (t.first_day IS NULL OR e.dated_on >= t.first_day))
"""
BY_ACCOUNT = """
    SELECT l.account_id, count(*), sum(greatest(l.company_amount, 0)), sum(greatest(-l.company_amount, 0))
    FROM ledger_line l WHERE l.entry_id IN ({entries}) GROUP BY 1
"""
BY_CURRENCY = """
    SELECT l.currency, sum(greatest(l.amount, 0)), sum(greatest(-l.amount, 0))
    FROM ledger_line l WHERE l.entry_id IN ({entries}) GROUP BY 1 ORDER BY 1
"""
DAYS = "SELECT count(*), min(e.dated_on), max(e.dated_on) FROM ledger_entry e WHERE e.id IN ({entries})"


@dataclass(frozen=True)
class JournalQuestion:
    """Which days of a company's book, in which format; without a first day, all that waits up to the last."""

    company: Company
    format: str
    last_day: date
    first_day: date | None = None

    @property
    def parameters(self) -> dict[str, Any]:
        """What the query of the entries that wait is told."""
        return {"company": self.company.pk, "first": self.first_day, "last": self.last_day}


class AccountSum(NamedTuple):
    """What an account gets of the entries, in the company's currency, and what the format lacks of it."""

    account: Mapped
    line_count: int
    debit: Decimal
    credit: Decimal
    fault: str = ""


class CurrencySum(NamedTuple):
    """Both sides of the entries of a currency."""

    currency: str
    debit: Decimal
    credit: Decimal


@dataclass(frozen=True)
class Chosen:
    """Some entries of the book, added up."""

    entry_count: int
    first_day: date | None
    last_day: date | None
    accounts: list[AccountSum]
    currencies: list[CurrencySum]

    @property
    def line_count(self) -> int:
        """How many lines the entries have."""
        return sum(row.line_count for row in self.accounts)

    @property
    def debit(self) -> Decimal:
        """What they come to on the debit side, in the company's currency."""
        return sum((row.debit for row in self.accounts), Decimal(0))

    @property
    def credit(self) -> Decimal:
        """The same of the credit side."""
        return sum((row.credit for row in self.accounts), Decimal(0))

    @property
    def missing(self) -> list[AccountSum]:
        """The accounts that the format could not name."""
        return [row for row in self.accounts if row.fault]


@dataclass(frozen=True)
class Preview:
    """What an export would hold, how many entries are late for days exported before, and what stands against it."""

    format: Format
    chosen: Chosen
    late_count: int
    faults: list[str]


def preview(question: JournalQuestion) -> Preview:
    """What an export would hold now. Raises Refused for a format that we do not know."""
    wanted, settings = format_named(question.format), journal_settings_of(question.company)
    with snapshot():
        chosen = chosen_entries(question.company, wanted, settings, WAITING, question.parameters)
        late = _rows(LATE.format(entries=WAITING), question.parameters)[0][0]
        faults = faults_of(wanted, head_of(question.company, settings, chosen), chosen)
        if wanted.uses_debtors(settings) and (fault := wanted.fault_of_debtor(next_debtor(settings), settings)):
            faults.append(fault)
    return Preview(wanted, chosen, late, faults)


def chosen_entries(
    company: Company, wanted: Format, settings: JournalSettings, entries: str, parameters: Mapping[str, Any]
) -> Chosen:
    """The entries that a query names, added up."""
    accounts = mapped_accounts(company.pk)
    count, first, last = _rows(DAYS.format(entries=entries), parameters)[0]
    sums = [
        AccountSum(
            accounts[account_id],
            lines,
            round_money(debit, company.currency),
            round_money(credit, company.currency),
            wanted.fault_of_account(accounts[account_id], settings),
        )
        for account_id, lines, debit, credit in _rows(BY_ACCOUNT.format(entries=entries), parameters)
    ]
    currencies = [
        CurrencySum(currency, round_money(debit, currency), round_money(credit, currency))
        for currency, debit, credit in _rows(BY_CURRENCY.format(entries=entries), parameters)
    ]
    return Chosen(count, first, last, sorted(sums, key=lambda row: row.account.code), currencies)


def head_of(company: Company, settings: JournalSettings, chosen: Chosen, number: int = 0) -> Head:
    """What a file of these entries would say of itself."""
    first, last = chosen.first_day or company.today(), chosen.last_day or company.today()
    return Head(company, settings, number, first, last, timezone.now())


def faults_of(wanted: Format, head: Head, chosen: Chosen) -> list[str]:
    """What stands against an export, in words."""
    faults = [f"Account {row.account} {row.fault}: say it under Accounts." for row in chosen.missing]
    told = wanted.fault_of_head(head)
    return [told, *faults] if told else faults


def next_debtor(settings: JournalSettings) -> int:
    """Which account the next customer gets."""
    latest = JournalDebtor.objects.filter(company=settings.company).order_by("-number").first()
    return max(settings.debtors_from, latest.number + 1 if latest else 0)


def _rows(sql: str, parameters: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found
