"""Performance: how long money is out, how well it is collected, and how promises, disputes and reminders went."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from ledger.balances import control_balance
from ledger.calendar import add_months, end_of_month, month_start
from office.models import Company
from office.written import plain_day, plain_period
from reports.activity import activity_sql
from reports.ageing import AgeingQuestion, AgeingRow, ageing_totals
from reports.frame import Answer, Asked, Column, DaysForm, Figure, Report, Row, Table, Trend
from reports.frame.question import CurrencyField
from reports.frame.reading import fetched
from reports.measures import (
    average_days_delinquent,
    collection_effectiveness,
    count_back_dso,
    dso,
    share,
    turnover,
)
from reports.movements import Days
from reports.outcomes import outcomes

SALES = ("billed", "voided")
"""Sales on credit: what was billed, with its tax, less what of it was voided; credit memos, and what is voided of them,
are collected against."""
MONTHS_BACK = 24
ZERO = Decimal(0)


class PerformanceForm(DaysForm):
    """Which days: the last three whole months, where nobody says; and in which currency."""

    currency = CurrencyField(label="Currency", required=False, max_length=3)

    def usual(self, company: Company) -> dict[str, Any]:
        this_month = month_start(company.today())
        days = {"first_day": add_months(this_month, -3), "last_day": this_month - timedelta(days=1)}
        return days | {"currency": company.currency}


@dataclass(frozen=True)
class Month:
    """What moved in a month, as far as it lies in the days that are asked for."""

    first_day: date
    last_day: date
    sums: dict[str, Decimal]

    @property
    def days(self) -> int:
        """How many days of it count."""
        return (self.last_day - self.first_day).days + 1

    @property
    def sales(self) -> Decimal:
        """Sold on credit."""
        return sum((self.sums.get(family, ZERO) for family in SALES), ZERO)

    @property
    def change(self) -> Decimal:
        """What the receivables changed by."""
        return sum(self.sums.values(), ZERO)


def months_of(days: Days, currency: str) -> list[Month]:
    """The months of some days, the earliest first."""
    sums: dict[str, dict[str, Decimal]] = {}
    for place, _, _, of_currency, family, _, amount in fetched(activity_sql("month"), days.parameters, few_groups=True):
        if of_currency == currency:
            sums.setdefault(place, {})[family] = amount
    months, first = [], days.first_day
    while first <= days.last_day:
        last = min(end_of_month(first), days.last_day)
        months.append(Month(first, last, sums.get(f"{first:%Y-%m}", {})))
        first = last + timedelta(days=1)
    return months


def back_from(days: Days, months: list[Month], currency: str) -> Iterator[tuple[Decimal, int]]:
    """Sales and days of each month, the latest first; also of months before those that are asked for, when wanted."""
    for month in reversed(months):
        yield month.sales, month.days
    first = days.first_day
    for _ in range(MONTHS_BACK):
        last = first - timedelta(days=1)
        first = month_start(last)
        [month] = months_of(replace(days, first_day=first, last_day=last), currency)
        yield month.sales, month.days


def answer(asked: Asked) -> Answer:
    """The measures of the days as a whole, each with its formula, and the months one by one."""
    days, currency = Days.of(asked), asked.values["currency"]
    months = months_of(days, currency)
    beginning = _owed_in_all(days, days.first_day - timedelta(days=1), currency)
    ending = _owed(days, days.last_day, currency)
    rows = list(_rows(months, beginning, currency))
    figures = [*_of_receivables(days, months, beginning, ending), *outcomes(asked, days)]
    return Answer(
        f"From {plain_day(days.first_day)} to {plain_day(days.last_day)}, in {currency}. Sales are what was billed, "
        "with its tax, less what was voided.",
        [Table("Month by month", COLUMNS, rows)],
        figures=figures,
        trends=_trends(rows, currency) if len(rows) > 1 else [],
    )


def _trends(rows: list[Row], currency: str) -> list[Trend]:
    """How the months went: what was sold and what came in, and how long money was out."""
    labels = [plain_period(row.values["month"]) for row in rows]
    sold, collected = ([row.values["sales"] for row in rows], [-row.values["collected"] for row in rows])
    return [
        Trend("Sales and collections by month", labels, [("Sales", sold), ("Collected", collected)], currency),
        Trend("Days sales outstanding by month", labels, [("DSO in days", [row.values["dso"] for row in rows])]),
    ]


def _owed(days: Days, on: date, currency: str) -> AgeingRow:
    """What was owed at the end of a day, by how late it was."""
    question = AgeingQuestion(days.company_id, on, owner_ids=days.owner_ids)
    nothing = AgeingRow(0, "", "", "", currency, dict.fromkeys(question.columns, ZERO), ZERO, ZERO, ZERO, ZERO)
    return next((row for row in ageing_totals(question) if row.currency == currency), nothing)


def _owed_in_all(days: Days, on: date, currency: str) -> Decimal:
    """What was owed in all: of the whole book, what the receivable account says."""
    if days.owner_ids is not None:
        return _owed(days, on, currency).total
    amount, _ = control_balance(days.company_id, on).get(currency, (ZERO, ZERO))
    return amount


def _of_receivables(days: Days, months: list[Month], beginning: Decimal, ending: AgeingRow) -> list[Figure]:
    count = (days.last_day - days.first_day).days + 1
    sales = sum((month.sales for month in months), ZERO)
    currency = ending.currency
    owed = ("Receivables at the end", ending.total, currency)
    sold = ("Sales", sales, currency)
    not_due = ("Of it not due", ending.current, currency)
    over = ("Days", count, "")
    simple, best = dso(ending.total, sales, count), dso(ending.current, sales, count)
    average = (beginning + ending.total) / 2
    debts = ending.total - ending.unapplied
    began = ("Receivables at the beginning", beginning, currency)
    return [
        Figure("Days sales outstanding", simple, "days", "Receivables x days / sales", [owed, over, sold]),
        Figure(
            "DSO by count-back",
            count_back_dso(ending.total, back_from(days, months, currency)),
            "days",
            "The days of the latest months whose sales make up the receivables, of the last month a part",
            [owed],
        ),
        Figure("Best possible DSO", best, "days", "Receivables not due x days / sales", [not_due, over, sold]),
        Figure(
            "Average days delinquent",
            average_days_delinquent(simple, best),
            "days",
            "Days sales outstanding less the best possible DSO",
        ),
        Figure(
            "Collection effectiveness index",
            collection_effectiveness(beginning, sales, ending.total, ending.current, Decimal(len(months))),
            "percent",
            "(B + S/N - E) / (B + S/N - C) x 100: B at the beginning, S sales, N months, E at the end, C of it not due",
            [began, sold, ("Months", len(months), ""), owed, not_due],
        ),
        Figure(
            "Turnover of receivables",
            turnover(sales, average, count),
            "times",
            "Sales of a year at this pace / the average of receivables at the beginning and at the end",
            [sold, over, began, owed],
        ),
        Figure(
            "Share not due",
            share(ending.current, debts),
            "percent",
            "What is not due / all debts",
            [not_due, ("All debts", debts, currency)],
        ),
    ]


COLUMNS = (
    Column("month", "Month", "period"),
    Column("before", "Receivables before", "money"),
    Column("sales", "Sales", "money", adds=True),
    Column("collected", "Collected", "money", adds=True),
    Column("other", "Other movements", "money", adds=True),
    Column("after", "Receivables after", "money"),
    Column("dso", "DSO", "number"),
)


def _rows(months: list[Month], before: Decimal, currency: str) -> Iterator[Row]:
    for month in months:
        after = before + month.change
        collected = month.sums.get("collected", ZERO) + month.sums.get("returned", ZERO)
        yield Row(
            {
                "month": f"{month.first_day:%Y-%m}",
                "before": before,
                "sales": month.sales,
                "collected": collected,
                "other": month.change - month.sales - collected,
                "after": after,
                "dso": dso(after, month.sales, month.days),
            },
            currency,
        )
        before = after


PERFORMANCE = Report(
    "performance",
    "Performance",
    "DSO by three formulas, collection effectiveness, turnover, promises, disputes and reminders.",
    "Performance",
    PerformanceForm,
    answer,
    "calendar-stats",
)
