"""What a format gets to write: entries of the book, one after the other, in the words of the other books."""

from collections.abc import Callable, Generator, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from itertools import groupby
from typing import Any, BinaryIO, NamedTuple

from django.db import connection

from ledger.models import Account, AccountRole
from ledger.refusals import Refused
from office.models import Company
from reports.models import JournalAccount, JournalSettings

CHUNK = 5000


class Mapped(NamedTuple):
    """An account of ours and what it is called in the other books; empty where nobody said it."""

    pk: int
    code: str
    name: str
    is_receivable: bool
    number: str = ""
    their_name: str = ""
    tax_code: str = ""

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class JournalLine(NamedTuple):
    """One side of an entry, debits positive; `debtor` is the customer's own account, where the format uses these."""

    account: Mapped
    customer: str
    customer_number: str
    debtor: str
    amount: Decimal
    company_amount: Decimal

    @property
    def number(self) -> str:
        """The account in the other books: the customer's own for what they owe, if there is one."""
        return self.debtor if self.account.is_receivable and self.debtor else self.account.number


class JournalEntry(NamedTuple):
    """An entry with its lines."""

    pk: int
    key: str
    kind: str
    on: date
    reference: str
    memo: str
    currency: str
    lines: list[JournalLine]

    @property
    def customer(self) -> str:
        """Whom it is about: the first customer of its lines, if any."""
        return next((line.customer for line in self.lines if line.customer), "")

    @property
    def kind_words(self) -> str:
        """What was done, in words."""
        return self.kind.replace("_", " ").capitalize()

    @property
    def text(self) -> str:
        """What it is about in one line: its memo, or what was done, and for whom."""
        return ", ".join(part for part in (self.memo or self.kind_words, self.customer) if part)


@dataclass(frozen=True)
class Head:
    """What a file says of itself: whose it is, how it is to look, and the first and last day of what is in it."""

    company: Company
    settings: JournalSettings
    number: int
    first_day: date
    last_day: date
    made_at: datetime


Write = Callable[[BinaryIO, Head, Iterator[JournalEntry]], None]


def nothing_wrong(*asked: Any) -> str:
    """What a format answers that carries everything."""
    return ""


def never(settings: JournalSettings) -> bool:
    """Of a format that needs no such thing."""
    return False


@dataclass(frozen=True)
class Format:
    """How a program reads journals.

    Each `fault` says in words what it could not read, or nothing. `uses_debtors` says whether what customers owe stands
    on accounts of their own.
    """

    name: str
    extension: str
    media_type: str
    notes: tuple[str, ...]
    write: Write
    fault_of_account: Callable[[Mapped, JournalSettings], str] = nothing_wrong
    fault_of_head: Callable[[Head], str] = nothing_wrong
    fault_of_debtor: Callable[[int, JournalSettings], str] = nothing_wrong
    uses_debtors: Callable[[JournalSettings], bool] = field(default=never)


ENTRIES = """
    SELECT e.id, e.key, e.kind, e.dated_on, e.reference, e.memo, e.currency,
        l.account_id, coalesce(c.name, ''), coalesce(c.number, ''), coalesce(d.number::text, ''),
        l.amount, l.company_amount
    FROM reports_journalbatchentry b
    JOIN ledger_entry e ON e.id = b.entry_id
    JOIN ledger_line l ON l.entry_id = e.id
    LEFT JOIN customers_customer c ON c.id = l.customer_id
    LEFT JOIN reports_journaldebtor d ON d.customer_id = l.customer_id
    WHERE b.batch_id = %s
    ORDER BY e.dated_on, e.id, l.id
"""


def entries_of(batch_id: int, accounts: Mapping[int, Mapped]) -> Generator[JournalEntry, None, None]:
    """The entries of a batch by day, read in chunks. Raises Refused for one that does not add up."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(ENTRIES, [batch_id])
        for head, rows in groupby(_rows(cursor), key=lambda row: row[:7]):
            lines = [JournalLine(accounts[row[7]], *row[8:]) for row in rows]
            entry = JournalEntry._make((*head, lines))
            _require_feet(entry)
            yield entry


def _rows(cursor: Any) -> Iterator[tuple[Any, ...]]:
    while rows := cursor.fetchmany(CHUNK):
        yield from rows


def _require_feet(entry: JournalEntry) -> None:
    if sum(line.amount for line in entry.lines) or sum(line.company_amount for line in entry.lines):
        raise Refused(
            f"The lines of entry {entry.key} do not add up to zero. Nothing is exported until the book check is sound.",
            code="entry_does_not_add_up",
        )


def mapped_accounts(company_id: int) -> dict[int, Mapped]:
    """All accounts of a company by their id, with what the other books call them."""
    theirs = {row.account_id: row for row in JournalAccount.objects.filter(company=company_id)}
    accounts = Account.objects.filter(company_id=company_id).order_by("code")
    return {account.pk: _mapped(account, theirs.get(account.pk)) for account in accounts}


def _mapped(account: Account, theirs: JournalAccount | None) -> Mapped:
    is_receivable = account.role == AccountRole.RECEIVABLE
    known = (theirs.number, theirs.name, theirs.tax_code) if theirs else ()
    return Mapped(account.pk, account.code, account.name, is_receivable, *known)
