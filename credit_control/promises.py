"""Reading promises: whether each was kept, and what of the open items is promised now. The book says it, not a flag."""

from collections.abc import Collection
from datetime import date, datetime
from decimal import Decimal
from typing import TypeAlias, TypedDict

from django.db.models import Case, F, OuterRef, QuerySet, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce, Least
from django_stubs_ext import WithAnnotations

from credit_control.models import PaymentPromise, PromisedItem
from ledger.fields import AmountField
from ledger.models import Allocation, ItemKind, OpenItem

STATES = [
    ("standing", "Standing"),
    ("kept", "Kept"),
    ("part_kept", "Part-kept"),
    ("broken", "Broken"),
    ("settled", "Settled otherwise"),
    ("withdrawn", "Withdrawn"),
]
MONEY = (ItemKind.PAYMENT, ItemKind.EXCHANGE)
"""What keeps a promise: money in its currency, or in another and exchanged."""
ZERO = Decimal(0)


class PromiseState(TypedDict):
    wanted: Decimal
    came: Decimal
    state: str


PromiseWithState: TypeAlias = "WithAnnotations[PaymentPromise, PromiseState]"


def with_state(promises: QuerySet[PaymentPromise], today: date) -> QuerySet[PromiseWithState]:
    """Add `wanted` (of the amount, less what was settled otherwise), `came` and `state`.

    Payments count that were entered after the promise and are dated no later than its last day, whether they were
    applied to its items or wait to be applied.
    """
    rows = promises.annotate(
        paid=_sum_of_items(Least("amount", "paid")),
        wanted=_sum_of_items(Least("amount", F("paid") + F("item__balance"))),
        waiting=_waiting(),
    ).annotate(came=Least("wanted", F("paid") + F("waiting")))
    return rows.annotate(
        state=Case(
            When(withdrawn_on__isnull=False, then=Value("withdrawn")),
            When(wanted=0, then=Value("settled")),
            When(came=F("wanted"), then=Value("kept")),
            When(counts_until__gte=today, then=Value("standing")),
            When(came__gt=0, then=Value("part_kept")),
            default=Value("broken"),
        )
    )


def standing_promises(item_ids: Collection[int], today: date) -> dict[int, PaymentPromise]:
    """The promise that stands for each of these items, and so keeps it from being reminded of."""
    promises = PaymentPromise.objects.filter(withdrawn_on=None, counts_until__gte=today)
    rows = PromisedItem.objects.filter(item__in=list(item_ids), promise__in=promises).select_related("promise")
    return {row.item_id: row.promise for row in rows}


def promised_now(customer_ids: Collection[int], today: date) -> dict[tuple[int, str], Decimal]:
    """What of each customer's debts is promised and still open, by currency."""
    promises = PaymentPromise.objects.filter(customer__in=customer_ids, withdrawn_on=None, counts_until__gte=today)
    rows = PromisedItem.objects.filter(promise__in=promises).order_by()
    sums = rows.values_list("promise__customer", "item__currency").annotate(sum=Sum(Least("amount", "item__balance")))
    return {(customer_id, currency): amount for customer_id, currency, amount in sums}


def promised_sql(known_at: datetime | None) -> str:
    """What of items (item_id, amount) was promised and stood at the end of a day, as known at a moment where given.

    Parameters: company_id, on, and known_at where given.
    """
    known = " AND created_at <= %(known_at)s" if known_at else ""
    unknown = "withdrawn_at > %(known_at)s" if known_at else "false"
    return f"""
        SELECT p.item_id, p.amount FROM credit_control_promiseditem p
        JOIN credit_control_paymentpromise m ON m.id = p.promise_id
        WHERE company_id = %(company_id)s AND made_on <= %(on)s AND counts_until >= %(on)s{known}
            AND (withdrawn_on IS NULL OR withdrawn_on > %(on)s OR {unknown})
    """  # noqa: S608


def _sum_of_items(amount: Least) -> Coalesce:
    paid = Allocation.objects.alias(came_on=came_on("credit__")).filter(
        debit=OuterRef("item"),
        credit__kind__in=MONEY,
        credit__pk__gt=OuterRef("promise__newest_item"),
        came_on__gte=OuterRef("promise__made_on"),
        came_on__lte=OuterRef("promise__counts_until"),
    )
    items = PromisedItem.objects.filter(promise=OuterRef("pk")).order_by().annotate(paid=_sum(paid, "debit", "amount"))
    return _sum(items, "promise", amount)


def came_on(credit: str = "") -> Case:
    """The day on which money came in; what was exchanged is as old as what it was exchanged from."""
    exchanged = When(**{f"{credit}kind": ItemKind.EXCHANGE}, then=F(f"{credit}due_on"))
    return Case(exchanged, default=F(f"{credit}dated_on"))


def came_on_sql(credit: str) -> str:
    """The same of a credit as a query calls it."""
    return f"CASE {credit}.kind WHEN 'exchange' THEN {credit}.due_on ELSE {credit}.dated_on END"


def _waiting() -> Coalesce:
    """Payments of those days that are not applied yet."""
    credits = OpenItem.objects.alias(came_on=came_on()).filter(
        company_id=OuterRef("company_id"),
        customer_id=OuterRef("customer_id"),
        currency=OuterRef("currency"),
        kind__in=MONEY,
        balance__lt=0,
        came_on__gte=OuterRef("made_on"),
        came_on__lte=OuterRef("counts_until"),
        pk__gt=OuterRef("newest_item"),
    )
    return _sum(credits, "customer_id", -F("balance"))


def _sum(rows: QuerySet, by: str, amount: object) -> Coalesce:
    sums = rows.order_by().values(by).annotate(sum=Sum(amount, output_field=AmountField())).values("sum")
    return Coalesce(Subquery(sums), ZERO, output_field=AmountField())
