"""The one writer of the book."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.db import transaction

from ledger.bulk import insert_all
from ledger.guards import guards_spoken
from ledger.merging import owed_now_by
from ledger.models import Account, Entry, ItemKind, Line, OpenItem


@dataclass
class Posting:
    """A fact about to be entered: an unsaved entry, its lines, and the open items it makes for its customer."""

    entry: Entry
    lines: list[Line] = field(default_factory=list)
    items: list[OpenItem] = field(default_factory=list)


def customer_posting(entry: Entry, receivable: Account, items: Sequence[OpenItem], contra: Sequence[Line]) -> Posting:
    """The posting of a customer's open items: the receivable line says what they add up to, the others against what."""
    own = Line(
        account=receivable,
        amount=sum((item.amount for item in items), Decimal(0)),
        company_amount=sum((item.company_amount for item in items), Decimal(0)),
        customer_id=items[0].customer_id,
    )
    return Posting(entry, [own, *contra], list(items))


def post(posting: Posting) -> Entry:
    """Enter one fact in the book. Raises Refused where its month is closed, IntegrityError where it entered before."""
    return post_all([posting])[0]


@transaction.atomic
def post_all(postings: Sequence[Posting]) -> list[Entry]:
    """Enter many facts with one statement per table; all of them or none."""
    entries = [posting.entry for posting in postings]
    with guards_spoken():
        insert_all(entries)
    for posting in postings:
        rows: list[Line | OpenItem] = [*posting.lines, *posting.items]
        for row in rows:
            row.entry = posting.entry
            row.dated_on, row.currency = posting.entry.dated_on, posting.entry.currency
        for item in posting.items:
            _complete(item, posting.entry)
    with guards_spoken():
        insert_all(line for posting in postings for line in posting.lines)
    insert_all(item for posting in postings for item in posting.items)
    return entries


def post_mirror(
    entry: Entry,
    *,
    key: str,
    kind: str,
    dated_on: date,
    by_id: int | None,
    memo: str = "",
) -> Entry:
    """Enter the mirror image of an entry, which can be done once. Its items take back what the entry's items gave."""
    return post_mirrors({key: entry}, kind=kind, dated_on=dated_on, by_id=by_id, memo=memo)[0]


def post_mirrors(
    entries: Mapping[str, Entry], *, kind: str, dated_on: date, by_id: int | None, memo: str = ""
) -> list[Entry]:
    """Enter the mirror images of many entries, each under its key; all of them or none."""
    ids = [entry.pk for entry in entries.values()]
    lines, items = defaultdict(list), defaultdict(list)
    for line in Line.objects.filter(entry__in=ids).order_by("id"):
        lines[line.entry_id].append(line)
    for item in OpenItem.objects.filter(entry__in=ids).order_by("id"):
        items[item.entry_id].append(item)
    now = owed_now_by(line.customer_id for each in lines.values() for line in each)
    postings = [
        Posting(
            _mirror(entry, key, kind, dated_on, by_id, memo),
            [_opposite_line(line, now) for line in lines[entry.pk]],
            [_opposite_item(item, dated_on) for item in items[entry.pk]],
        )
        for key, entry in entries.items()
    ]
    return post_all(postings)


def _mirror(entry: Entry, key: str, kind: str, dated_on: date, by_id: int | None, memo: str) -> Entry:
    return Entry(
        company_id=entry.company_id,
        key=key,
        kind=kind,
        dated_on=dated_on,
        currency=entry.currency,
        company_currency=entry.company_currency,
        reference=entry.reference,
        memo=memo,
        reverses=entry,
        by_id=by_id,
    )


def _opposite_line(line: Line, now: Mapping[int | None, int | None]) -> Line:
    return Line(
        account_id=line.account_id,
        amount=-line.amount,
        company_amount=-line.company_amount,
        customer_id=now[line.customer_id],
    )


def _opposite_item(item: OpenItem, dated_on: date) -> OpenItem:
    return OpenItem(
        customer_id=item.customer_id,
        kind=ItemKind.REVERSAL,
        reference=item.reference,
        due_on=dated_on,
        amount=-item.amount,
        company_amount=-item.company_amount,
    )


def _complete(item: OpenItem, entry: Entry) -> None:
    """The item's company, and what the database itself will write: it only fills the columns here."""
    item.company_id = entry.company_id
    item.balance = item.amount
    item.open_during = (entry.dated_on, None)
