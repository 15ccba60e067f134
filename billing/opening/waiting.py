"""What was taken over and is not live: until its totals agree, nobody is asked for it."""

from collections.abc import Collection

from django.db.models import Exists, OuterRef

from billing.models import OpeningItem
from ledger.models import OpenItem

NOT_LIVE = OpeningItem.objects.filter(opening__live_at=None)


def is_not_live(item: str) -> Exists:
    """Whether an item was taken over by an opening that has not gone live, asked with where a query has its id."""
    return Exists(NOT_LIVE.filter(entry__items=OuterRef(item)))


def not_live_among(item_ids: Collection[int]) -> set[int]:
    """Which of these items were taken over by an opening that has not gone live."""
    rows = OpenItem.objects.filter(pk__in=item_ids, entry__in=NOT_LIVE.values("entry"))
    return set(rows.values_list("pk", flat=True))
