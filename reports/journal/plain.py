"""The plain journal as CSV: a row for each line, in columns that the company chose."""

import csv
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from io import TextIOWrapper
from typing import Any, BinaryIO

from ledger.money import round_money
from office.sheets import guard
from reports.journal.entries import Format, Head, JournalEntry, JournalLine, Mapped
from reports.journal.texts import one_line
from reports.models import JournalFormat, JournalSettings

Value = str | date | Decimal | None
Reader = Callable[[JournalEntry, JournalLine, str], Value]

COLUMNS: dict[str, tuple[str, Reader]] = {
    "date": ("Date", lambda entry, line, home: entry.on),
    "reference": ("Reference", lambda entry, line, home: entry.reference),
    "kind": ("Kind", lambda entry, line, home: entry.kind_words),
    "account": ("Account", lambda entry, line, home: line.account.code),
    "account_name": ("Account name", lambda entry, line, home: line.account.name),
    "their_account": ("Their account", lambda entry, line, home: line.account.number),
    "their_name": ("Their account name", lambda entry, line, home: line.account.their_name),
    "debtor": ("Debtor account", lambda entry, line, home: line.debtor if line.account.is_receivable else ""),
    "customer_number": ("Customer number", lambda entry, line, home: line.customer_number),
    "customer": ("Customer", lambda entry, line, home: line.customer),
    "debit": ("Debit", lambda entry, line, home: _side(line.amount, entry.currency)),
    "credit": ("Credit", lambda entry, line, home: _side(-line.amount, entry.currency)),
    "currency": ("Currency", lambda entry, line, home: entry.currency),
    "company_amount": ("Company amount", lambda entry, line, home: round_money(line.company_amount, home)),
    "tax_code": ("Tax code", lambda entry, line, home: line.account.tax_code),
    "text": ("Text", lambda entry, line, home: entry.text),
    "key": ("Entry", lambda entry, line, home: entry.key),
}
"""The columns that there are: the usual heading, and what stands in it of a line, by the company's currency."""


def _side(amount: Decimal, currency: str) -> Decimal | None:
    return round_money(amount, currency) if amount > 0 else None


def headings(settings: JournalSettings) -> list[str]:
    """The headings of the chosen columns."""
    return [heading or COLUMNS[name][0] for name, heading in settings.columns]


def rows(head: Head, entries: Iterator[JournalEntry]) -> Iterator[tuple[JournalEntry, list[Value]]]:
    """The values of each line, in the chosen columns."""
    readers = [COLUMNS[name][1] for name, _ in head.settings.columns]
    for entry in entries:
        for line in entry.lines:
            yield entry, [read(entry, line, head.company.currency) for read in readers]


def has_column(settings: JournalSettings, *names: str) -> bool:
    """Whether any of these columns is chosen."""
    return any(name in names for name, _ in settings.columns)


def fault_of_account(account: Mapped, settings: JournalSettings) -> str:
    """What the chosen columns lack of an account."""
    if has_column(settings, "their_account") and not account.number:
        return "has no number there"
    return "has no name there" if has_column(settings, "their_name") and not account.their_name else ""


def uses_debtors(settings: JournalSettings) -> bool:
    """Whether a column shows them."""
    return has_column(settings, "debtor")


def write(file: BinaryIO, head: Head, entries: Iterator[JournalEntry]) -> None:
    """The rows as CSV in UTF-8, with the mark by which Excel knows it."""
    text = TextIOWrapper(file, "utf-8-sig", newline="")
    writer = csv.writer(text, delimiter=head.settings.separator)
    writer.writerow([guard(one_line(each)) for each in headings(head.settings)])
    writer.writerows([_cell(value, head.settings) for value in values] for _, values in rows(head, entries))
    text.flush()
    text.detach()


def _cell(value: Any, settings: JournalSettings) -> str:
    if isinstance(value, Decimal):
        return f"{value:f}".replace(".", settings.decimal_sign)
    if isinstance(value, date):
        return value.strftime(settings.day_form)
    return guard(one_line(value or ""))


FORMAT = Format(
    name=JournalFormat.CSV,
    extension="csv",
    media_type="text/csv",
    notes=(
        "A row for each line of an entry, with the amount in the entry's currency and in the company's.",
        "Columns, separator, decimal sign and the form of days are chosen under Settings.",
    ),
    write=write,
    fault_of_account=fault_of_account,
    uses_debtors=uses_debtors,
)
