"""Reminders, ageing, statements and the worklist go by the days that were agreed on."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from billing.models import DisputeOutcome
from billing.operations.close_dispute import close_dispute
from credit_control.operations.cancel_plan import cancel_plan
from credit_control.operations.put_off_due_day import put_off_due_day
from credit_control.operations.send_statement import send_statement
from credit_control.plans.reading import plan_now
from credit_control.plans.sql import companies_with_other_days
from credit_control.statements.asking import Period, own
from credit_control.statements.kept import figures_from
from credit_control.statements.paper import page_of
from credit_control.statements.reading import parts_of
from credit_control.worklist.reading import worklist
from ledger.refusals import Refused
from payments.debiting import debts
from reports.ageing import AgeingQuestion, aged_items, ageing, open_parts
from reports.book_check import check_book
from tests import world
from tests.billing.disputing import dispute
from tests.credit_control.planning import accept, agreed, offer
from tests.credit_control.reminding import asked, ladder, late, remind

pytestmark = pytest.mark.django_db


def aged(customer: Any, on: date, **question: Any) -> dict[str, Decimal]:
    """The customer's columns that are not zero, after checking that report, account and statement agree."""
    answer = ageing(AgeingQuestion(customer.company_id, on, **question))
    for row in answer.totals:
        assert sum(row.columns.values()) == row.total
        assert answer.difference(row.currency) == 0
    row = next((row for row in answer.rows if row.id == customer.pk), None)
    found = {column: amount for column, amount in row.columns.items() if amount} if row else {}
    if not question:
        parts = parts_of(customer.company_id, [customer.pk], from_on=on, on=on)[customer.pk]
        assert {column: amount for part in parts for column, amount in part.buckets.items() if amount} == found
    items = aged_items(AgeingQuestion(customer.company_id, on, **question))
    assert sum((item.open for item in items), Decimal(0)) == (row.total if row else 0)
    assert sum((item.planned for item in items), Decimal(0)) == (row.planned if row else 0)
    assert sum((item.disputed for item in items), Decimal(0)) == (row.disputed if row else 0)
    if not question:
        open_now = open_parts(AgeingQuestion(customer.company_id, on), customer.currency)
        told = [(item.item_id, item.customer_id, item.open, item.pay_on, item.is_planned) for item in items]
        assert sorted(told) == sorted(part[:5] for part in open_now)
        disputed = {part.item_id: part.disputed for part in open_now}
        assert sum(disputed.values(), Decimal(0)) == (row.disputed if row else 0)
    return found | ({"planned": row.planned} if row and row.planned else {})


def test_the_ageing_goes_by_the_plans_days_from_the_day_it_was_accepted(customer: Any, today: Any) -> None:
    papers = [late(customer, "200.00", 100), late(customer, "100.00", 40)]
    accepted = today - timedelta(days=20)
    plan = agreed(customer, papers, (10, "150.00"), (50, "150.00"), on=accepted)
    assert aged(customer, accepted - timedelta(days=1)) == {"days_61_90": 200, "days_1_30": 100}
    assert aged(customer, accepted) == {"current": 300, "planned": 300}
    assert aged(customer, today) == {"current": 150, "days_1_30": 150, "planned": 300}
    assert aged(customer, today, by="dated_on") == {"over_90": 200, "days_31_60": 100, "planned": 300}
    parts = aged_items(AgeingQuestion(customer.company_id, today), column="planned")
    assert [(part.open, part.age) for part in parts] == [(150, 10), (50, -30), (100, -30)]
    world.apply(world.receive(customer, "120.00", today), papers[0], "120.00", today)
    assert aged(customer, today) == {"current": 150, "days_1_30": 30, "planned": 180}
    assert aged(customer, today - timedelta(days=1)) == {"current": 150, "days_1_30": 150, "planned": 300}
    cancel_plan(plan.pk, "Missed", on=today, by=None)
    assert aged(customer, today) == {"over_90": 80, "days_31_60": 100}
    assert aged(customer, today - timedelta(days=1)) == {"current": 150, "days_1_30": 150, "planned": 300}


def test_what_was_not_known_then_is_not_told_as_known_then(customer: Any, today: Any) -> None:
    paper = late(customer, "200.00", 100)
    before = timezone.now()
    plan = agreed(customer, [paper], (10, "100.00"), (50, "100.00"))
    between = timezone.now()
    cancel_plan(plan.pk, "Slip", on=today, by=None)
    assert aged(customer, today, known_at=before) == {"over_90": 200}
    assert aged(customer, today, known_at=between) == {"current": 200, "planned": 200}
    assert aged(customer, today, known_at=timezone.now()) == {"over_90": 200}


def test_a_day_that_was_put_off_ages_from_the_day_on_which_it_was(customer: Any, today: Any) -> None:
    paper = late(customer, "200.00", 40)
    put_off_due_day(world.item_of(paper).pk, today + timedelta(days=5), by=None, reason="Asked")
    assert aged(customer, today) == {"current": 200}
    assert aged(customer, today - timedelta(days=1)) == {"days_31_60": 200}
    assert aged(customer, today + timedelta(days=6)) == {"days_1_30": 200}
    assert aged(customer, today, known_at=timezone.now() - timedelta(hours=1)) == {}
    agreed(customer, [paper], (10, "100.00"), (50, "100.00"))
    assert aged(customer, today + timedelta(days=11)) == {"days_1_30": 100, "current": 100, "planned": 200}


def test_what_is_open_beyond_the_plan_keeps_its_own_day(customer: Any, today: Any) -> None:
    paper = late(customer, "200.00", 40)
    dispute(paper, "80.00")
    agreed(customer, [paper], (10, "60.00"), (50, "60.00"))
    assert aged(customer, today) == {"days_31_60": 80, "current": 120, "planned": 120}
    free = late(customer, "30.00", 5)
    assert aged(customer, today) == {"days_31_60": 80, "current": 120, "days_1_30": 30, "planned": 120}
    assert [work.overdue for work in worklist(customer.company, today)] == [110]
    assert world.open_of(free) == 30


@hypothesis_settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(shares=st.lists(st.integers(0, 100), min_size=3, max_size=3), second=st.integers(1, 299))
def test_database_and_python_say_the_same_of_any_plan(company: Any, shares: list[int], second: int) -> None:
    customer, today = world.make_customer(company, "Rand"), company.today()
    papers = [late(customer, "100.00", 90 - 10 * place) for place in range(3)]
    first = Decimal(300 - second)
    plan = agreed(customer, papers, (3, str(first)), (40, str(second)))
    for paper, share in zip(papers, shares, strict=True):
        if share:
            world.apply(world.receive(customer, f"{share}.00", today), paper, f"{share}.00", today)
    left = [day.left for day in plan_now(plan, today).days]
    said: dict[date, Decimal] = {}
    for item in aged_items(AgeingQuestion(company.pk, today), customer_id=customer.pk):
        said[item.pay_on] = said.get(item.pay_on, Decimal(0)) + item.open
    days = list(plan.instalments.values_list("due_on", flat=True))
    assert [said.get(day, Decimal(0)) for day in days] == left
    assert [left[0], sum(left)] == [max(first - sum(shares), 0), 300 - sum(shares)]


def test_a_company_has_other_days_while_anything_is_in_a_plan_or_open_and_put_off(customer: Any, today: Any) -> None:
    def days(*ago: int, known_at: Any = None) -> list[bool]:
        company_id = customer.company_id
        return [company_id in companies_with_other_days(today - timedelta(days=each), known_at) for each in ago]

    planned = late(customer, "100.00", 40)
    offer(customer, [late(customer, "60.00", 40)], (0, "30.00"), (30, "30.00"), on=today - timedelta(days=30))
    assert days(31, 30, 0) == [False, False, False]
    plan = agreed(customer, [planned], (0, "40.00"), (30, "60.00"), on=today - timedelta(days=20))
    assert days(21, 20, 0) == [False, True, True]
    before = timezone.now()
    cancel_plan(plan.pk, "They asked for it", on=today - timedelta(days=5), by=None)
    assert days(20, 6, 5, 0) == [True, True, False, False]
    assert days(6, 5, 0, known_at=before) == [True, True, True]

    put_off_due_day(world.item_of(planned).pk, today + timedelta(days=9), by=None, reason="Asked")
    assert days(0) == [True]
    world.apply(world.receive(customer, "100.00", today), planned, "100.00", today)
    assert days(1, 0, -1) == [True, False, False]
    assert companies_with_other_days(today) == set()


def test_reminders_wait_while_a_plan_is_offered_and_while_it_stands(customer: Any, today: Any) -> None:
    ladder(customer.company, [3, 10])
    paper = late(customer, "200.00", 40)
    plan = offer(customer, [paper], (10, "100.00"), (50, "100.00"))
    reminder, why = remind(customer)
    assert (reminder, why) == (None, "All that is late waits.")
    assert asked(remind(customer, days=11)[0]) == [(paper.number, 3)]
    accept(plan)
    assert remind(customer, days=60) == (None, "All that is late waits.")
    assert [work.overdue for work in worklist(customer.company, today)] == []
    assert [work.overdue for work in worklist(customer.company, today + timedelta(days=11))] == [100]
    cancel_plan(plan.pk, "Missed", on=today, by=None)
    assert asked(remind(customer, days=21)[0]) == [(paper.number, 10)]


def test_of_a_planned_item_only_what_is_beyond_the_plan_is_reminded_of(customer: Any, today: Any) -> None:
    ladder(customer.company, [3])
    paper = late(customer, "200.00", 40)
    given_up = dispute(paper, "80.00")
    agreed(customer, [paper], (10, "60.00"), (50, "60.00"))
    assert remind(customer)[0] is None
    close_dispute(given_up.pk, DisputeOutcome.REFUSED, on=today, by=None, note="It is right as it stands")
    reminder, _ = remind(customer)
    assert [row.amount for row in reminder.items.all()] == [80]


def test_what_is_in_a_plan_is_not_debited_and_not_put_off(customer: Any, today: Any) -> None:
    paper, other = late(customer, "200.00", 40), late(customer, "50.00", 40)
    plan = offer(customer, [paper], (10, "100.00"), (50, "100.00"))
    assert list(debts(customer.company, "EUR", today)) == [world.item_of(other)]
    accept(plan)
    assert list(debts(customer.company, "EUR", today)) == [world.item_of(other)]
    with pytest.raises(Refused) as refused:
        put_off_due_day(world.item_of(paper).pk, today + timedelta(days=5), by=None, reason="Asked")
    assert refused.value.code == "planned"
    cancel_plan(plan.pk, "Missed", on=today, by=None)
    assert len(debts(customer.company, "EUR", today)) == 2


def test_a_statement_says_the_days_and_keeps_them(customer: Any, today: Any) -> None:
    paper, other = late(customer, "300.00", 40), late(customer, "50.00", 40)
    put_off_due_day(world.item_of(other).pk, today + timedelta(days=5), by=None, reason="Asked")
    plan = agreed(customer, [paper], (10, "150.00"), (50, "150.00"))
    first, last = plan.instalments.values_list("due_on", flat=True)
    sent = send_statement(Period(customer.company, today, today), own(customer, "open_item"), by=None)
    figures = figures_from(sent)
    [part] = figures.sections[0].parts
    assert [line.days for line in part.items] == [
        ((first, Decimal(150)), (last, Decimal(150))),
        ((today + timedelta(days=5), Decimal(50)),),
    ]
    assert (part.overdue, part.buckets) == (0, {"current": Decimal(350)})
    page = page_of(figures, sent.printed, customer.company)
    assert "Agreed: to be paid in instalments from" in page
    assert "Agreed: to be paid by" in page
    assert check_book() == []
