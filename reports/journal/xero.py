"""Xero's import of manual journals: a row for each line; those of a journal share narration and day."""

import csv
from collections.abc import Iterator
from io import TextIOWrapper
from typing import BinaryIO

from office.sheets import guard
from reports.journal.entries import Format, Head, JournalEntry, JournalLine, Mapped
from reports.journal.texts import cents, one_line
from reports.models import JournalFormat, JournalSettings

HEADS = ("*Narration", "*Date", "Description", "*AccountCode", "*TaxRate", "*Amount")
TRACKING = ("TrackingName1", "TrackingOption1", "TrackingName2", "TrackingOption2")
LONGEST_CODE = 10
LONGEST_TEXT = 400


def write(file: BinaryIO, head: Head, entries: Iterator[JournalEntry]) -> None:
    """The rows; a narration ends with the entry's own number, so that two alike stay two."""
    text = TextIOWrapper(file, "utf-8", newline="")
    writer = csv.writer(text)
    writer.writerow(HEADS + TRACKING)
    for entry in entries:
        narration = guard(f"{one_line(' '.join((entry.reference, entry.text)), LONGEST_TEXT)} #{entry.pk}")
        rate = head.settings.xero_tax_rate
        writer.writerows(_row(entry, line, narration, rate) for line in entry.lines if line.company_amount)
    text.flush()
    text.detach()


def fault_of_account(account: Mapped, settings: JournalSettings) -> str:
    """Xero knows accounts by codes of up to ten signs."""
    if not account.number:
        return "has no number there"
    return "" if len(account.number) <= LONGEST_CODE else f"has a number of more than {LONGEST_CODE} signs"


def _row(entry: JournalEntry, line: JournalLine, narration: str, rate: str) -> list[str]:
    return [
        narration,
        entry.on.strftime("%d/%m/%Y"),
        guard(one_line(line.customer or entry.kind_words, LONGEST_TEXT)),
        guard(line.account.number),
        guard(line.account.tax_code or rate),
        cents(line.company_amount, entry.key),
        *("" for _ in TRACKING),
    ]


FORMAT = Format(
    name=JournalFormat.XERO,
    extension="csv",
    media_type="text/csv",
    notes=(
        "Amounts are in the company's currency: manual journals know no second one.",
        "Xero lets no manual journal touch its own receivable account: give ours a clearing account of its own there.",
        "Xero reads some 300 lines of a file at once: export few days at a time.",
    ),
    write=write,
    fault_of_account=fault_of_account,
)
