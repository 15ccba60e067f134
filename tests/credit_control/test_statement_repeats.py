"""Two runs of the same days send a customer one statement, also at once, but where a person said of it: again."""

from collections.abc import Callable
from datetime import date
from threading import Barrier
from typing import Any

import pytest
from django.db import IntegrityError
from django.test import Client
from django.urls import reverse

from credit_control.models import Statement, StatementRow, StatementRun
from credit_control.operations import do_statement_run as doing
from credit_control.operations.manage_statement_runs import prepare_statement_run, start_statement_run
from credit_control.operations.send_statement import send_statement
from credit_control.statements.asking import Period, own
from customers.models import Customer
from ledger.refusals import Refused
from office.models import OutgoingMail, Run
from office.work.runs import carry_out
from office.written import plain_day
from tests import world
from tests.api.calling import Program
from tests.unguarded import without

pytestmark = pytest.mark.django_db(transaction=True)
Parallel = Callable[[list[Callable[[], Any]]], list[Any]]
JAN, END = date(2026, 1, 1), date(2026, 1, 31)
ONCE = "statement_once_by_runs_unless_repeated"


@pytest.fixture
def debtors(company: Any) -> list[Customer]:
    customers = [world.make_customer(company, name) for name in ("One", "Two")]
    for customer in customers:
        world.issue(customer, "100.00", JAN)
    return customers


def looked(company: Any, by: Any) -> StatementRun:
    run = prepare_statement_run(company, Customer.objects.all(), Period(company, JAN, END), by=by)
    list(carry_out(run.pk))
    return run


def done(run: StatementRun, by: Any, **how: Any) -> StatementRun:
    start_statement_run(run.pk, by=by, **how)
    list(carry_out(run.pk))
    return run


def outcomes(run: StatementRun) -> list[tuple[str, str]]:
    return list(StatementRow.objects.filter(run=run).order_by("pk").values_list("outcome", "note"))


def counts() -> tuple[int, int]:
    """Statements kept and mails that bring them."""
    return Statement.objects.count(), OutgoingMail.objects.filter(kind="statement").count()


def held(company: Any) -> tuple[str, str]:
    return "parked", f"They have this statement already, sent on {plain_day(company.today())}."


def test_who_has_it_is_held_back_with_the_day(company: Any, clerk: Any, debtors: list[Customer]) -> None:
    done(looked(company, clerk), clerk)
    again = looked(company, clerk)
    assert outcomes(again) == [held(company)] * 2
    with pytest.raises(Refused) as refusal:
        start_statement_run(again.pk, by=clerk)
    assert refusal.value.code == "nothing_left"
    client = Client()
    client.force_login(clerk)
    page = client.get(reverse("credit_control:statement_run", args=[again.pk])).content.decode()
    assert f"One: {held(company)[1]}" in page
    assert counts() == (2, 2)


def test_a_person_sends_one_again_and_it_says_which_it_repeats(
    company: Any, clerk: Any, debtors: list[Customer]
) -> None:
    done(looked(company, clerk), clerk)
    again = looked(company, clerk)
    row = StatementRow.objects.get(run=again, customer=debtors[0])
    done(again, clerk, approved=[row.pk])
    assert outcomes(again) == [("done", ""), held(company)]
    first, second = Statement.objects.filter(customer=debtors[0]).order_by("pk")
    assert (first.repeats, second.repeats) == (None, first)
    assert Program(clerk).get(f"statements/{second.pk}/").json()["repeats_id"] == first.pk
    assert counts() == (3, 3)


def test_another_form_other_days_or_one_by_hand_are_no_repeats(
    company: Any, clerk: Any, debtors: list[Customer]
) -> None:
    send_statement(Period(company, JAN, END), own(debtors[0], "open_item"), by=clerk)
    done(looked(company, clerk), clerk)
    Customer.objects.filter(pk=debtors[1].pk).update(statement_form="balance_forward")
    assert outcomes(looked(company, clerk)) == [held(company), ("waiting", "")]
    later = Period(company, JAN, date(2026, 2, 1))
    run = prepare_statement_run(company, Customer.objects.all(), later, by=clerk)
    list(carry_out(run.pk))
    assert outcomes(run) == [("waiting", "")] * 2


def test_approving_one_does_not_approve_what_another_run_sent_since(
    company: Any, clerk: Any, debtors: list[Customer]
) -> None:
    done(looked(company, clerk), clerk)
    runs = [looked(company, clerk) for _ in range(2)]
    for run in runs:
        start_statement_run(
            run.pk, by=clerk, approved=StatementRow.objects.filter(run=run).values_list("pk", flat=True)
        )
    for run in runs:
        list(carry_out(run.pk))
    assert [outcomes(run) for run in runs] == [[("done", "")] * 2, [held(company)] * 2]
    assert counts() == (4, 4)


def two_runs(company: Any, by: Any) -> list[StatementRun]:
    """Two runs of the same days, looked at before either was started, and both started."""
    runs = [looked(company, by) for _ in range(2)]
    for run in runs:
        start_statement_run(run.pk, by=by)
    return runs


def carried_out(run: StatementRun) -> Callable[[], list[Run]]:
    return lambda: list(carry_out(run.pk))


def test_two_runs_at_once_send_each_customer_one(
    company: Any, clerk: Any, debtors: list[Customer], in_parallel: Parallel, monkeypatch: pytest.MonkeyPatch
) -> None:
    read_at_once(monkeypatch)
    runs = two_runs(company, clerk)
    results = in_parallel([carried_out(run) for run in runs])
    assert [each for each in results if isinstance(each, Exception)] == []
    assert sorted(outcomes(run) for run in runs) == [[("done", "")] * 2, [held(company)] * 2]
    assert counts() == (2, 2)


def read_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let both runs read what they make before either writes."""
    both, honest = Barrier(2), doing.judge

    def judge(*args: Any) -> Any:
        found = honest(*args)
        if args[1][0].outcome == "waiting":
            both.wait(60)
        return found

    monkeypatch.setattr(doing, "judge", judge)


def without_lock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take the lock away, and let neither run ask again what the other sent."""
    read_at_once(monkeypatch)
    monkeypatch.setattr(doing, "lock_customers", lambda ids: None)
    monkeypatch.setattr(doing, "park", lambda period, verdicts: None)


def test_control_without_the_lock_the_database_still_refuses_the_second(
    company: Any, clerk: Any, debtors: list[Customer], in_parallel: Parallel, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_lock(monkeypatch)
    results = in_parallel([carried_out(run) for run in two_runs(company, clerk)])
    [refused] = [each for each in results if isinstance(each, Exception)]
    assert isinstance(refused, IntegrityError)
    assert ONCE in str(refused)
    assert counts() == (2, 2)


def test_control_without_lock_and_rule_of_the_database_each_gets_two(
    company: Any,
    clerk: Any,
    debtors: list[Customer],
    in_parallel: Parallel,
    monkeypatch: pytest.MonkeyPatch,
    superuser_cursor: Any,
) -> None:
    without_lock(monkeypatch)
    with without(superuser_cursor, ONCE):
        in_parallel([carried_out(run) for run in two_runs(company, clerk)])
        assert counts() == (4, 4)
