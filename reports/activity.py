"""Billing activity: what was billed, credited, collected, written off and refunded, by day to year, by or for whom."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from operator import attrgetter
from typing import Any

from django import forms

from office.models import Company
from office.written import plain_day, plain_period
from reports.frame import Answer, Asked, Chart, Column, DaysForm, Report, Row, Table, Trend
from reports.frame.question import address
from reports.frame.reading import fetched
from reports.movements import FAMILIES, NOT_COMPARED, Days, movements_sql, named_movements_sql, proofs

BY = {
    "day": "Day",
    "week": "Week",
    "month": "Month",
    "quarter": "Quarter",
    "year": "Year",
    "customer": "Customer",
    "group": "Customer group",
    "owner": "Sales owner",
    "user": "Who entered it",
    "reason": "Reason",
}
PERIODS = {
    "day": "YYYY-MM-DD",
    "week": 'IYYY"-W"IW',
    "month": "YYYY-MM",
    "quarter": 'YYYY"-Q"Q',
    "year": "YYYY",
}
CUSTOMER = "JOIN customers_customer c ON c.id = s.key"
PERSON = "coalesce(lower(coalesce(nullif(u.name, ''), u.email)), '~') || ' ' || coalesce(u.id, 0)"
NAMES = {
    "customer": (CUSTOMER, "c.sort_name || ' ' || c.id", "c.name", "min(c.number)"),
    "group": (
        f"{CUSTOMER} LEFT JOIN customers_customergroup g ON g.id = c.group_id",
        "coalesce(lower(g.name), '~') || ' ' || coalesce(g.id, 0)",
        "coalesce(g.name, 'No group')",
        "''",
    ),
    "owner": (
        f"{CUSTOMER} LEFT JOIN office_user u ON u.id = c.sales_owner_id",
        PERSON,
        "coalesce(nullif(u.name, ''), u.email, 'Nobody')",
        "''",
    ),
    "user": (
        "LEFT JOIN office_user u ON u.id = s.key",
        PERSON,
        "coalesce(nullif(u.name, ''), u.email, 'The office itself')",
        "''",
    ),
    "reason": (
        "LEFT JOIN billing_reasoncode r ON r.id = s.key",
        "coalesce(lower(r.words), '~') || ' ' || coalesce(r.id, 0)",
        "coalesce(r.words, 'No usual reason')",
        "''",
    ),
}
"""What names a part: the join, what it is ordered by, which no two share, its name, and the number it is found by."""
VOIDED_FOR = "(SELECT void_reason_code_id FROM billing_invoice d WHERE d.void_entry_id = moved.entry_id)"
CODE = f"""(CASE family
    WHEN 'credited' THEN (SELECT reason_code_id FROM billing_invoice d WHERE d.entry_id = moved.entry_id)
    WHEN 'voided' THEN {VOIDED_FOR} WHEN 'uncredited' THEN {VOIDED_FOR}
    WHEN 'written_off' THEN (SELECT reason_code_id FROM payments_writeoff w WHERE w.entry_id = moved.entry_id)
END)"""  # noqa: S608  our own names
"""The usual reason of a movement, where it has one: of the few families that are asked for one."""
KEYS = {"user": "by_id", "reason": CODE} | dict.fromkeys(PERIODS, "dated_on")
"""By what movements are added up before the few sums are named; by their customer, where nothing else is said."""


class ActivityForm(DaysForm):
    """Which days, told apart by what."""

    by = forms.ChoiceField(label="By", required=False, choices=list(BY.items()))

    def usual(self, company: Company) -> dict[str, Any]:
        return super().usual(company) | {"by": "day"}


def activity_sql(by: str) -> str:
    """Sums by what tells apart, family and currency; a statement of our own names only.

    Movements are added up by what they bear themselves, and the few sums are named then.
    """
    period = f"to_char(s.key, '{PERIODS.get(by, '')}')"
    of_days = "min(s.key) || ' ' || max(s.key)"
    joined, order, name, number = NAMES.get(by, ("", period, period, of_days))
    return f"""
        WITH moved AS ({named_movements_sql() if by == "user" else movements_sql()}),
        summed AS MATERIALIZED (
            SELECT {KEYS.get(by, "customer_id")} AS key, currency, family, count(*) AS entries, sum(amount) AS amount
            FROM moved GROUP BY 1, 2, 3
        )
        SELECT {order} AS place, {name} AS name, {number} AS number, s.currency, s.family, sum(s.entries)::bigint,
               sum(s.amount)
        FROM summed s {joined}
        GROUP BY 1, 2, s.currency, s.family
    """  # noqa: S608


@dataclass
class Part:
    """One day, customer or person in one currency: what moved, in how many entries, and where it is found."""

    place: str
    name: str
    currency: str
    entries: int = 0
    sums: dict[str, Decimal] = field(default_factory=dict)
    numbers: dict[str, str] = field(default_factory=dict)

    def add(self, family: str, entries: int, amount: Decimal, number: str) -> None:
        """Count what moved."""
        self.entries += entries
        self.sums[family] = self.sums.get(family, Decimal(0)) + amount
        self.numbers[family] = number

    @property
    def mark(self) -> str:
        """Its place in the order, as an address carries it."""
        return f"{self.place} {self.currency}"

    @property
    def values(self) -> dict[str, Any]:
        """The cells of its row."""
        change = sum(self.sums.values(), Decimal(0))
        return {"name": self.name, "entries": self.entries, "change": change, **self.sums}


def parts_of(found: Iterable[tuple[Any, ...]]) -> tuple[list[Part], list[Part]]:
    """The parts in their order, and all together of each currency."""
    parts: dict[tuple[str, str, str], Part] = {}
    totals: dict[str, Part] = {}
    for place, name, number, currency, family, entries, amount in found:
        part = parts.setdefault((place, name, currency), Part(place, name, currency))
        for each in (part, totals.setdefault(currency, Part("", "Together", currency))):
            each.add(family, entries, amount, number)
    return sorted(parts.values(), key=attrgetter("mark")), [total for _, total in sorted(totals.items())]


def page_of(asked: Asked, parts: list[Part]) -> tuple[list[Part], str]:
    """The parts of the page that is asked for, and the mark of the next."""
    rest = [part for part in parts if part.mark > asked.after]
    has_more = asked.limit is not None and len(rest) > asked.limit
    shown = rest[: asked.limit]
    return shown, shown[-1].mark if has_more else ""


def answer(asked: Asked) -> Answer:
    """A row for each part and currency, a column for each family that moved, and what all of it changed."""
    days, by = Days.of(asked), asked.values["by"]
    parts, totals = parts_of(fetched(activity_sql(by), days.parameters, few_groups=True))
    trends = [_trend(by, total.currency, parts) for total in totals] if by in PERIODS else []
    parts, following = page_of(asked, parts)
    moved = [family for family in FAMILIES if any(family in total.sums for total in totals)]
    columns = (
        Column("name", BY[by], "period" if by in PERIODS else "text"),
        Column("entries", "Movements", "number", adds=True),
        *(Column(family, FAMILIES[family], "money", adds=True) for family in moved),
        Column("change", "Change", "money", adds=True),
    )
    rows = [Row(part.values, part.currency, _urls(asked, part)) for part in parts]
    foot = [Row(total.values, total.currency, _urls(asked, total)) for total in totals]
    is_whole = days.owner_ids is None
    own_first = sorted(totals, key=lambda total: total.currency != asked.company.currency)
    return Answer(
        f"What raised and what lowered the customers' debts from {plain_day(days.first_day)} to "
        f"{plain_day(days.last_day)}.",
        [Table(f"Activity by {BY[by].lower()}", columns, rows, foot, following)],
        proofs(days, {total.currency: total.values["change"] for total in totals}) if is_whole else [],
        charts=[_chart(asked, total) for total in own_first],
        trends=[trend for trend in trends if 1 < len(trend.labels) <= MOST_PERIODS],
        not_compared="" if is_whole else NOT_COMPARED,
    )


def _urls(asked: Asked, part: Part) -> dict[str, str]:
    """Where the movements of a part's figures are listed: of all, some days' or a customer's."""
    return {
        family: _movements(asked, part.currency, family, **more)
        for family in part.sums
        if (more := _narrowed(asked.values["by"], part.numbers[family]) if part.place else {}) is not None
    }


def _narrowed(by: str, number: str) -> dict[str, Any] | None:
    """What narrows the movements to a part; None where the register knows no such part."""
    if by in PERIODS:
        first_day, last_day = number.split()
        return {"first_day": first_day, "last_day": last_day}
    return {"customer": number} if by == "customer" else None


def _movements(asked: Asked, currency: str, family: str, **more: Any) -> str:
    """Where the movements of one figure are listed."""
    days = {name: asked.values[name] for name in ("first_day", "last_day")}
    return address("movements", {**days, "what": family, "currency": currency, **more})


def _chart(asked: Asked, total: Part) -> Chart:
    """What moved in a currency."""
    bars = [
        {"label": FAMILIES[family], "amount": total.sums[family], "url": _movements(asked, total.currency, family)}
        for family in FAMILIES
        if family in total.sums
    ]
    return Chart(f"Movements in {total.currency}", bars, total.currency)


MOST_PERIODS = 62
"""More columns than these are lines too thin to tell apart."""


def _trend(by: str, currency: str, parts: list[Part]) -> Trend:
    """What raised and what lowered debts in a currency, period by period."""
    found = [part for part in parts if part.currency == currency]
    raised = [sum((amount for amount in part.sums.values() if amount > 0), Decimal(0)) for part in found]
    lowered = [-sum((amount for amount in part.sums.values() if amount < 0), Decimal(0)) for part in found]
    return Trend(
        f"Raised and lowered by {BY[by].lower()}, {currency}",
        [plain_period(part.name) for part in found],
        [("Raised what is owed", raised), ("Lowered what is owed", lowered)],
        currency,
    )


ACTIVITY = Report(
    "activity",
    "Billing activity",
    "What was billed, credited, voided, collected, written off and refunded, by day to year, customer or person.",
    "Billing activity",
    ActivityForm,
    answer,
    "chart-bar",
)
