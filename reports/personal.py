"""What the reports' tables hold on persons: kept files of many customers, found by no person."""

from office.privacy.registry import Held
from office.privacy.terms import Term

CLOSED = "Found by no person, as a file holds many. It proves how a month was closed."
HELD = [
    Held(
        "reports.ClosePackFile",
        "Reports kept of closed months",
        "content",
        plain="report title form",
        term=Term.BOOKS,
        day="pack__made_at",
        why=CLOSED,
    ),
    Held(
        "reports.JournalFilePart",
        "Journals for other books",
        "content",
        term=Term.BOOKS,
        day="file__batch__made_at",
        why=CLOSED,
    ),
    Held(
        "reports.CloseSignoff",
        "What was signed off at a month's end",
        "note",
        plain="step",
        term=Term.BOOKS,
        day="at",
        why=CLOSED,
    ),
]
IMPERSONAL = {
    "reports.KeptForecast": "sums",
    "reports.JournalBatch": "why a journal was withdrawn",
    "reports.JournalFile": "sums of a file",
    "reports.JournalSettings": "what the company set, about no person",
    "reports.JournalAccount": "what the company set, about no person",
}
