"""Two runs of reminders at once: each item is reminded of once at a step, and the guards are what sees to it."""

from collections.abc import Callable
from threading import Barrier
from typing import Any

import pytest
from django.db import IntegrityError
from django.db.models import Count

from credit_control.models import Reminder, ReminderItem
from credit_control.operations import send_reminders as sending
from credit_control.operations.remind_many import start_reminding
from credit_control.operations.send_reminders import send_reminders
from customers.models import Customer
from office.models import OutgoingMail, Run, RunStatus
from office.tasks import carry_out_run
from tests import world
from tests.credit_control.reminding import at_any_hour, ladder, late
from tests.unguarded import without

pytestmark = pytest.mark.django_db(transaction=True)
Parallel = Callable[[list[Callable[[], Any]]], list[Any]]
STEP = "reminded_once_at_a_step"


@pytest.fixture
def debtors(company: Any) -> list[int]:
    """Five customers with two items each at their first step."""
    ladder(company, [1, 8])
    at_any_hour(company)
    customers = [world.make_customer(company, f"Debtor {number}") for number in range(5)]
    for customer in customers:
        late(customer, "10.00", 3)
        late(customer, "20.00", 2)
    return [customer.pk for customer in customers]


def most_at_a_step() -> int:
    rows = ReminderItem.objects.filter(dropped="").order_by().values("item", "days").annotate(times=Count("pk"))
    return max(rows.values_list("times", flat=True), default=0)


def counts() -> tuple[int, int, int, int]:
    """How many reminders, items and mails there are, and how often an item is at a step at most."""
    return Reminder.objects.count(), ReminderItem.objects.count(), OutgoingMail.objects.count(), most_at_a_step()


def test_two_runs_at_once_remind_of_each_item_once(company: Any, debtors: list[int], in_parallel: Parallel) -> None:
    runs = [start_reminding(company, debtors, on=company.today(), by=None) for _ in range(2)]
    in_parallel([lambda run=run: carry_out_run(run.pk) for run in runs])
    assert counts() == (5, 10, 5, 1)
    assert set(Run.objects.values_list("status", flat=True)) == {RunStatus.DONE}


def test_runs_and_hands_at_once_remind_of_each_item_once(
    company: Any, debtors: list[int], in_parallel: Parallel
) -> None:
    run = start_reminding(company, debtors, on=company.today(), by=None)
    by_hand = lambda pk: send_reminders(company, [pk], on=company.today(), by=None)  # noqa: E731
    works = [lambda: carry_out_run(run.pk), *(lambda pk=pk: by_hand(pk) for pk in reversed(debtors))]
    results = in_parallel(works)
    assert [each for each in results if isinstance(each, Exception)] == []
    assert counts() == (5, 10, 5, 1)


def both_read_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take the lock away, and let two read what is at a step before either writes."""
    monkeypatch.setattr(sending, "lock_customers", lambda company, ids: list(Customer.objects.filter(pk__in=ids)))
    both, honest = Barrier(2), sending.proposals_for

    def read(*args: Any, **more: Any) -> Any:
        found = honest(*args, **more)
        both.wait(60)
        return found

    monkeypatch.setattr(sending, "proposals_for", read)


def test_control_without_the_lock_the_database_still_refuses_the_second(
    company: Any, debtors: list[int], in_parallel: Parallel, monkeypatch: pytest.MonkeyPatch
) -> None:
    both_read_first(monkeypatch)
    results = in_parallel([lambda: send_reminders(company, debtors, on=company.today(), by=None)] * 2)
    [refused] = [each for each in results if isinstance(each, Exception)]
    assert isinstance(refused, IntegrityError)
    assert STEP in str(refused)
    assert counts() == (5, 10, 5, 1)


def test_control_without_lock_and_step_both_remind(
    company: Any, debtors: list[int], in_parallel: Parallel, monkeypatch: pytest.MonkeyPatch, superuser_cursor: Any
) -> None:
    both_read_first(monkeypatch)
    with without(superuser_cursor, STEP):
        in_parallel([lambda: send_reminders(company, debtors, on=company.today(), by=None)] * 2)
        assert counts() == (10, 20, 10, 2)
