"""The ageing worked out anew in plain Python: over items, allocations and agreements, read row by row."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from zoneinfo import ZoneInfo

from billing.models import DisputedAmount
from credit_control.models import CreditFile, DueDayChange, PaymentPlan, PromisedItem
from customers.models import Customer
from ledger.models import Allocation, OpenItem
from office.models import Company

CENT = Decimal("0.01")
ZERO = Decimal(0)
BESIDE = ("disputed", "planned", "promised")


@dataclass
class Debt:
    """An item as it stood: what was open of it, and what it stood for in the company's currency."""

    item: OpenItem
    open: Decimal
    carried: Decimal
    disputed: Decimal = ZERO
    promised: Decimal = ZERO
    parts: list[tuple[date, bool, Decimal]] = field(default_factory=list)
    """The day on which each part is to be paid, whether by a plan, and how much."""


class Then:
    """The book as it stood at the end of a day, as known at a moment."""

    def __init__(self, company: Company, on: date, known_at: datetime | None) -> None:
        self.company, self.on, self.known_at = company, on, known_at
        self.debts = self._debts()
        self._note()
        self._lay_plans()

    def known(self, moment: datetime | None) -> bool:
        """Whether something that was recorded at a moment was known."""
        return moment is not None and (self.known_at is None or moment <= self.known_at)

    def over(self, day: date | None, moment: datetime | None) -> bool:
        """Whether something had ended by the end of the day, as far as it was known."""
        return day is not None and day <= self.on and self.known(moment)

    def _debts(self) -> dict[int, Debt]:
        found = {}
        for item in OpenItem.objects.filter(company_id=self.company.pk):
            if item.dated_on <= self.on and self.known(item.recorded_at):
                found[item.pk] = Debt(item, item.amount, item.company_amount)
        for row in Allocation.objects.all():
            if row.dated_on <= self.on and self.known(row.recorded_at) and row.debit_id in found:
                found[row.debit_id].open -= row.amount
                found[row.debit_id].carried -= row.debit_company_amount
                found[row.credit_id].open += row.amount
                found[row.credit_id].carried += row.credit_company_amount
        return {pk: debt for pk, debt in found.items() if debt.open}

    def _note(self) -> None:
        for held in DisputedAmount.objects.all():
            if (
                held.held_on <= self.on
                and self.known(held.held_at)
                and not self.over(held.released_on, held.released_at)
            ):
                self._add(held.item_id, "disputed", held.amount)
        for row in PromisedItem.objects.select_related("promise"):
            made = row.promise
            stands = made.made_on <= self.on <= made.counts_until and self.known(made.created_at)
            if stands and not self.over(made.withdrawn_on, made.withdrawn_at):
                self._add(row.item_id, "promised", row.amount)

    def _add(self, item_id: int, name: str, amount: Decimal) -> None:
        debt = self.debts.get(item_id)
        if debt and debt.open > 0:
            setattr(debt, name, min(debt.open, getattr(debt, name) + amount))

    def _lay_plans(self) -> None:
        left = {pk: debt.open for pk, debt in self.debts.items()}
        for plan in PaymentPlan.objects.exclude(accepted_on=None):
            stands = plan.accepted_on <= self.on and self.known(plan.accepted_at)
            if stands and not self.over(plan.closed_on, plan.closed_at):
                for pk, day, amount in self._laid(plan):
                    self.debts[pk].parts.append((day, True, amount))
                    left[pk] -= amount
        for pk, debt in self.debts.items():
            if left[pk]:
                debt.parts.append((self._due(debt.item), False, left[pk]))

    def _laid(self, plan: PaymentPlan) -> Iterator[tuple[int, date, Decimal]]:
        """Of each cent that is left, in the order of items and of instalments, which instalment it belongs to."""
        waiting = []
        for row in sorted(plan.items.all(), key=lambda row: (row.item.due_on, row.item_id)):
            debt = self.debts.get(row.item_id)
            if debt and debt.open > 0:
                waiting.append([row.item_id, min(debt.open, row.amount)])
        paid = plan.amount - sum((amount for _, amount in waiting), ZERO)
        for instalment in plan.instalments.order_by("position"):
            wanted = instalment.amount - min(paid, instalment.amount)
            paid -= min(paid, instalment.amount)
            while wanted and waiting:
                pk, amount = waiting[0]
                part = min(wanted, amount)
                yield pk, instalment.due_on, part
                wanted -= part
                waiting[0][1] -= part
                if not waiting[0][1]:
                    waiting.pop(0)

    def _due(self, item: OpenItem) -> date:
        day = item.due_on
        for change in DueDayChange.objects.filter(item=item).order_by("pk"):
            made_on = change.created_at.astimezone(ZoneInfo(self.company.time_zone)).date()
            if made_on <= self.on and self.known(change.created_at):
                day = change.due_on
        return day


def part_of(per: str, then: Then, owner_ids: list[int] | None) -> Callable[[OpenItem], Any]:
    """What an item's row is called: an id, 0 of nobody's, or a currency."""
    customers = {customer.pk: customer for customer in Customer.objects.all()}
    collectors = dict(CreditFile.objects.values_list("customer", "collector"))

    def parent(customer: Customer) -> int:
        above = customers.get(customer.parent_id or 0)
        return above.pk if above and (owner_ids is None or above.sales_owner_id in owner_ids) else customer.pk

    ways: dict[str, Callable[[OpenItem, Customer], Any]] = {
        "customer": lambda item, customer: customer.pk,
        "parent": lambda item, customer: parent(customer),
        "group": lambda item, customer: customer.group_id or 0,
        "owner": lambda item, customer: customer.sales_owner_id or 0,
        "collector": lambda item, customer: collectors.get(customer.pk) or 0,
        "currency": lambda item, customer: item.currency,
    }
    return lambda item: ways[per](item, customers[item.customer_id])


def plain_ageing(
    then: Then, *, by: str, edges: tuple[int, ...], per: str, own: str, owner_ids: list[int] | None
) -> dict[tuple[Any, str], dict[str, Decimal]]:
    """By row and currency, the amount of each column, the total, and what is said beside."""
    rows: dict[tuple[Any, str], dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    part = part_of(per, then, owner_ids)
    owned = set(Customer.objects.filter(sales_owner__in=owner_ids).values_list("pk", flat=True)) if owner_ids else None
    for debt in then.debts.values():
        item = debt.item
        if owned is not None and item.customer_id not in owned:
            continue
        row = rows[part(item), own or item.currency]
        for day, is_planned, amount, value in _valued(debt, own):
            late = (then.on - (day if by == "due_on" else item.dated_on)).days
            row[_column(amount, late, edges)] += value
            row["total"] += value
            row["planned"] += value if is_planned else ZERO
        for name in ("disputed", "promised"):
            said = getattr(debt, name)
            row[name] += (debt.carried * said / debt.open).quantize(CENT, ROUND_HALF_UP) if own and said else said
    return rows


def _valued(debt: Debt, own: str) -> Iterator[tuple[date, bool, Decimal, Decimal]]:
    """The parts with what each is worth; of the company's currency, the last in the order of days has the rest."""
    rest = debt.carried
    parts = sorted(debt.parts, key=lambda part: part[:2])
    for place, (day, is_planned, amount) in enumerate(parts, start=1):
        share = (debt.carried * amount / debt.open).quantize(CENT, ROUND_HALF_UP)
        share = rest if place == len(parts) else share
        rest -= share
        yield day, is_planned, amount, share if own else amount


def _column(amount: Decimal, late: int, edges: tuple[int, ...]) -> str:
    if amount < 0:
        return "unapplied"
    if late <= 0:
        return "current"
    first = 1
    for edge in edges:
        if late <= edge:
            return f"days_{first}_{edge}"
        first = edge + 1
    return f"over_{edges[-1]}"
