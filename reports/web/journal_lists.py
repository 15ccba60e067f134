"""Lists of the journal's exports, of the entries in one, and of those that wait."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

from django.db.models import Case, CharField, Exists, OuterRef, QuerySet, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce
from django.http import HttpResponseBase
from django.urls import reverse
from django.views.decorators.http import require_GET

from ledger.models import Entry, Line
from ledger.money import round_money
from office.web.doors import staff_door
from office.web.lists import Choice, Column, DateRange, Empty, ListSpec, Text, list_page
from office.web.requests import StaffRequest
from office.written import plain_day
from reports.access import get_journal_batch_for, journal_batches_for, journal_entries_for, require_whole_book
from reports.models import JournalBatch, JournalBatchEntry, JournalFormat

DOOR = "reports.export_journal"


def days_of(batch: JournalBatch) -> str:
    """The days of an export in words."""
    if batch.first_day:
        return f"{plain_day(batch.first_day)} to {plain_day(batch.last_day)}"
    return f"All up to {plain_day(batch.last_day)}"


JOURNALS = ListSpec(
    name="journal-exports",
    title="Journal exports",
    columns=(
        Column("number", "Export", str, sort="number", url=lambda row: reverse("reports:journal", args=[row.pk])),
        Column("state", "State", "state", "state", note=lambda row: row.withdrawn_reason),
        Column("days", "Days", days_of, hide_below="phone"),
        Column("format", "Format", lambda row: row.get_format_display(), hide_below="tablet"),
        Column("entries", "Entries", "file.entry_count", "number", hide_below="phone"),
        Column("debits", "Each side", "file.company_debits", "money", currency="company.currency"),
        Column("made_at", "Made", "made_at", "moment", sort="made_at", hide_below="tablet"),
        Column("made_by", "By", "made_by", hide_below="tablet"),
    ),
    order="-number",
    filters=(
        Choice("state", "State", "standing", (("made", "Made"), ("withdrawn", "Taken back"))),
        Choice("format", "Format", "format", tuple(JournalFormat.choices)),
        DateRange("last", "Up to", "last_day"),
    ),
    search=("file__name", "withdrawn_reason"),
    search_hint="File or reason",
    empty=Empty(
        "Nothing exported yet",
        "An export gives your bookkeeper's program every entry of the book, once.",
        "file-export",
        "reports:journal_new",
        "New export",
    ),
)


def _in_state(entries: QuerySet[Entry], state: str) -> QuerySet[Entry]:
    """The entries that are in an export that stands, or those that are in none."""
    standing = Exists(JournalBatchEntry.objects.filter(entry=OuterRef("pk"), stands=True))
    return entries.filter(standing if state == "exported" else ~standing)


def _on_account(entries: QuerySet[Entry], code: str) -> QuerySet[Entry]:
    """The entries that have a line on an account."""
    return entries.filter(Exists(Line.objects.filter(entry=OuterRef("pk"), account__code=code)))


ENTRIES = ListSpec(
    name="journal-entries",
    title="Entries",
    columns=(
        Column("day", "Day", "dated_on", "day", sort="dated_on", url=lambda row: reverse("paper", args=[row.pk])),
        Column("reference", "Reference", "reference", sort="reference"),
        Column("kind", "Kind", lambda row: row.kind.replace("_", " ").capitalize(), hide_below="phone"),
        Column("memo", "Memo", "memo", hide_below="tablet"),
        Column("amount", "Each side", lambda row: round_money(row.each_side, row.currency), "money"),
        Column("recorded_at", "Recorded", "recorded_at", "moment", sort="recorded_at", hide_below="tablet"),
    ),
    order="day",
    filters=(DateRange("dated", "Day", "dated_on"), Text("account", "Account", _on_account)),
    search=("reference", "memo", "key"),
    search_hint="Reference or memo",
    empty=Empty("No entries yet", "What is issued, received and written off is entered here.", "file-text"),
)
BOOK = replace(
    ENTRIES,
    name="journal-book",
    title="Entries of the book",
    filters=(
        Choice("state", "State", _in_state, (("waiting", "Not exported yet"), ("exported", "Exported"))),
        *ENTRIES.filters,
    ),
)


def with_sides(entries: QuerySet[Entry]) -> QuerySet[Any]:
    """Add what each entry comes to on each side, in its currency."""
    sums = Line.objects.filter(entry=OuterRef("pk"), amount__gt=0).values("entry").annotate(sum=Sum("amount"))
    return entries.annotate(each_side=Coalesce(Subquery(sums.values("sum")), Value(Decimal(0))))


@require_GET
@staff_door(DOOR)
def journal_list(request: StaffRequest) -> HttpResponseBase:
    """All exports, the newest first."""
    require_whole_book(request.user)
    standing = Case(When(withdrawn_at=None, then=Value("made")), default=Value("withdrawn"), output_field=CharField())
    batches = journal_batches_for(request.user).filter(company=request.company).annotate(standing=standing)
    waiting = _in_state(book_entries(request), "waiting").count()
    return list_page(
        request,
        JOURNALS,
        batches.select_related("company", "file", "made_by"),
        template="reports/journal_list.html",
        waiting=waiting,
    )


@require_GET
@staff_door(DOOR)
def book_list(request: StaffRequest) -> HttpResponseBase:
    """The entries of the book, those that were exported and those that wait."""
    require_whole_book(request.user)
    return list_page(request, BOOK, with_sides(book_entries(request)), template="reports/journal_book.html")


@require_GET
@staff_door(DOOR)
def entry_list(request: StaffRequest, journal_id: int) -> HttpResponseBase:
    """The entries of an export."""
    batch = get_journal_batch_for(request.user, journal_id)
    entries = journal_entries_for(request.user).filter(journal_batches__batch=batch)
    return list_page(request, ENTRIES, with_sides(entries), template="reports/journal_entries.html", batch=batch)


def book_entries(request: StaffRequest) -> QuerySet[Entry]:
    """The entries of the company."""
    return journal_entries_for(request.user).filter(company_id=request.company.pk)
