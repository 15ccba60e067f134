"""Reading disputes: what of open items is in dispute now, for many at once; and each dispute with its state.

A dispute holds its part of an item for as long as it is open, and never more than is still open of the item: what is
settled is in dispute no more, whatever was said of it.
"""

from collections.abc import Collection
from datetime import date
from decimal import Decimal
from typing import TypeAlias, TypedDict

from django.db.models import Case, CharField, F, OuterRef, QuerySet, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce, Greatest, Least
from django_stubs_ext import WithAnnotations

from billing.models import Dispute, DisputedAmount, DisputeStatus
from ledger.fields import AmountField
from ledger.models import OpenItem

ZERO = Decimal(0)
STATES = [("open", "Open"), ("overdue", "Past its day"), ("escalated", "Raised to managers"), ("closed", "Closed")]


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


class DisputeState(TypedDict):
    held: Decimal
    state: str


DisputeWithState: TypeAlias = "WithAnnotations[Dispute, DisputeState]"


def with_state(disputes: QuerySet[Dispute], on: date) -> QuerySet[DisputeWithState]:
    """Add `held` (what each holds now) and `state`: open, overdue where our answer is late on a day, or closed.

    Where several hold one item of which less is open, the older ones come first, so that all add up to what is in
    dispute of it.
    """
    earlier = DisputedAmount.objects.filter(released_at=None, item=OuterRef("item"), pk__lt=OuterRef("pk"))
    taken = Subquery(earlier.order_by().values("item").annotate(sum=Sum("amount")).values("sum"))
    left = F("item__balance") - Coalesce(taken, ZERO, output_field=AmountField())
    part = Greatest(Value(ZERO), Least(F("amount"), left, output_field=AmountField()), output_field=AmountField())
    rows = holding().filter(dispute=OuterRef("pk")).annotate(part=part)
    held = Subquery(rows.order_by().values("dispute").annotate(sum=Sum("part")).values("sum"))
    return disputes.annotate(
        held=Coalesce(held, ZERO, output_field=AmountField()),
        state=Case(
            When(status=DisputeStatus.CLOSED, then=Value("closed")),
            When(respond_by__lt=on, then=Value("overdue")),
            default=Value("open"),
            output_field=CharField(),
        ),
    )


def in_state(disputes: QuerySet[DisputeWithState], state: str) -> QuerySet[DisputeWithState]:
    """Those of `with_state` that are in a state; what is past its day is open too."""
    if state == "escalated":
        return disputes.filter(status=DisputeStatus.OPEN, escalated_at__isnull=False)
    if state in DisputeStatus:
        return disputes.filter(status=state)
    return disputes.filter(state=state)
