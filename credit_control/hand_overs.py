"""Reading hand-overs: what is with an agency now, what of each came in, and who could be handed over."""

from collections.abc import Collection
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, TypeAlias, TypedDict

from django.db.models import Case, Exists, F, OuterRef, QuerySet, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce, Least
from django_stubs_ext import WithAnnotations

from credit_control.models import HandedItem, HandOver, ReminderItem, Tone
from ledger.fields import AmountField
from ledger.models import OpenItem
from office.models import Company

STATES = [("out", "With the agency"), ("paid", "Paid"), ("given_back", "Given back"), ("hopeless", "Nothing to be had")]
TIME_AFTER_NOTICE = timedelta(days=7)
ZERO = Decimal(0)


def agencies_of(item_ids: Collection[int]) -> dict[int, str]:
    """The agency that has each of these items now."""
    rows = HandedItem.objects.filter(item__in=item_ids, hand_over__ended_on=None)
    return dict(rows.values_list("item", "hand_over__agency"))


def is_with_agency(item: str) -> Exists:
    """Whether an agency has an item now; `item` is where the query has its id."""
    return Exists(HandedItem.objects.filter(item=OuterRef(item), hand_over__ended_on=None))


class HandOverState(TypedDict):
    currency: str
    amount: Decimal
    open: Decimal
    state: str


HandOverWithState: TypeAlias = "WithAnnotations[HandOver, HandOverState]"


def with_state(hand_overs: QuerySet[HandOver]) -> QuerySet[HandOverWithState]:
    """Add `amount` (what was handed over), `open` (what of it is open now), `currency` and `state`."""
    items = HandedItem.objects.filter(hand_over=OuterRef("pk")).order_by().values("hand_over")
    return hand_overs.annotate(
        currency=Subquery(HandedItem.objects.filter(hand_over=OuterRef("pk")).values("item__currency")[:1]),
        amount=_sum(items, F("amount")),
        open=_sum(items, Least("amount", "item__balance")),
        state=Case(When(ended_on=None, then=Value("out")), default=F("outcome")),
    )


def _sum(items: QuerySet[HandedItem, Any], of: F | Least) -> Coalesce:
    sums = items.annotate(sum=Sum(of, output_field=AmountField())).values("sum")
    return Coalesce(Subquery(sums), ZERO, output_field=AmountField())


def warned(item_ids: Collection[int]) -> set[int]:
    """Of these items those that a final notice was about."""
    rows = ReminderItem.objects.filter(item__in=item_ids, reminder__tone=Tone.FINAL, dropped="")
    return set(rows.values_list("item", flat=True))


def to_decide(company: Company, today: date) -> list[tuple[int, str, str, Decimal, date]]:
    """Customers whose final notice is past its time and still open: id, name, currency, how much, and its day."""
    rows = ReminderItem.objects.filter(
        reminder__company=company,
        reminder__tone=Tone.FINAL,
        reminder__reminded_on__lte=today - TIME_AFTER_NOTICE,
        dropped="",
        item__balance__gt=0,
    )
    out = agencies_of(rows.values_list("item", flat=True))
    found: dict[tuple[int, str, str], tuple[Decimal, date]] = {}
    read = rows.order_by("reminder__reminded_on").values_list(
        "item",
        "reminder__customer",
        "reminder__customer__name",
        "item__currency",
        "item__balance",
        "reminder__reminded_on",
    )
    for item, customer, name, currency, balance, day in read:
        if item not in out:
            amount, first = found.get((customer, name, currency), (ZERO, day))
            found[customer, name, currency] = (amount + balance, first)
    return [(*key, amount, day) for key, (amount, day) in sorted(found.items(), key=lambda each: -each[1][0])]


def open_items_of(customer_id: int, currency: str) -> QuerySet[OpenItem]:
    """What could be handed over of a customer."""
    items = OpenItem.objects.filter(customer_id=customer_id, currency=currency, balance__gt=0)
    return items.order_by("due_on", "dated_on", "pk")
