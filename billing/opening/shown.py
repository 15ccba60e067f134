"""Reading what was taken over, and what of it is open."""

from decimal import Decimal

from django.db.models import Case, F, OuterRef, Q, QuerySet, Subquery, Value, When

from billing.models import OpeningItem
from ledger.fields import AmountField
from ledger.models import Allocation, OpenItem


def with_open(items: QuerySet[OpeningItem]) -> QuerySet[OpeningItem]:
    """Add `open`, what of each is not settled now, and `standing`, nothing where its load was undone."""
    balance = OpenItem.objects.filter(entry=OuterRef("entry")).values("balance")
    standing = Case(When(reversal_entry=None, then=F("amount")), default=Value(Decimal(0)), output_field=AmountField())
    return items.annotate(open=Subquery(balance), standing=standing)


def settlements_of(item: OpeningItem) -> list[Allocation]:
    """What was applied to it, or what it was applied to; undone ones with their undoing."""
    rows = Allocation.objects.filter(Q(debit__entry=item.entry_id) | Q(credit__entry=item.entry_id))
    return list(rows.select_related("debit", "credit", "reverses", "reversed_by").order_by("dated_on", "id"))
