"""Which exports of the journal a member of staff sees: of their companies, unless they see only some customers."""

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet

from ledger.models import Entry
from office.access import companies_for, found
from office.models import User
from reports.models import JournalBatch


def require_whole_book(user: User) -> None:
    """Raises PermissionDenied for a person who sees only the customers they own: a journal names all of them."""
    if user.only_own_customers:
        raise PermissionDenied("A journal is of all customers.")


def journal_batches_for(user: User) -> QuerySet[JournalBatch]:
    """The exports of a person's companies; none for a person who sees only some customers."""
    rows = JournalBatch.objects.filter(company__in=companies_for(user))
    return rows.none() if user.only_own_customers else rows


def get_journal_batch_for(user: User, journal_id: int) -> JournalBatch:
    """The export, or Http404 where this person may not see one of that id."""
    rows = journal_batches_for(user).select_related("company", "file", "made_by", "withdrawn_by")
    return found(rows.filter(pk=journal_id), "journal export")


def journal_entries_for(user: User) -> QuerySet[Entry]:
    """The entries of a person's companies, for who sees the whole book."""
    rows = Entry.objects.filter(company_id__in=companies_for(user).values("pk"))
    return rows.none() if user.only_own_customers else rows
