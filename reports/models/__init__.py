"""The tables of what reports hand out and keep: journal exports and their settings, closings, forecasts."""

from reports.models.closing import ClosePack, ClosePackFile, CloseSignoff
from reports.models.forecasts import KeptForecast
from reports.models.journal import JournalBatch, JournalBatchEntry, JournalFile, JournalFilePart, JournalFormat
from reports.models.other_books import (
    JournalAccount,
    JournalDebtor,
    JournalSettings,
    journal_settings_of,
)

__all__ = [
    "ClosePack",
    "ClosePackFile",
    "CloseSignoff",
    "JournalAccount",
    "JournalBatch",
    "JournalBatchEntry",
    "JournalDebtor",
    "JournalFile",
    "JournalFilePart",
    "JournalFormat",
    "JournalSettings",
    "KeptForecast",
    "journal_settings_of",
]
