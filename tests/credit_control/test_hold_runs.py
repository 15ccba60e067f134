"""Runs that look at all customers: once a day, in pieces, by the policy of their beginning."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from credit_control.hold_rules import reasons_on
from credit_control.operations import look_for_holds as looking
from credit_control.operations.look_for_holds import look_for_holds
from credit_control.operations.place_holds_by_rule import companies_to_look_at, place_holds_by_rule
from credit_control.tasks import place_holds
from customers.models import CreditHold, Customer, HoldPolicy, hold_policy_of
from office.models import AuditRecord, Company, Run, RunStatus, Task
from office.tasks import carry_out_run
from office.work.runs import carry_out, do_next_piece, resume_run, stop_run
from tests import world
from tests.credit_control.holding import BILLED, TODAY, look, rule, words
from tests.credit_control.planning import agreed

pytestmark = pytest.mark.django_db
Parallel = Callable[[Sequence[Callable[[], Any]]], list[Any]]


@pytest.fixture(autouse=True)
def now(time_machine: Any) -> None:
    time_machine.move_to("2026-03-03T10:00Z", tick=False)


def test_the_round_looks_once_a_day_and_again_when_the_policy_changed(company: Company, customer: Customer) -> None:
    rule(company, late_days=31)
    world.issue(customer, "100.00", BILLED)
    assert (place_holds(), CreditHold.objects.count(), HoldPolicy.objects.get().looked_on) == (1, 0, TODAY)
    assert place_holds() == 0
    rule(company, late_days=30)
    assert (place_holds(), CreditHold.objects.count()) == (1, 1)


def test_a_run_looks_at_all_customers_piece_by_piece_and_goes_on_where_it_was_stopped(
    company: Company, clerk: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    rule(company, late_days=30)
    monkeypatch.setattr(looking, "PIECE", 2)
    customers = [world.make_customer(company, f"Debtor {number}") for number in range(5)]
    invoices = [world.issue(customer, "10.00", BILLED) for customer in customers]
    place_holds_by_rule(company, on=TODAY, only=[customers[4].pk])
    world.apply(world.receive(customers[4], "10.00", TODAY), invoices[4], "10.00", TODAY)

    run = look_for_holds(company, on=TODAY, by=clerk)
    assert AuditRecord.objects.get(action="look_for_holds").by == clerk
    first = do_next_piece(run.pk)
    assert (first.done, first.total, first.result) == (2, 5, {"Put on hold": 2, "Released": 0})
    stop_run(run.pk)
    assert do_next_piece(run.pk) is None
    assert (CreditHold.objects.filter(released_on=None).count(), hold_policy_of(company).looked_on) == (3, None)
    resume_run(run.pk)
    *_, last = carry_out(run.pk)
    assert (last.status, last.done, last.result) == (RunStatus.DONE, 5, {"Put on hold": 4, "Released": 1})
    assert [len(words(customer)) for customer in customers] == [1, 1, 1, 1, 0]
    assert hold_policy_of(company).looked_on == TODAY


def test_a_run_under_a_policy_that_changed_meanwhile_leaves_the_day_to_the_round(
    company: Company, customer: Customer
) -> None:
    rule(company, late_days=30, late_amount=Decimal("5.50"))
    run = look_for_holds(company, on=TODAY, by=None)
    rule(company, late_days=29)
    carry_out_run(run.pk)
    assert companies_to_look_at() == [company]
    carry_out_run(look_for_holds(company, on=TODAY, by=None).pk)
    assert companies_to_look_at() == []


def test_a_run_that_is_done_on_a_later_day_holds_and_releases_nobody(
    company: Company, customer: Customer, time_machine: Any
) -> None:
    rule(company, late_days=31)
    world.issue(customer, "100.00", BILLED)
    run = look_for_holds(company, on=TODAY, by=None)
    time_machine.move_to("2026-03-04T12:00Z", tick=False)
    look(company, on=TODAY + timedelta(days=1))
    assert len(words(customer)) == 1
    carry_out_run(run.pk)
    run.refresh_from_db()
    assert (run.status, run.explanation) == (RunStatus.FAILED, "The day that was looked at is over. Look anew.")
    assert CreditHold.objects.get().released_on is None


def test_two_runs_at_once_leave_one_hold_and_one_task_each(
    company: Company, in_parallel: Parallel, monkeypatch: pytest.MonkeyPatch
) -> None:
    rule(company, late_days=30)
    monkeypatch.setattr(looking, "PIECE", 2)
    for number in range(5):
        world.issue(world.make_customer(company, f"Debtor {number}"), "10.00", BILLED)
    runs = [look_for_holds(company, on=TODAY, by=None) for _ in range(2)]
    in_parallel([lambda run=run: carry_out_run(run.pk) for run in runs] + [lambda: look(company)])
    assert set(Run.objects.values_list("status", flat=True)) == {RunStatus.DONE}
    assert (CreditHold.objects.count(), Task.objects.count()) == (5, 5)


def test_many_customers_are_looked_at_in_as_many_queries_as_one(company: Company) -> None:
    rule(company, late_days=30, over_percent=0, broken_promise=True)
    asked = []
    for count in (1, 8):
        for _ in range(count):
            theirs = world.make_customer(company, credit_limit=Decimal(1))
            world.issue(theirs, "10.00", BILLED)
            agreed(theirs, [world.issue(theirs, "4.00", BILLED)], (0, "2.00"), (1, "2.00"), on=BILLED)
        with CaptureQueriesContext(connection) as queries:
            found = reasons_on(company, hold_policy_of(company), TODAY)
        asked.append(len(queries))
    assert (asked[0], len(found)) == (asked[1], 18)
