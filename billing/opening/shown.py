"""Reading what was taken over, and what of it is open."""

from decimal import Decimal

from django.db.models import Case, F, OuterRef, QuerySet, Subquery, Value, When

from billing.models import OpeningItem
from ledger.balances import allocations_of
from ledger.fields import AmountField
from ledger.models import Allocation, OpenItem


def with_open(items: QuerySet[OpeningItem]) -> QuerySet[OpeningItem]:
    """Add `open`, what of each is not settled now, and `standing`, nothing where its load was undone."""
    balance = OpenItem.objects.filter(entry=OuterRef("entry")).values("balance")
    standing = Case(When(reversal_entry=None, then=F("amount")), default=Value(Decimal(0)), output_field=AmountField())
    return items.annotate(open=Subquery(balance), standing=standing)


def settlements_of(item: OpeningItem) -> list[Allocation]:
    """What was applied to it, or what it was applied to; undone ones with their undoing."""
    return allocations_of(item.entry_id)
