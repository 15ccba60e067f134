"""Reading disputes: what of open items is in dispute now, for many at once; and each dispute with its state.

A dispute holds its part of an item for as long as it is open, and never more than is still open of the item: what is
settled is in dispute no more, whatever was said of it.
"""

from collections.abc import Collection
from decimal import Decimal

from django.db.models import F, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce, Least

from billing.models import Dispute, DisputedAmount
from ledger.fields import AmountField
from ledger.models import OpenItem

ZERO = Decimal(0)


def disputed_now(item_ids: Collection[int]) -> dict[int, Decimal]:
    """By open item, what of it is in dispute now, in its currency; items of which nothing is are left out."""
    rows = holding().filter(item__in=item_ids).order_by().values_list("item")
    return dict(rows.annotate(held=Least(Sum("amount"), F("item__balance"))))


def undisputed(items: Collection[OpenItem]) -> dict[int, Decimal]:
    """By open item, what is open of it and in no dispute."""
    held = disputed_now([item.pk for item in items])
    return {item.pk: item.balance - held.get(item.pk, ZERO) for item in items}


def disputes_of(item_ids: Collection[int] | QuerySet) -> dict[int, Dispute]:
    """By open item, the oldest dispute that holds some of it now, with its reason."""
    rows = holding().filter(item__in=item_ids).select_related("dispute__reason_code").order_by("-pk")
    return {row.item_id: row.dispute for row in rows}


def holding() -> QuerySet[DisputedAmount]:
    """What open disputes hold of items of which something is open."""
    return DisputedAmount.objects.filter(released_at=None, item__balance__gt=0)


def held_of(item: str) -> Coalesce:
    """What disputes hold of an open item, to be annotated; `item` is where the query has its id. Not capped."""
    rows = DisputedAmount.objects.filter(released_at=None, item=OuterRef(item)).order_by().values("item")
    return Coalesce(Subquery(rows.annotate(sum=Sum("amount")).values("sum")), ZERO, output_field=AmountField())
