"""Taking back what an entry gave: undo what its open item settles, then enter its mirror."""

from collections.abc import Iterable
from datetime import date
from itertools import chain
from typing import Any

from django.db.models import Q

from ledger.allocating import Pair, allocate, lock_items, undo_allocation
from ledger.models import Allocation, Entry, ItemKind, OpenItem
from ledger.posting import post_mirror
from payments.models import ReceiptExchange, ReceiptStatus


def take_back(entry: Entry, *, key: str, kind: str, dated_on: date, by_id: int | None, reason: str) -> Entry:
    """Enter the mirror of an entry with open items of one customer, after undoing whatever they are applied to."""
    items = list(entry.items.order_by("id"))
    if len(items) > 1:  # what touches several at once is locked in one order, before the first is undone
        joined = Allocation.objects.filter(Q(debit__in=items) | Q(credit__in=items))
        lock_items(chain((item.pk for item in items), *joined.values_list("debit_id", "credit_id")))
    for item in items:
        undo_standing(item, dated_on=dated_on, by_id=by_id, reason=reason)
    mirror = post_mirror(entry, key=key, kind=kind, dated_on=dated_on, by_id=by_id, memo=reason)
    opposites = mirror.items.order_by("id")
    pairs = [_pair(item, opposite) for item, opposite in zip(items, opposites, strict=True)]
    allocate(pairs, dated_on=dated_on, by_id=by_id, reason=reason)
    return mirror


def _pair(item: OpenItem, opposite: OpenItem) -> Pair:
    debit, credit = (item, opposite) if item.amount > 0 else (opposite, item)
    return Pair(debit.pk, credit.pk, abs(item.amount))


def undo_standing(item: OpenItem, *, dated_on: date, by_id: int | None, reason: str) -> None:
    """Undo the allocations of an item that nobody has undone, after locking all they touch.

    What of it was taken as another currency comes back, with all that it settled there.
    """
    own, other = ("debit", "credit") if item.amount > 0 else ("credit", "debit")
    rows = Allocation.objects.filter(**{own: item})
    exchanged = rows.filter(debit__kind=ItemKind.EXCHANGE) if item.amount < 0 else rows.none()
    taken = exchanged.values("debit__entry")
    exchanges = ReceiptExchange.objects.filter(taken_entry__in=taken, status=ReceiptStatus.RECORDED).order_by("pk")
    lock_items([item.pk, *rows.values_list(f"{other}_id", flat=True), *items_of(exchanges)])
    for exchange in exchanges:
        take_back_exchange(exchange, dated_on=dated_on, by_id=by_id, reason=reason)
    standing = rows.filter(reverses=None, reversed_by=None).order_by("id")
    for allocation_id in list(standing.values_list("pk", flat=True)):
        undo_allocation(allocation_id, dated_on=dated_on, by_id=by_id, reason=reason)


def items_of(exchanges: Iterable[ReceiptExchange]) -> list[int]:
    """The open items that undoing exchanges touches: both sides, the receipt's, and what the new credit settles."""
    entries = [entry for each in exchanges for entry in (each.taken_entry_id, each.given_entry_id)]
    own = list(OpenItem.objects.filter(entry__in=entries).values_list("pk", flat=True))
    joined = Allocation.objects.filter(Q(debit__in=own) | Q(credit__in=own))
    return [*own, *chain.from_iterable(joined.values_list("debit_id", "credit_id"))]


def take_back_exchange(exchange: ReceiptExchange, *, dated_on: date, by_id: int | None, reason: str) -> None:
    """Give a receipt back what was taken of it as another currency; what that had settled is open again."""
    how: dict[str, Any] = {"kind": "undo_exchange", "dated_on": dated_on, "by_id": by_id, "reason": reason}
    take_back(exchange.given_entry, key=f"undo_exchange:{exchange.pk}:given", **how)
    take_back(exchange.taken_entry, key=f"undo_exchange:{exchange.pk}:taken", **how)
    exchange.status, exchange.reversed_on, exchange.reversal_reason = ReceiptStatus.REVERSED, dated_on, reason
    exchange.save()
