"""Applying receipts and credits to what is open, and undoing it."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.db.models import Q

from customers.models import Customer
from customers.payers import paid_for_by
from ledger.allocating import Pair, allocate, lock_items, oldest_first
from ledger.allocating import undo_allocation as undo_in_book
from ledger.models import Allocation, ItemKind, OpenItem
from ledger.money import format_money
from ledger.refusals import Refused
from office.audit import record, record_all
from office.days import require_bookable_day
from office.models import Company, User
from office.reasons import required_reason


@transaction.atomic
def apply_credits(
    customer: Customer,
    pairs: Sequence[Pair],
    *,
    dated_on: date,
    by: User | None,
    reason: str = "",
) -> list[Allocation]:
    """Apply a customer's receipts and credit memos to open items as chosen: their own, or of whom they pay for.

    Raises Refused where an item is another customer's, or an amount is not above zero or more than is open.
    """
    require_bookable_day(customer.company, dated_on)
    wanted = {item_id for pair in pairs for item_id in (pair.debit_id, pair.credit_id)}
    items = OpenItem.objects.filter(customer_id__in=paid_for_by(customer)).in_bulk(wanted)
    if len(items) != len(wanted) or any(items[pair.credit_id].customer_id != customer.pk for pair in pairs):
        raise Refused("One of these items is not this customer's.", code="another_customer")
    allocations = allocate(pairs, dated_on=dated_on, by_id=by.pk if by else None, reason=reason)
    applied = "; ".join(_words(pair.amount, items[pair.credit_id], items[pair.debit_id]) for pair in pairs)
    record(by, "apply_credits", customer, after={"applied": applied}, reason=reason)
    return allocations


@transaction.atomic
def apply_in_bulk(
    company: Company, pairs: Sequence[Pair], *, dated_on: date, by: User | None, reason: str = ""
) -> list[Allocation]:
    """Apply credits of many customers on one day, with an audit row for each of them."""
    require_bookable_day(company, dated_on)
    allocations = allocate(pairs, dated_on=dated_on, by_id=by.pk if by else None, reason=reason)
    items = OpenItem.objects.filter(company_id=company.pk).in_bulk(
        {item_id for pair in pairs for item_id in (pair.debit_id, pair.credit_id)}
    )
    applied: dict[int, list[str]] = {}
    for pair in pairs:
        credit, debit = items[pair.credit_id], items[pair.debit_id]
        applied.setdefault(debit.customer_id, []).append(_words(pair.amount, credit, debit))
    customers = list(Customer.objects.filter(pk__in=applied))
    after = [{"applied": "; ".join(applied[customer.pk])} for customer in customers]
    record_all(by, "apply_credits", customers, after=after, reason=reason)
    return allocations


@transaction.atomic
def apply_oldest_first(
    customer: Customer,
    *,
    dated_on: date,
    by: User | None,
    only_credits: Sequence[int] | None = None,
    currency: str = "",
) -> list[Allocation]:
    """Settle a customer's oldest open items first, with all their free credit or only the credit items given."""
    currency = currency or customer.currency
    items = OpenItem.objects.filter(
        company_id=customer.company_id,
        customer_id=customer.pk,
        currency=currency,
        dated_on__lte=dated_on,
    ).exclude(balance=0)
    if only_credits is not None:  # others' credits stay unlocked: who holds one may be waiting for our debits
        items = items.filter(Q(amount__gt=0) | Q(pk__in=only_credits))
    locked = lock_items(items.values_list("pk", flat=True)).values()
    debits = [item for item in locked if item.balance > 0]
    credits = [item for item in locked if item.balance < 0]
    pairs = oldest_first(debits, credits)
    return apply_credits(customer, pairs, dated_on=dated_on, by=by, reason="Oldest first") if pairs else []


@transaction.atomic
def undo_allocation(allocation_id: int, *, dated_on: date, by: User | None, reason: str) -> Allocation:
    """Bring back what an allocation closed.

    Raises Refused without a reason, where it was undone before, dated before it was made or in the future, for one of a
    write-off or an exchange, which is reversed as a whole, and for the one by which a refund paid its credit back.
    """
    reason = required_reason(reason, "Say why the allocation is undone.")
    _require_of_its_own(Allocation.objects.select_related("debit", "credit").get(pk=allocation_id))
    undone = undo_in_book(allocation_id, dated_on=dated_on, by_id=by.pk if by else None, reason=reason)
    customer = Customer.objects.select_related("company").get(pk=undone.debit.customer_id)
    require_bookable_day(customer.company, dated_on)
    words = _words(-undone.amount, undone.credit, undone.debit)
    record(by, "undo_allocation", customer, after={"undone": words}, reason=reason)
    return undone


def _require_of_its_own(allocation: Allocation) -> None:
    if allocation.credit.kind == ItemKind.WRITE_OFF:
        raise Refused(f"Reverse the write-off {allocation.credit.reference} instead.", code="of_a_write_off")
    if allocation.debit.kind == ItemKind.RECOVERY:
        raise Refused(f"Reverse the receipt {allocation.credit.reference} instead.", code="of_a_recovery")
    if allocation.debit.kind == ItemKind.REFUND and allocation.pk == allocation.debit.credits_taken.earliest("pk").pk:
        raise Refused(f"{allocation.debit.reference} paid it back, and that stands.", code="of_a_refund")
    if allocation.debit.kind == ItemKind.EXCHANGE:
        raise Refused(f"Undo the exchange of {allocation.credit.reference} instead.", code="of_an_exchange")


def _words(amount: Decimal, credit: OpenItem, debit: OpenItem) -> str:
    return f"{format_money(amount, credit.currency)} of {credit.reference} to {debit.reference}"
