"""QuickBooks Online: its import of journal entries, a row for each line."""

import csv
from collections.abc import Iterator
from io import TextIOWrapper
from typing import BinaryIO

from office.sheets import guard
from reports.journal.entries import Format, Head, JournalEntry, JournalLine
from reports.journal.quickbooks import fault_of_account, lines_by_receivable
from reports.journal.texts import cents, one_line
from reports.models import JournalFormat

HEADS = ("JournalNo", "JournalDate", "AccountName", "Debits", "Credits", "Description", "Name")
LONGEST_NAME, LONGEST_TEXT = 100, 4000


def write(file: BinaryIO, head: Head, entries: Iterator[JournalEntry]) -> None:
    """The rows; those of an entry share its number."""
    text = TextIOWrapper(file, "utf-8", newline="")
    writer = csv.writer(text)
    writer.writerow(HEADS)
    for entry in entries:
        writer.writerows(_row(entry, line) for line in lines_by_receivable(entry))
    text.flush()
    text.detach()


def _row(entry: JournalEntry, line: JournalLine) -> list[str]:
    amount = cents(abs(line.company_amount), entry.key)
    words = " ".join(part for part in (entry.reference, entry.text) if part)
    return [
        str(entry.pk),
        entry.on.strftime("%m/%d/%Y"),
        guard(line.account.their_name),
        amount if line.company_amount > 0 else "",
        amount if line.company_amount < 0 else "",
        guard(one_line(words, LONGEST_TEXT)),
        guard(one_line(line.customer, LONGEST_NAME)) if line.account.is_receivable else "",
    ]


FORMAT = Format(
    name=JournalFormat.QUICKBOOKS_ONLINE,
    extension="csv",
    media_type="text/csv",
    notes=(
        "Amounts are in the company's currency: the import knows no second one.",
        "Accounts are named as in QuickBooks, a sub-account as Parent:Sub. Turn account numbers off there while"
        " importing. Rows on its receivable account carry the customer's name.",
    ),
    write=write,
    fault_of_account=fault_of_account,
)
