"""Whether what was missed of a plan was paid after its customer was told, and is open once more: its money came back,
or a dispute ended."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from billing.models import DisputedAmount
from credit_control.models import PlanStage, PlanStep
from credit_control.plans.lateness import PlannedDebt
from credit_control.plans.reading import PlanNow
from credit_control.plans.spread import ZERO
from ledger.models import Allocation

Events = list[tuple[date, Decimal]]


def told_of(now: PlanNow, on: date) -> dict[int, date]:
    """By instalment, the day on which its customer was last told that it is missed; not where it was paid, or wholly in
    dispute, at the end of a day since then: of that they have to be told again."""
    steps = PlanStep.objects.filter(instalment__plan=now.plan, stage=PlanStage.MISSED).order_by("done_on")
    told = dict(steps.values_list("instalment", "done_on"))
    if not told:
        return {}
    past = _read(now)
    after, found = now.plan.amount, {}
    for each in now.days:
        after -= each.instalment.amount
        day = told.get(each.instalment.pk)
        if day and all(sum((item.left_on(end) for item in past), ZERO) > after for end in _ends(past, day, on)):
            found[each.instalment.pk] = day
    return found


def _ends(past: list[PlannedDebt], since: date, until: date) -> Iterator[date]:
    """A day, and each later one before another, at whose end something had changed."""
    if since < until:
        yield since
    yield from sorted({day for item in past for day, _ in item.settled if since < day < until})


def _read(now: PlanNow) -> list[PlannedDebt]:
    """The plan's items; what was disputed of them counts as settled while it was."""
    events = _events([row.item_id for row in now.items])
    return [PlannedDebt(row.item_id, row.item.amount, row.amount, events[row.item_id]) for row in now.items]


def _events(item_ids: list[int]) -> dict[int, Events]:
    found: dict[int, Events] = defaultdict(list)
    for item_id, day, amount in Allocation.objects.filter(debit__in=item_ids).values_list(
        "debit", "dated_on", "amount"
    ):
        found[item_id].append((day, amount))
    disputed = DisputedAmount.objects.filter(item__in=item_ids)
    for item_id, amount, held_on, released_on in disputed.values_list("item", "amount", "held_on", "released_on"):
        found[item_id].append((held_on, amount))
        if released_on:
            found[item_id].append((released_on, -amount))
    return found
