"""All kinds of findings, and which of them somebody may look at."""

from office.models import User
from reports.findings import documents, entries, items
from reports.findings.kind import Kind

KINDS = (
    items.WRONG_SIGNED,
    items.COVERABLE,
    items.SMALL_RESTS,
    items.STALE_CREDITS,
    items.OF_INACTIVE,
    documents.GAPS,
    documents.WITHOUT_TAX_ID,
    entries.LATE,
    entries.AFTER_REOPENING,
)


def kinds_for(user: User) -> list[Kind]:
    """The kinds that a person may look at: whoever sees some customers only is told of these."""
    return [kind for kind in KINDS if not (kind.is_of_whole_book and user.only_own_customers)]
