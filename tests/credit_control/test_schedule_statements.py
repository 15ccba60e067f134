"""The day of statements comes by itself: once, where the company is, and of the days before it."""

from datetime import UTC, date, datetime, time
from typing import Any

import pytest
from django.utils import timezone

from credit_control.models import Statement, StatementRun, StatementSchedule
from credit_control.operations.schedule_statements import (
    ScheduleDetails,
    companies_due,
    prepare_due_statements,
    set_statement_schedule,
)
from ledger.refusals import Refused
from office.models import OutgoingMail, RunStatus
from office.work.runs import carry_out
from tests.credit_control.samples import owing

pytestmark = pytest.mark.django_db
JAN, END = date(2026, 1, 1), date(2026, 1, 31)


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def scheduled(company: Any, **details: Any) -> None:
    set_statement_schedule(company, ScheduleDetails(**details), by=None)
    StatementSchedule.objects.update(since_at=moment("2020-01-01T00:00"))


def due(company: Any, now: str) -> tuple[date, date, date] | None:
    run = prepare_due_statements(company.pk, now=moment(now))
    return (run.scheduled_for, run.from_on, run.on) if run else None


def test_the_schedule_is_off_until_somebody_sets_it(company: Any, customer: Any) -> None:
    assert companies_due(moment("2026-02-01T12:00")) == []
    set_statement_schedule(company, ScheduleDetails(), by=None)
    assert prepare_due_statements(company.pk, now=moment("2026-02-01T12:00")) is None


def test_the_day_comes_once_where_the_company_is_and_tells_of_the_month_before(company: Any, customer: Any) -> None:
    scheduled(company, day_of_month=1, at=time(6))
    assert due(company, "2026-02-01T04:59") == (date(2026, 1, 1), date(2025, 12, 1), date(2025, 12, 31))
    assert due(company, "2026-02-01T04:59") is None
    assert due(company, "2026-02-01T05:00") == (date(2026, 2, 1), JAN, END)  # 06:00 in Berlin
    assert due(company, "2026-02-28T23:00") is None


def test_missed_days_are_caught_up_once_without_leaving_out_a_day(company: Any, customer: Any) -> None:
    scheduled(company, day_of_month=31, at=time(6))
    assert due(company, "2026-02-28T06:00") == (date(2026, 2, 28), date(2026, 1, 31), date(2026, 2, 27))
    assert due(company, "2026-06-10T06:00") == (date(2026, 5, 31), date(2026, 2, 28), date(2026, 5, 30))
    assert due(company, "2026-06-10T06:01") is None
    assert due(company, "2026-03-31T06:00") is None  # the clock went back


def test_clocks_that_change_make_no_day_come_twice_or_never(company: Any, customer: Any) -> None:
    scheduled(company, day_of_month=29, at=time(2, 30))  # 29 March 2026 has no 02:30 in Berlin
    due(company, "2026-03-28T12:00")
    assert due(company, "2026-03-29T01:29") is None
    assert due(company, "2026-03-29T01:30") == (date(2026, 3, 29), date(2026, 2, 28), date(2026, 3, 28))
    scheduled(company, day_of_month=25, at=time(2, 30))  # 25 October 2026 has it twice
    due(company, "2026-10-24T12:00")
    assert due(company, "2026-10-25T00:30") == (date(2026, 10, 25), date(2026, 9, 25), date(2026, 10, 24))
    assert due(company, "2026-10-25T01:30") is None


def test_what_was_due_before_it_was_switched_on_is_not_caught_up(company: Any, customer: Any) -> None:
    set_statement_schedule(company, ScheduleDetails(day_of_month=1), by=None)
    assert companies_due(timezone.now()) == []


def test_a_run_of_the_schedule_waits_for_a_person_unless_the_company_says_otherwise(
    company: Any,
) -> None:
    for name in ("One", "Two"):
        owing(company, name)
    scheduled(company, day_of_month=1)
    run = prepare_due_statements(company.pk, now=moment("2026-02-01T12:00"))
    list(carry_out(run.pk))
    assert Statement.objects.count() == 0

    scheduled(company, day_of_month=1, sends=True, most=1)
    run = prepare_due_statements(company.pk, now=moment("2026-03-01T12:00"))
    list(carry_out(run.pk))
    assert Statement.objects.count() == 0

    scheduled(company, day_of_month=1, sends=True, most=2)
    run = prepare_due_statements(company.pk, now=moment("2026-04-01T12:00"))
    list(carry_out(run.pk))
    run.run.refresh_from_db()
    assert (run.run.status, Statement.objects.count()) == (RunStatus.DONE, 2)
    assert OutgoingMail.objects.filter(kind="statement").count() == 2


def test_a_bad_schedule_is_refused(company: Any) -> None:
    for wrong in ({"day_of_month": 0}, {"day_of_month": 32}, {"most": 0}):
        with pytest.raises(Refused):
            set_statement_schedule(company, ScheduleDetails(**wrong), by=None)


@pytest.mark.django_db(transaction=True)
def test_ten_beats_at_once_prepare_one_run(company: Any, customer: Any, in_parallel: Any) -> None:
    scheduled(company, day_of_month=1)
    now = moment("2026-02-01T12:00")
    results = in_parallel([lambda: prepare_due_statements(company.pk, now=now)] * 10)
    assert sum(isinstance(result, StatementRun) for result in results) == 1
    assert sum(result is None for result in results) == 9
    assert StatementRun.objects.count() == 1
