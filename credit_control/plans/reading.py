"""Reading payment plans: what of each came, how it stands, and which items are held by one. The book says it."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import TypeAlias, TypedDict

from django.db.models import Case, Exists, F, OuterRef, Q, QuerySet, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce, Least
from django.utils import timezone
from django_stubs_ext import WithAnnotations

from credit_control.models import PaymentPlan, PlanInstalment, PlannedItem, PlanStatus, policy_of
from credit_control.plans.spread import ZERO, Instalment, Overlap, Planned, spread
from ledger.fields import AmountField
from office.models import Company

STATES = [
    ("offered", "Offered"),
    ("expired", "Offer expired"),
    ("on_track", "On track"),
    ("late", "Late"),
    ("missed", "Instalment missed"),
    ("fulfilled", "Fulfilled"),
    ("declined", "Declined"),
    ("withdrawn", "Withdrawn"),
    ("cancelled", "Cancelled"),
]


@dataclass(frozen=True)
class PlanDay:
    """An instalment, what of it is open on a day, and how it stands."""

    instalment: PlanInstalment
    left: Decimal
    state: str

    @property
    def paid(self) -> Decimal:
        return self.instalment.amount - self.left


@dataclass(frozen=True)
class PlanNow:
    """A plan as it stands: its instalments, and what of which item is due with each."""

    plan: PaymentPlan
    days: list[PlanDay]
    items: list[PlannedItem]
    overlaps: list[Overlap]

    @property
    def left(self) -> Decimal:
        return sum((day.left for day in self.days), ZERO)

    @property
    def paid(self) -> Decimal:
        return self.plan.amount - self.left

    @property
    def percent(self) -> int:
        """How much of it came, in whole percent, never 100 before all of it did."""
        return int(self.paid * 100 / self.plan.amount)

    @property
    def next(self) -> PlanDay | None:
        """The first instalment of which something is open."""
        return next((day for day in self.days if day.left), None)


class PlanState(TypedDict):
    left: Decimal
    paid: Decimal
    was_due: Decimal
    was_missed: Decimal
    next_on: date | None
    state: str


PlanWithState: TypeAlias = "WithAnnotations[PaymentPlan, PlanState]"


def with_state(plans: QuerySet[PaymentPlan], company: Company, today: date) -> QuerySet[PlanWithState]:
    """Add `left`, `paid`, `next_on` (the day of the first instalment that is not paid) and `state`.

    From the day after an instalment's day a plan is late, and after the days of grace the instalment is missed.
    """
    missed_by = today - timedelta(days=policy_of(company).plan_grace_days)
    rows = plans.annotate(left=_left()).annotate(paid=F("amount") - F("left"))
    rows = rows.annotate(was_due=_laid(Q(due_on__lt=today)), was_missed=_laid(Q(due_on__lt=missed_by)))
    return rows.annotate(
        next_on=_next_on(),
        state=Case(
            When(status=PlanStatus.OFFERED, valid_until__lt=today, then=Value("expired")),
            When(~Q(status=PlanStatus.ACCEPTED), then=F("status")),
            When(left=0, then=Value("fulfilled")),
            When(was_missed__gt=F("paid"), then=Value("missed")),
            When(was_due__gt=F("paid"), then=Value("late")),
            default=Value("on_track"),
        ),
    )


def _left() -> Coalesce:
    rows = PlannedItem.objects.filter(plan=OuterRef("pk")).order_by().values("plan")
    rows = rows.annotate(sum=Sum(Least("amount", "item__balance"), output_field=AmountField()))
    return Coalesce(Subquery(rows.values("sum")), ZERO, output_field=AmountField())


def _laid(which: Q) -> Coalesce:
    """What the instalments of some days come to."""
    rows = PlanInstalment.objects.filter(which, plan=OuterRef("pk")).order_by().values("plan")
    return Coalesce(Subquery(rows.annotate(sum=Sum("amount")).values("sum")), ZERO, output_field=AmountField())


def _next_on() -> Subquery:
    earlier = PlanInstalment.objects.filter(plan=OuterRef("plan"), position__lte=OuterRef("position")).order_by()
    upto = Subquery(earlier.values("plan").annotate(sum=Sum("amount")).values("sum"), output_field=AmountField())
    rows = PlanInstalment.objects.filter(plan=OuterRef("pk")).alias(upto=upto).filter(upto__gt=OuterRef("paid"))
    return Subquery(rows.order_by("position").values("due_on")[:1])


def standing(today: date) -> Q:
    """The plans that hold their items on a day: accepted ones, and offers that may still be answered."""
    return Q(status=PlanStatus.ACCEPTED) | Q(status=PlanStatus.OFFERED, valid_until__gte=today)


def planned_now(item_ids: Collection[int], today: date) -> dict[int, PlannedItem]:
    """By open item, its place in the plan that holds it: one that was accepted, or may still be answered."""
    plans = PaymentPlan.objects.filter(standing(today))
    rows = PlannedItem.objects.filter(item__in=list(item_ids), released_at=None, plan__in=plans)
    return {row.item_id: row for row in rows.select_related("plan", "item")}


def is_planned(item: str) -> Exists:
    """Whether a plan holds an item that was agreed on, or may be answered somewhere on earth; `item` is where the query
    has its id."""
    yesterday = timezone.now().date() - timedelta(days=1)
    plans = Q(plan__status=PlanStatus.ACCEPTED) | Q(plan__status=PlanStatus.OFFERED, plan__valid_until__gte=yesterday)
    return Exists(PlannedItem.objects.filter(plans, item=OuterRef(item), released_at=None))


def plans_now(
    plans: Iterable[PaymentPlan], today: date, disputed: dict[int, Decimal] | None = None
) -> dict[int, PlanNow]:
    """How each of these plans stands, by its id, in as many queries as for one.

    `disputed` (by item) counts as settled where it is given: nobody is asked for what they dispute.
    """
    found = {plan.pk: plan for plan in plans}
    if not found:
        return {}
    items, days = defaultdict(list), defaultdict(list)
    for item in PlannedItem.objects.filter(plan__in=found).select_related("item").order_by("item__due_on", "item"):
        items[item.plan_id].append(item)
    for day in PlanInstalment.objects.filter(plan__in=found).order_by("plan", "position"):
        days[day.plan_id].append(day)
    companies = Company.objects.filter(pk__in={plan.company_id for plan in found.values()})
    grace = {company.pk: policy_of(company).plan_grace_days for company in companies}
    return {
        pk: _now(plan, days[pk], items[pk], today, grace[plan.company_id], disputed or {}) for pk, plan in found.items()
    }


def plan_now(plan: PaymentPlan, today: date, disputed: dict[int, Decimal] | None = None) -> PlanNow:
    """How one plan stands."""
    return plans_now([plan], today, disputed)[plan.pk]


def _now(
    plan: PaymentPlan,
    days: list[PlanInstalment],
    items: list[PlannedItem],
    today: date,
    grace: int,
    disputed: dict[int, Decimal],
) -> PlanNow:
    planned = [Planned(row.item_id, row.amount, row.item.balance - disputed.get(row.item_id, ZERO)) for row in items]
    overlaps = spread(planned, [Instalment(day.due_on, day.amount) for day in days])
    left: dict[int, Decimal] = defaultdict(Decimal)
    for each in overlaps:
        left[each.place] += each.amount
    states = [
        PlanDay(day, left[place], _state(left[place], day.due_on, today, grace)) for place, day in enumerate(days)
    ]
    return PlanNow(plan, states, items, overlaps)


def _state(left: Decimal, due_on: date, today: date, grace: int) -> str:
    if not left:
        return "paid"
    if due_on >= today:
        return "open"
    return "late" if today <= due_on + timedelta(days=grace) else "missed"
