"""Which exports of the journal and packs of closed months a member of staff sees: of their companies, unless they see
only some customers."""

from datetime import date

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404

from ledger.models import Entry
from office.access import companies_for, found
from office.models import User
from reports.models import ClosePack, ClosePackFile, JournalBatch

FIRST_YEAR, LAST_YEAR = 1900, 2199
"""Of a time in which somebody kept books."""


def require_whole_book(user: User) -> None:
    """Raises PermissionDenied for a person who sees only the customers they own: this names all of them."""
    if user.only_own_customers:
        raise PermissionDenied("This is of all customers.")


def journal_batches_for(user: User) -> QuerySet[JournalBatch]:
    """The exports of a person's companies; none for a person who sees only some customers."""
    rows = JournalBatch.objects.filter(company__in=companies_for(user))
    return rows.none() if user.only_own_customers else rows


def get_journal_batch_for(user: User, journal_id: int) -> JournalBatch:
    """The export, or Http404 where this person may not see one of that id."""
    rows = journal_batches_for(user).select_related("company", "file", "made_by", "withdrawn_by")
    return found(rows.filter(pk=journal_id), "journal export")


def close_packs_for(user: User) -> QuerySet[ClosePack]:
    """The packs of closed months of a person's companies; none for a person who sees only some customers."""
    rows = ClosePack.objects.filter(company__in=companies_for(user)).select_related("company", "made_by")
    return rows.none() if user.only_own_customers else rows


def get_close_pack_for(user: User, pack_id: int) -> ClosePack:
    """The pack, or Http404 where this person may not see one of that id."""
    return found(close_packs_for(user).filter(pk=pack_id), "pack")


def get_close_pack_file_for(user: User, pack_file_id: int) -> ClosePackFile:
    """The file of a pack, or Http404 where this person may not see one of that id."""
    rows = ClosePackFile.objects.filter(pack__in=close_packs_for(user)).select_related("pack")
    return found(rows.filter(pk=pack_file_id), "file")


def journal_entries_for(user: User) -> QuerySet[Entry]:
    """The entries of a person's companies, for who sees the whole book."""
    rows = Entry.objects.filter(company_id__in=companies_for(user).values("pk"))
    return rows.none() if user.only_own_customers else rows


def month_of(text: str) -> date:
    """The first day of a month that is written as 2026-03; Http404 for what is none."""
    try:
        day = date.fromisoformat(f"{text}-01")
    except ValueError as error:
        raise Http404("No such month.") from error
    if not FIRST_YEAR <= day.year <= LAST_YEAR or f"{day:%Y-%m}" != text:
        raise Http404("No such month.")
    return day
