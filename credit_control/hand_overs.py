"""Reading hand-overs: what is with an agency now, what of each came in, and who could be handed over."""

from collections.abc import Collection
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, TypeAlias, TypedDict

from django.db.models import Case, Exists, F, OuterRef, QuerySet, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce, Least
from django_stubs_ext import WithAnnotations

from billing.disputes import disputed_now
from billing.opening.waiting import not_live_among
from credit_control.due_days import put_off
from credit_control.models import HandedItem, HandOver, ReminderItem, Tone
from credit_control.plans.reading import planned_now
from credit_control.promises import standing_promises
from credit_control.reminders.arriving import never_arrived
from credit_control.told_paid import told_until
from ledger.fields import AmountField
from ledger.models import OpenItem
from office.models import Company
from office.written import plain_day
from payments.models import DebitPart

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


def why_not_handed(company: Company, items: Collection[OpenItem], today: date) -> dict[int, str]:
    """Those of a company's open items that go to no agency now, and what stands against it: `{item} is {why}`."""
    ids = [item.pk for item in items]
    later = {item_id: day for item_id, day in put_off(items).items() if day >= today}
    debited = DebitPart.objects.filter(item__in=ids, is_under_way=True).values_list("item", flat=True)
    told = told_until(company, ids, today)
    return {
        **dict.fromkeys(not_live_among(ids), "taken over, and the opening is not live"),
        **{item_id: f"put off until {plain_day(day)}" for item_id, day in later.items()},
        **{item_id: f"paid, as they say: it waits until {plain_day(day)}" for item_id, day in told.items()},
        **dict.fromkeys(debited, "in a debit run"),
        **dict.fromkeys(agencies_of(ids), "with an agency"),
        **dict.fromkeys(planned_now(ids, today), "in a payment plan"),
        **dict.fromkeys(standing_promises(ids, today), "promised"),
        **dict.fromkeys(disputed_now(ids), "disputed"),
    }


def warned(item_ids: Collection[int]) -> set[int]:
    """Of these items those that a final notice was about which reached their customer."""
    rows = ReminderItem.objects.filter(item__in=item_ids, reminder__tone=Tone.FINAL, dropped="")
    return set(rows.exclude(pk__in=never_arrived(rows)).values_list("item", flat=True))


def to_decide(company: Company, today: date) -> list[tuple[int, str, str, Decimal, date]]:
    """Customers whose final notice is past its time and still open, and could go to an agency: id, name, currency, how
    much, and its day."""
    rows = ReminderItem.objects.filter(
        reminder__company=company,
        reminder__tone=Tone.FINAL,
        reminder__reminded_on__lte=today - TIME_AFTER_NOTICE,
        dropped="",
        item__balance__gt=0,
    )
    rows = rows.exclude(pk__in=never_arrived(rows)).select_related("item", "reminder__customer")
    noticed: dict[int, ReminderItem] = {}
    for row in rows.order_by("reminder__reminded_on", "pk"):
        noticed.setdefault(row.item_id, row)
    held = why_not_handed(company, [row.item for row in noticed.values()], today)
    found: dict[tuple[int, str, str], tuple[Decimal, date]] = {}
    for row in noticed.values():
        if row.item_id not in held:
            key = (row.reminder.customer_id, row.reminder.customer.name, row.item.currency)
            amount, first = found.get(key, (ZERO, row.reminder.reminded_on))
            found[key] = (amount + row.item.balance, first)
    return [(*key, amount, day) for key, (amount, day) in sorted(found.items(), key=lambda each: -each[1][0])]


def open_items_of(customer_id: int, currency: str) -> QuerySet[OpenItem]:
    """What could be handed over of a customer."""
    items = OpenItem.objects.filter(customer_id=customer_id, currency=currency, balance__gt=0)
    return items.order_by("due_on", "dated_on", "pk")
