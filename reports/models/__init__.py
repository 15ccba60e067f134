"""The tables of what reports hand out: what was exported, to whom it goes, and how other books call our accounts."""

from reports.models.journal import JournalBatch, JournalBatchEntry, JournalFile, JournalFilePart, JournalFormat
from reports.models.other_books import (
    JournalAccount,
    JournalDebtor,
    JournalSettings,
    journal_settings_of,
)

__all__ = [
    "JournalAccount",
    "JournalBatch",
    "JournalBatchEntry",
    "JournalDebtor",
    "JournalFile",
    "JournalFilePart",
    "JournalFormat",
    "JournalSettings",
    "journal_settings_of",
]
