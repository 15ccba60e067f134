"""Taking back what an entry gave: undo what its open item settles, then enter its mirror."""

from datetime import date

from ledger.allocating import Pair, allocate, lock_items, undo_allocation
from ledger.models import Allocation, Entry, OpenItem
from ledger.posting import post_mirror


def take_back(entry: Entry, *, key: str, kind: str, dated_on: date, by_id: int | None, reason: str) -> Entry:
    """Enter the mirror of an entry with one open item, after undoing whatever that is applied to."""
    item = entry.items.get()
    undo_standing(item, dated_on=dated_on, by_id=by_id, reason=reason)
    mirror = post_mirror(entry, key=key, kind=kind, dated_on=dated_on, by_id=by_id, memo=reason)
    opposite = mirror.items.get()
    debit, credit = (item, opposite) if item.amount > 0 else (opposite, item)
    allocate([Pair(debit.pk, credit.pk, abs(item.amount))], dated_on=dated_on, by_id=by_id, reason=reason)
    return mirror


def undo_standing(item: OpenItem, *, dated_on: date, by_id: int | None, reason: str) -> None:
    """Undo the allocations of an item that nobody has undone, after locking all they touch."""
    own, other = ("debit", "credit") if item.amount > 0 else ("credit", "debit")
    rows = Allocation.objects.filter(**{own: item})
    lock_items([item.pk, *rows.values_list(f"{other}_id", flat=True)])
    standing = rows.filter(reverses=None, reversed_by=None).order_by("id")
    for allocation_id in list(standing.values_list("pk", flat=True)):
        undo_allocation(allocation_id, dated_on=dated_on, by_id=by_id, reason=reason)
