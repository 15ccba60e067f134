"""Joining what a customer owes with what settles it."""

from collections.abc import Iterable, Sequence
from copy import copy
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import connection, transaction
from django.db.models import Sum

from ledger.accounts import default_accounts
from ledger.bulk import insert_all
from ledger.guards import guards_spoken
from ledger.models import AccountRole, Allocation, Entry, ItemKind, Line, OpenItem
from ledger.money import round_money
from ledger.posting import Posting, post_all
from ledger.refusals import Refused

ZERO = Decimal(0)


@dataclass(frozen=True)
class Pair:
    """What is to be joined: a debit item, a credit item and a positive amount in their currency."""

    debit_id: int
    credit_id: int
    amount: Decimal


def lock_items(item_ids: Iterable[int]) -> dict[int, OpenItem]:
    """Lock open items in the one order that cannot deadlock, and read them as they now are. Needs a transaction."""
    ids = sorted(set(item_ids))
    with connection.cursor() as cursor:
        cursor.execute("SELECT ledger_lock_items(%s::bigint[])", [ids])
    return OpenItem.objects.select_related("entry").in_bulk(ids)


@transaction.atomic
def allocate(pairs: Sequence[Pair], *, dated_on: date, by_id: int | None, reason: str = "") -> list[Allocation]:
    """Apply credits to debits. Raises Refused where an amount is not above zero or more than is open."""
    items = lock_items([pair.debit_id for pair in pairs] + [pair.credit_id for pair in pairs])
    _require_open(pairs, items)
    carried = _carried_amounts(items.values())
    allocations = [
        Allocation(
            debit_id=pair.debit_id,
            credit_id=pair.credit_id,
            amount=pair.amount,
            debit_company_amount=_use(items[pair.debit_id], pair.amount, carried),
            credit_company_amount=_use(items[pair.credit_id], pair.amount, carried),
            dated_on=dated_on,
            reason=reason,
            by_id=by_id,
        )
        for pair in pairs
    ]
    return _enter(allocations, items)


@transaction.atomic
def undo_allocation(allocation_id: int, *, dated_on: date, by_id: int | None, reason: str) -> Allocation:
    """Bring back what an allocation closed, by a second, negative row. Raises Refused where that was done before."""
    done = Allocation.objects.get(pk=allocation_id)
    items = lock_items([done.debit_id, done.credit_id])
    if done.reverses_id or Allocation.objects.filter(reverses=done).exists():
        raise Refused("This allocation has been undone already.", code="already_undone")
    if ItemKind.REVERSAL in {item.kind for item in items.values()}:
        raise Refused("It belongs to a reversal, and that stands. Record the payment anew.", code="reversal_stands")
    if dated_on < done.dated_on:
        raise Refused("It can be undone on the day on which it was made, or later.", code="before_it_was_made")
    opposite = Allocation(
        debit_id=done.debit_id,
        credit_id=done.credit_id,
        amount=-done.amount,
        debit_company_amount=-done.debit_company_amount,
        credit_company_amount=-done.credit_company_amount,
        dated_on=dated_on,
        reverses=done,
        reason=reason,
        by_id=by_id,
    )
    return _enter([opposite], items)[0]


def oldest_first(debits: Iterable[OpenItem], credits: Iterable[OpenItem]) -> list[Pair]:
    """Pair what is open by due date, the oldest debit with the oldest credit, until one side is used up."""
    waiting = sorted(debits, key=lambda item: (item.due_on, item.dated_on, item.pk))
    free = sorted(credits, key=lambda item: (item.dated_on, item.pk))
    left = {item.pk: abs(item.balance) for item in (*waiting, *free)}
    pairs = []
    while waiting and free:
        debit, credit = waiting[0], free[0]
        amount = min(left[debit.pk], left[credit.pk])
        if amount > 0:
            pairs.append(Pair(debit.pk, credit.pk, amount))
        left[debit.pk] -= amount
        left[credit.pk] -= amount
        if not left[debit.pk]:
            waiting.pop(0)
        if not left[credit.pk]:
            free.pop(0)
    return pairs


def company_amounts(shares: Iterable[tuple[OpenItem, Decimal]]) -> list[Decimal]:
    """What each share of a locked open item stands for in company currency, as settling it would take it."""
    shares = [(copy(item), amount) for item, amount in shares]
    carried = _carried_amounts(item for item, _ in shares)
    return [_use(item, amount, carried) for item, amount in shares]


def _require_open(pairs: Sequence[Pair], items: dict[int, OpenItem]) -> None:
    wanted: dict[int, Decimal] = {}
    for pair in pairs:
        if pair.amount <= 0:
            raise Refused("The amount to apply must be above zero.", code="amount_not_positive")
        for item_id in (pair.debit_id, pair.credit_id):
            wanted[item_id] = wanted.get(item_id, ZERO) + pair.amount
    for item_id, amount in wanted.items():
        item = items[item_id]
        if amount != round_money(amount, item.currency):
            raise Refused(f"{amount} has more places than {item.currency} has.", code="too_many_places")
        if amount > abs(item.balance):
            raise Refused(
                f"{item.reference} has {round_money(abs(item.balance), item.currency)} {item.currency} open; "
                f"{amount} cannot be applied.",
                code="more_than_open",
            )


def _carried_amounts(items: Iterable[OpenItem]) -> dict[int, Decimal]:
    """The company-currency amount that each item still stands for, without its sign."""
    items = list(items)
    foreign = [item.pk for item in items if item.amount != item.company_amount]
    used: dict[int, Decimal] = {}
    for side in ("debit", "credit") if foreign else ():
        sums = Allocation.objects.filter(**{f"{side}__in": foreign}).values_list(side)
        used.update(sums.annotate(Sum(f"{side}_company_amount")))
    return {
        item.pk: abs(item.company_amount) - used.get(item.pk, ZERO) if item.pk in foreign else abs(item.balance)
        for item in items
    }


def _use(item: OpenItem, amount: Decimal, carried: dict[int, Decimal]) -> Decimal:
    """Take an allocation's share of what the item stands for in company currency; the last one takes the rest."""
    left = abs(item.balance)
    if amount == left or item.amount == item.company_amount:
        share = carried[item.pk] if amount == left else amount
    else:
        share = min(
            carried[item.pk],
            round_money(carried[item.pk] * amount / left, item.entry.company_currency),
        )
    carried[item.pk] -= share
    item.balance -= amount if item.balance > 0 else -amount
    return share


def _enter(allocations: list[Allocation], items: dict[int, OpenItem]) -> list[Allocation]:
    """Write the rows, and what exchange gained or lost between the days of the two items."""
    with guards_spoken():
        insert_all(allocations)
    differing = [row for row in allocations if row.debit_company_amount != row.credit_company_amount]
    post_all([_exchange_posting(row, items[row.debit_id]) for row in differing])
    return allocations


def _exchange_posting(allocation: Allocation, debit: OpenItem) -> Posting:
    gain = allocation.credit_company_amount - allocation.debit_company_amount
    entry = Entry(
        company_id=debit.company_id,
        key=f"exchange:{allocation.pk}",
        kind="exchange",
        dated_on=allocation.dated_on,
        currency=debit.currency,
        company_currency=debit.entry.company_currency,
        reference=debit.reference,
        by_id=allocation.by_id,
    )
    accounts = default_accounts(debit.company_id)
    receivable = Line(
        account=accounts[AccountRole.RECEIVABLE],
        amount=ZERO,
        company_amount=gain,
        customer_id=debit.customer_id,
    )
    exchange = Line(account=accounts[AccountRole.EXCHANGE], amount=ZERO, company_amount=-gain)
    return Posting(entry, [receivable, exchange])
