"""Why customers object: disputes by reason, product, department, owner or month, how long they take and how they end.

A dispute counts in the period in which it was opened. By product, one over lines falls into a part for each line, and
what is over no line into a part of its own, so that the parts add up to what was disputed.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import NamedTuple

from billing.models import Dispute, DisputeOutcome
from office.models import Company, Department

NONE = "-"
OUTCOMES = [("open", "Open"), *((each.value, each.label) for each in DisputeOutcome)]
DIMENSIONS = {
    "reason": "Reason",
    "product": "Product",
    "department": "Department",
    "owner": "Owner",
    "month": "Month",
}


@dataclass(frozen=True)
class CauseQuestion:
    """What is asked: whose disputes, opened when, told apart by what, and of whose customers."""

    company: Company
    first_day: date
    last_day: date
    by: str = "reason"
    owner_ids: list[int] | None = None


@dataclass(frozen=True)
class Part:
    """A dispute, or its part of one product, with the cause under which it counts."""

    dispute: Dispute
    key: str
    label: str
    amount: Decimal

    @property
    def outcome(self) -> str:
        """How it ended, or open."""
        return self.dispute.outcome or "open"


class Share(NamedTuple):
    """How many disputes ended so, and in how many of a hundred."""

    outcome: str
    count: int  # type: ignore[assignment]  # how many, not a tuple's own count
    percent: int


@dataclass(frozen=True)
class Cause:
    """The parts of one cause in one currency, or of all causes."""

    key: str
    label: str
    currency: str
    parts: list[Part]

    @cached_property
    def disputes(self) -> dict[int, Dispute]:
        """Each dispute once, by its id."""
        return {part.dispute.pk: part.dispute for part in self.parts}

    @property
    def count(self) -> int:
        """How many disputes."""
        return len(self.disputes)

    @property
    def amount(self) -> Decimal:
        """What they came to."""
        return sum((part.amount for part in self.parts), Decimal(0))

    @property
    def days(self) -> Decimal | None:
        """How many days the closed ones took on average, to a tenth; nothing while all are open."""
        took = [(each.closed_on - each.opened_on).days for each in self.disputes.values() if each.closed_on]
        return (Decimal(sum(took)) / len(took)).quantize(Decimal("0.1")) if took else None

    @cached_property
    def shares(self) -> list[Share]:
        """By outcome, how many ended so, and in how many of a hundred."""
        ended = [each.outcome or "open" for each in self.disputes.values()]
        counts = [(outcome, ended.count(outcome)) for outcome, _ in OUTCOMES]
        return [Share(outcome, count, round(100 * count / self.count)) for outcome, count in counts]


@dataclass(frozen=True)
class CauseReport:
    """The causes, the heaviest first but months in their order, and all together by currency."""

    question: CauseQuestion
    causes: list[Cause]
    totals: list[Cause]


def cause_report(question: CauseQuestion) -> CauseReport:
    """Disputes of a period by cause."""
    found = parts(question)
    causes = _grouped(found, lambda part: (part.key, part.dispute.currency))
    causes.sort(key=(lambda row: (row.key, row.currency)) if question.by == "month" else _heaviest)
    totals = [
        Cause("", "All", row.currency, row.parts) for row in _grouped(found, lambda part: ("", part.dispute.currency))
    ]
    return CauseReport(question, causes, sorted(totals, key=lambda row: row.currency))


def parts(question: CauseQuestion, *, key: str = "", currency: str = "", outcome: str = "") -> list[Part]:
    """The parts that a figure adds up: of a cause, a currency and an outcome, or of all."""
    rows = Dispute.objects.filter(company=question.company, opened_on__range=(question.first_day, question.last_day))
    rows = rows.filter(customer__sales_owner__in=question.owner_ids) if question.owner_ids is not None else rows
    rows = rows.filter(currency=currency) if currency else rows
    rows = rows.select_related("customer", "entry", "reason_code", "owner").order_by("opened_on", "pk")
    if question.by == "product":
        rows = rows.prefetch_related("lines__line")
    found = [part for dispute in rows for part in _parts_of(dispute, question.by)]
    return [part for part in found if key in ("", part.key) and outcome in ("", part.outcome)]


def _parts_of(dispute: Dispute, by: str) -> Iterable[Part]:
    if by != "product":
        key, label = KEYS[by](dispute)
        yield Part(dispute, key, label, dispute.amount)
        return
    left = dispute.amount
    for row in dispute.lines.all():
        left -= row.amount
        code = row.line.item_code
        yield Part(dispute, code or NONE, code or "No product", row.amount)
    if left:
        yield Part(dispute, NONE, "No product", left)


def _heaviest(row: Cause) -> tuple[str, Decimal, str]:
    return row.currency, -row.amount, row.label


def _grouped(found: Iterable[Part], key_of: Callable[[Part], tuple[str, str]]) -> list[Cause]:
    groups: dict[tuple[str, str], list[Part]] = {}
    for part in found:
        groups.setdefault(key_of(part), []).append(part)
    return [Cause(key, group[0].label, currency, group) for (key, currency), group in groups.items()]


KEYS: dict[str, Callable[[Dispute], tuple[str, str]]] = {
    "reason": lambda row: (str(row.reason_code_id), row.reason_code.words),
    "department": lambda row: (row.department or NONE, Department(row.department).label if row.department else "None"),
    "owner": lambda row: (str(row.owner_id or NONE), str(row.owner) if row.owner else "Nobody"),
    "month": lambda row: (f"{row.opened_on:%Y-%m}", f"{row.opened_on:%Y-%m}"),
}
