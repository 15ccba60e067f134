"""QuickBooks Desktop (IIF): a general journal for each entry, whose rows add up to zero."""

from collections.abc import Iterator
from io import TextIOWrapper
from typing import BinaryIO

from office.sheets import guard
from reports.journal.entries import Format, Head, JournalEntry, JournalLine, Mapped
from reports.journal.texts import cents, one_line, western
from reports.models import JournalFormat, JournalSettings

FIELDS = ("TRNSTYPE", "DATE", "ACCNT", "NAME", "AMOUNT", "DOCNUM", "MEMO")
LONGEST_NAME, LONGEST_MEMO = 41, 200


def write(file: BinaryIO, head: Head, entries: Iterator[JournalEntry]) -> None:
    """The entries, each as one transaction."""
    text = TextIOWrapper(file, "cp1252", newline="")
    for rows in (("!TRNS", *FIELDS), ("!SPL", *FIELDS), ("!ENDTRNS",)):
        text.write("\t".join(rows) + "\r\n")
    for entry in entries:
        lines = lines_by_receivable(entry)
        for place, line in enumerate(lines):
            text.write("\t".join(["SPL" if place else "TRNS", *_cells(entry, line)]) + "\r\n")
        if lines:
            text.write("ENDTRNS\r\n")
    text.flush()
    text.detach()


def lines_by_receivable(entry: JournalEntry) -> list[JournalLine]:
    """The lines that move something in the company's currency, what customers owe first."""
    lines = [line for line in entry.lines if line.company_amount]
    return sorted(lines, key=lambda line: not line.account.is_receivable)


def fault_of_account(account: Mapped, settings: JournalSettings) -> str:
    """QuickBooks knows accounts by their names."""
    return "" if account.their_name else "has no name there"


def _cells(entry: JournalEntry, line: JournalLine) -> list[str]:
    name = line.customer if line.account.is_receivable else ""
    memo = " ".join(part for part in (entry.reference, entry.text) if part)
    return [
        "GENERAL JOURNAL",
        entry.on.strftime("%m/%d/%Y"),
        _safe(line.account.their_name),
        _safe(name, LONGEST_NAME),
        cents(line.company_amount, entry.key),
        str(entry.pk),
        _safe(memo, LONGEST_MEMO),
    ]


def _safe(text: str, longest: int | None = None) -> str:
    """Text without the quotes by which IIF would join columns."""
    return western(guard(one_line(text.replace('"', "'"), longest)))


FORMAT = Format(
    name=JournalFormat.QUICKBOOKS,
    extension="iif",
    media_type="text/plain",
    notes=(
        "Amounts are in the company's currency: IIF knows no second one.",
        "Accounts are named as in QuickBooks. What customers owe carries the customer's name, and QuickBooks takes one"
        " line of its receivable account a journal: for entries between two customers give ours a clearing account.",
    ),
    write=write,
    fault_of_account=fault_of_account,
)
