"""Which debts were late, as the book now knows: for many customers in as many queries as for one."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property
from itertools import accumulate

from django.db.models import F, Q, QuerySet
from django.db.models.functions import Greatest

from billing.disputes import disputed_now
from billing.opening.waiting import NOT_LIVE
from credit_control.due_days import due_days
from credit_control.interest import Charged, LateDebt, value_on
from credit_control.models import LateChargeLine, LineKind, PaymentPlan, PlanInstalment, PlannedItem, PlanStatus
from credit_control.plans.lateness import KeptPlan, PlannedDebt, days_with
from credit_control.plans.spread import Instalment
from credit_control.promises import came_on
from ledger.models import Allocation, ItemKind, OpenItem
from ledger.present import present

PRINCIPAL = (ItemKind.INVOICE, ItemKind.DEBIT_NOTE, ItemKind.OPENING)
"""What interest is taken on; never interest or fees."""
ZERO = Decimal(0)


@dataclass
class Debt:
    """An open item of a document, when what of it was settled, and what was charged for its lateness so far.

    It is due on the day agreed on last. A payment counts from the day it came in, also where it was applied or
    exchanged later; one that was taken back never counted. What the customer disputes is left out as long as they do,
    and what an interest-free plan holds as long as that stands and is kept, with what it was changed from.
    """

    item: OpenItem
    due_on: date
    settled: list[tuple[date, Decimal]] = field(default_factory=list)
    disputed: Decimal = ZERO
    charged: list[Charged] = field(default_factory=list)
    claimed: Decimal = ZERO
    periods: set[int] = field(default_factory=set)
    fees_until: date | None = None
    """The end of the days for which a fee was charged."""
    plans: list[KeptPlan] = field(default_factory=list)

    @property
    def original(self) -> Decimal:
        """What the document came to, less what is disputed."""
        return max(self.item.amount - self.disputed, ZERO)

    @cached_property
    def late(self) -> LateDebt:
        """The debt as interest is worked out on it; asked for only when all of it is read."""
        days = sorted({day for day, _ in self.settled})
        paid = accumulate(sum((amount for on, amount in self.settled if on == day), ZERO) for day in days)
        steps = [(day, max(self.original - total, ZERO)) for day, total in zip(days, paid, strict=True)]
        first = min(self.item.dated_on, self.due_on)
        principal = [(first, self.original), *steps] if not steps or steps[0][0] > first else steps
        for plan in self.plans:
            principal = plan.late_steps(self.item.pk, principal)
        return LateDebt(self.due_on, self.item.currency, principal, self.charged, self.claimed)

    def days_late(self, until: date) -> int:
        """How many days after the due day began with something open."""
        late = self.late
        if self.plans:
            return days_with(late.principal, late.due_on, until)
        if not value_on(late.principal, late.due_on):
            return 0
        cleared = min((day for day, left in late.principal if day > late.due_on and not left), default=until)
        return (min(cleared, until) - late.due_on).days


def late_items(company_id: int, until: date, due_from: date) -> QuerySet[OpenItem]:
    """The company's documents that were due from a day on and were open after it.

    Not those that were made void, nor what was taken over and is not live.
    """
    items = OpenItem.objects.filter(company_id=company_id, kind__in=PRINCIPAL, amount__gt=0)
    items = items.filter(due_on__lt=until, due_on__gte=due_from, entry__reversed_by=None)
    items = items.exclude(entry__in=NOT_LIVE.values("entry"))
    return items.filter(Q(open_during__endswith=None) | Q(open_during__endswith__gt=F("due_on")))


def read_debts(items: Iterable[OpenItem]) -> list[Debt]:
    """The debts of these items, with what was paid, is disputed and was charged."""
    found = list(items)
    due = due_days(found)
    debts = {item.pk: Debt(item, due[item.pk]) for item in found}
    _read_settled(debts)
    for item_id, amount in disputed_now(list(debts)).items():
        debts[item_id].disputed = amount
    _read_charged(debts)
    _read_plans(debts)
    return list(debts.values())


def _read_settled(debts: dict[int, Debt]) -> None:
    for item_id, settled in _settled_of(debts).items():
        debts[item_id].settled = settled


def _settled_of(item_ids: Collection[int]) -> dict[int, list[tuple[date, Decimal]]]:
    """What of these items was settled, from which day on."""
    rows = Allocation.objects.filter(debit__in=list(item_ids))
    rows = rows.annotate(counts_on=Greatest("debit__dated_on", came_on("credit__")))
    found: dict[int, list[tuple[date, Decimal]]] = defaultdict(list)
    for item_id, day, amount in rows.values_list("debit", "counts_on", "amount"):
        found[item_id].append((day, amount))
    return found


def _read_plans(debts: dict[int, Debt]) -> None:
    """The interest-free plans that stand over these debts, and those that they were changed from, each with all of its
    items."""
    free = PaymentPlan.objects.filter(is_interest_free=True, accepted_on__isnull=False)
    held = PlannedItem.objects.filter(released_at=None, plan__in=free.filter(status=PlanStatus.ACCEPTED))
    plan_of = dict(held.filter(item__in=list(debts)).values_list("item", "plan"))
    if not plan_of:
        return
    plans: dict[int, PaymentPlan] = {}
    wanted = set(plan_of.values())
    while wanted:
        found = free.in_bulk(wanted)
        plans |= found
        wanted = {plan.replaces_id for plan in found.values() if plan.replaces_id}
    kept = _kept(plans)
    for item_id, plan_id in plan_of.items():
        plan: PaymentPlan | None = plans[plan_id]
        while plan:
            if item_id in {each.item_id for each in kept[plan.pk].items}:
                debts[item_id].plans.insert(0, kept[plan.pk])
            plan = plans.get(plan.replaces_id) if plan.replaces_id else None


def _kept(plans: Mapping[int, PaymentPlan]) -> dict[int, KeptPlan]:
    rows = list(PlannedItem.objects.filter(plan__in=plans).select_related("item").order_by("item__due_on", "item"))
    settled, items, days = _settled_of([row.item_id for row in rows]), defaultdict(list), defaultdict(list)
    for row in rows:
        items[row.plan_id].append(PlannedDebt(row.item_id, row.item.amount, row.amount, settled.get(row.item_id, [])))
    for day in PlanInstalment.objects.filter(plan__in=plans).order_by("plan", "position"):
        days[day.plan_id].append(Instalment(day.due_on, day.amount))
    return {pk: KeptPlan(present(plan.accepted_on), items[pk], days[pk], plan.closed_on) for pk, plan in plans.items()}


def _read_charged(debts: dict[int, Debt]) -> None:
    for line in lines_of(debts).select_related("charge"):
        debt = debts[line.item_id]
        if line.kind == LineKind.FEE:
            debt.periods.add(line.period or 0)
            debt.fees_until = max(debt.fees_until or line.to_on, line.to_on)
            continue
        debt.claimed += line.amount
        if line.kind == LineKind.INTEREST:
            debt.charged.append(Charged(line.from_on, line.to_on, line.percent, line.charge.day_count))


def lines_of(item_ids: Collection[int]) -> QuerySet[LateChargeLine]:
    """What was charged for these items."""
    return LateChargeLine.objects.filter(item__in=list(item_ids)).order_by("pk")
