"""Interest while a plan stands: none for what is kept, where it says so; and all of it once the plan is cancelled.

At 36.5 % a year, 1000.00 bears 1.00 a day.
"""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from credit_control.operations.cancel_plan import cancel_plan
from credit_control.operations.change_plan import change_plan
from tests import world
from tests.credit_control.planning import accept, agreed, details
from tests.credit_control.samples import claim, rule_for, why_not

DUE = date(2025, 1, 1)
pytestmark = pytest.mark.django_db


def after(days: int) -> date:
    return DUE + timedelta(days=days)


@pytest.fixture
def invoice(company: Any, customer: Any) -> Any:
    rule_for(company, "36.5")
    return world.issue(customer, "1000.00", DUE, due_on=DUE)


def plan_of(customer: Any, *papers: Any, on: int = 10, **more: Any) -> Any:
    """A plan agreed after so many days: half of it due on day 30, half on day 60."""
    half = str(sum((world.open_of(paper) for paper in papers), Decimal(0)) / 2)
    return agreed(customer, papers, (30 - on, half), (60 - on, half), on=after(on), **more)


def interest(customer: Any, days: int) -> Decimal:
    charge = claim(customer, after(days))
    assert charge
    return charge.interest


def pay(customer: Any, invoice: Any, amount: str, days: int) -> None:
    world.apply(world.receive(customer, amount, after(days)), invoice, amount, after(days))


def test_while_it_is_kept_there_is_none_from_the_day_it_was_agreed(customer: Any, invoice: Any) -> None:
    plan_of(customer, invoice)
    pay(customer, invoice, "500.00", 30)
    pay(customer, invoice, "500.00", 60)
    assert interest(customer, 100) == Decimal("10.00")
    assert why_not(customer, after(120)).startswith("All is charged")


def test_what_is_past_its_instalments_day_bears_it(customer: Any, invoice: Any) -> None:
    plan_of(customer, invoice)
    pay(customer, invoice, "200.00", 40)  # ten days late with 500, then 300 until the second day, then 800
    assert interest(customer, 70) == Decimal("10.00") + Decimal("5.00") + Decimal("6.00") + Decimal("8.00")


def test_claims_in_between_add_up_to_one_at_the_end(customer: Any, invoice: Any) -> None:
    plan_of(customer, invoice)
    pay(customer, invoice, "200.00", 40)
    sums = [charge.interest for days in (5, 35, 45, 70) if (charge := claim(customer, after(days)))]
    assert sums == [Decimal("5.00"), Decimal("7.50"), Decimal("4.00"), Decimal("12.50")]
    assert sum(sums) == Decimal("29.00")


def test_nothing_was_waived_when_the_plan_is_cancelled(customer: Any, invoice: Any) -> None:
    plan = plan_of(customer, invoice)
    assert interest(customer, 20) == Decimal("10.00")
    cancel_plan(plan.pk, "Missed", on=after(35), by=None)
    assert interest(customer, 50) == Decimal("40.00")


def changed(customer: Any, plan: Any, on: int, *parts: tuple[int, str], **more: Any) -> Any:
    """Another plan in the place of one, agreed on a day."""
    wanted = details(customer, [], *((day - on, amount) for day, amount in parts), on=after(on), **more)
    return change_plan(plan.pk, wanted, on=after(on), by=None, reason="Another day of the month")


def test_what_a_plan_waived_stays_waived_when_it_is_changed(customer: Any, invoice: Any) -> None:
    plan = plan_of(customer, invoice)
    pay(customer, invoice, "500.00", 35)  # five days late
    other = changed(customer, plan, 50, (70, "250.00"), (100, "250.00"), agreed_by="Eva Brandt")
    changed(customer, other, 60, (80, "100.00"), (110, "400.00"), agreed_by="Eva Brandt")
    pay(customer, invoice, "500.00", 80)
    assert interest(customer, 120) == Decimal("10.00") + Decimal("2.50")


def test_between_a_plan_and_what_it_is_changed_for_there_is_none_and_without_that_nothing_was_waived(
    customer: Any, invoice: Any
) -> None:
    plan = plan_of(customer, invoice)
    pay(customer, invoice, "500.00", 30)
    offered = changed(customer, plan, 40, (70, "250.00"), (100, "250.00"))
    assert interest(customer, 50) == Decimal("30.00") + Decimal("10.00")
    accept(offered, on=after(44))
    pay(customer, invoice, "500.00", 60)
    assert claim(customer, after(100)) is None


def test_where_it_is_not_free_it_runs_on_by_the_documents_day(customer: Any, invoice: Any) -> None:
    plan_of(customer, invoice, is_interest_free=False)
    pay(customer, invoice, "500.00", 30)
    assert interest(customer, 60) == Decimal("30.00") + Decimal("15.00")


def test_of_a_document_that_was_not_late_yet_only_a_missed_instalment_counts(company: Any, customer: Any) -> None:
    rule_for(company, "36.5", grace_days=3)
    invoice = world.issue(customer, "1000.00", DUE, due_on=after(20))
    plan_of(customer, invoice)
    assert why_not(customer, after(30)) == "Within the 3 days of grace."
    assert why_not(customer, after(33)) == "Within the 3 days of grace."
    assert interest(customer, 40) == Decimal("5.00")


def test_what_is_paid_of_one_document_keeps_the_whole_plan(company: Any, customer: Any) -> None:
    rule_for(company, "36.5")
    older, newer = (world.issue(customer, "1000.00", DUE, due_on=after(days)) for days in (0, 5))
    plan_of(customer, older, newer)
    pay(customer, newer, "1000.00", 30)  # the first instalment, whichever document it was applied to
    assert interest(customer, 60) == Decimal("10.00") + Decimal("5.00")
