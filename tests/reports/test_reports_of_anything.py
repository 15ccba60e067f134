"""Reports of random histories against plain Python over the same papers: every figure, of any days."""

from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from ledger.snapshot import snapshot
from reports.activity import ACTIVITY
from reports.frame import Answer, Asked, Report
from reports.performance import PERFORMANCE
from reports.registers import ALLOCATIONS, MOVEMENTS
from reports.sales import SALES
from reports.waiting import UNAPPLIED
from tests import world
from tests.ledger.test_random_histories import DAYS, Histories, Model, Paper

FAMILIES = {"invoice": "billed", "receipt": "collected", "memo": "credited", "taken": "credited"}
TAKEN_BACK = {"invoice": "voided", "memo": "uncredited", "taken": "uncredited", "receipt": "returned"}
PERIODS = [(DAYS[0], DAYS[-1]), (DAYS[7], DAYS[31]), (DAYS[40], DAYS[40])]
ZERO = Decimal(0)


def family(model: Model, paper: Paper) -> str:
    """What a paper did to the debts; a mirror by the paper that it stands against."""
    if paper.kind != "mirror":
        return FAMILIES[paper.kind]
    [taken] = [one for one in model.applied if paper in (one.debit, one.credit)]
    return TAKEN_BACK[(taken.credit if taken.debit is paper else taken.debit).kind]


def moved(model: Model, first: date, last: date) -> dict[tuple[str, str], Decimal]:
    """By day and family, what papers changed the debts by."""
    sums: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for paper in model.papers:
        if first <= paper.day <= last:
            sums[paper.day.isoformat(), family(model, paper)] += paper.amount
    return sums


def allocated(model: Model, first: date, last: date) -> list[Decimal]:
    """Each allocation, and each undoing below zero."""
    done = [one.amount for one in model.applied if first <= one.day <= last]
    return sorted([*done, *(-one.amount for one in model.applied if one.undone and first <= one.undone <= last)])


def owed(model: Model, day: date) -> Decimal:
    return sum(model.open_on(day).values(), ZERO)


def not_due(model: Model, day: date) -> Decimal:
    """What is open of invoices whose due day is not past."""
    papers = model.papers
    return sum(
        (
            amount
            for place, amount in model.open_on(day).items()
            if amount > 0 and papers[place].kind == "invoice" and papers[place].paper.due_on >= day  # type: ignore[attr-defined]
        ),
        ZERO,
    )


def rounded(value: Fraction, places: str) -> Decimal:
    """Half up, by whole numbers."""
    scale = 10 ** -int(Decimal(places).as_tuple().exponent)
    return Decimal(int(abs(value) * scale + Fraction(1, 2))).copy_sign(1 if value >= 0 else -1) / scale


class Reported(Histories):
    """Each history ends with its reports."""

    def teardown(self) -> None:
        try:
            if hasattr(self, "model"):
                self.reader = world.make_user(self.customer.company, "manager")
                for first, last in PERIODS:
                    self.activity_agrees(first, last)
                    self.registers_agree(first, last)
                    self.sales_agree(first, last)
                    self.performance_agrees(first, last)
        finally:
            super().teardown()

    def asked(self, report: Report, **said: Any) -> Answer:
        company = self.customer.company
        form = report.form({name: str(value) for name, value in said.items()}, company)
        with snapshot():
            answer = report.answer(Asked(report, company, self.reader, form, limit=None))
        assert {proof.difference for proof in answer.proofs} <= {ZERO}
        return answer

    def activity_agrees(self, first: date, last: date) -> None:
        expected = moved(self.model, first, last)
        [table] = self.asked(ACTIVITY, first_day=first, last_day=last).tables
        found = {
            (row.values["name"], name): amount
            for row in table.rows
            for name, amount in row.values.items()
            if name in {each for _, each in expected}
        }
        assert found == expected
        assert [foot.values["change"] for foot in table.foot] == ([sum(expected.values())] if expected else [])

    def registers_agree(self, first: date, last: date) -> None:
        days = {"first_day": first, "last_day": last}
        [movements] = self.asked(MOVEMENTS, **days).tables
        expected = sorted(paper.amount for paper in self.model.papers if first <= paper.day <= last)
        assert sorted(row.values["amount"] for row in movements.rows) == expected
        [allocations] = self.asked(ALLOCATIONS, **days).tables
        expected = allocated(self.model, first, last)
        assert sorted(row.values["amount"] for row in allocations.rows) == expected
        assert [foot.values["amount"] for foot in allocations.foot] == ([sum(expected)] if expected else [])
        [free] = self.asked(UNAPPLIED, on=last).tables
        expected = sorted(amount for amount in self.model.open_on(last).values() if amount < 0)
        assert sorted(row.values["open"] for row in free.rows) == expected

    def sales_agree(self, first: date, last: date) -> None:
        sold = sum(
            amount
            for (_, name), amount in moved(self.model, first, last).items()
            if name in ("billed", "credited", "voided", "uncredited")
        )
        for by in ("customer", "month", "product", "tax"):
            [table] = self.asked(SALES, first_day=first, last_day=last, by=by).tables
            assert sum(row.values["net"] for row in table.rows) == sold

    def performance_agrees(self, first: date, last: date) -> None:
        answer = self.asked(PERFORMANCE, first_day=first, last_day=last)
        before, after, current = (
            owed(self.model, first - timedelta(days=1)),
            owed(self.model, last),
            not_due(self.model, last),
        )
        sums = moved(self.model, first, last)
        sales = sum((amount for (_, name), amount in sums.items() if name in ("billed", "voided")), ZERO)
        days, months = (last - first).days + 1, (last.year - first.year) * 12 + last.month - first.month + 1
        figures = {figure.label: figure.value for figure in answer.figures}
        assert figures["Days sales outstanding"] == _ratio(after * days, sales, "0.01")
        assert figures["Best possible DSO"] == _ratio(current * days, sales, "0.01")
        collectable = Fraction(before) + Fraction(sales) / months - Fraction(current)
        collected = Fraction(before) + Fraction(sales) / months - Fraction(after)
        assert figures["Collection effectiveness index"] == (
            rounded(collected * 100 / collectable, "0.1") if collectable > 0 else None
        )
        assert figures["Turnover of receivables"] == _ratio(sales * 365 * 2, (before + after) * days, "0.01")
        last_row = list(answer.tables[0].rows)[-1]
        assert last_row.values["after"] == after


def _ratio(part: Decimal, whole: Decimal, places: str) -> Decimal | None:
    return rounded(Fraction(part) / Fraction(whole), places) if whole > 0 else None


@pytest.mark.django_db
def test_every_report_of_a_random_history_agrees_with_plain_python() -> None:
    run_state_machine_as_test(
        Reported,
        settings=settings(
            max_examples=12, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
