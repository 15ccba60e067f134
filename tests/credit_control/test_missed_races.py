"""Two who look for missed payments at once note each once; and the guards are what sees to it."""

from collections.abc import Callable
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest

from credit_control.models import MissedPayment
from credit_control.operations import find_missed_payments as finding
from credit_control.operations.find_missed_payments import find_missed_payments
from tests import world
from tests.unguarded import without

pytestmark = pytest.mark.django_db(transaction=True)
Parallel = Callable[[list[Callable[[], Any]]], list[Any]]
ONCE, DAY_ONCE = "missed_once_by_item_and_day", "missed_day_once"


@pytest.fixture
def late(company: Any) -> Any:
    """A company of whose customers two missed a day."""
    for name in ("Debtor One", "Debtor Two"):
        customer = world.make_customer(company, name)
        world.issue(customer, "10.00", company.today() - timedelta(days=40), due_on=company.today() - timedelta(days=1))
    return company


def look(company: Any) -> int:
    return find_missed_payments(company, on=company.today())


def both_insert_at_once(monkeypatch: pytest.MonkeyPatch, *, before_either_commits: bool = False) -> None:
    """Let two come to what they note before either does, or before either is done."""
    honest, both = finding._insert, Barrier(2)

    def insert(*args: Any, **more: Any) -> int:
        if not before_either_commits:
            both.wait(60)
        count = honest(*args, **more)
        if before_either_commits:
            both.wait(60)
        return count

    monkeypatch.setattr(finding, "_insert", insert)


def test_who_comes_second_finds_that_the_day_was_looked_at(late: Any, in_parallel: Parallel) -> None:
    assert sorted(in_parallel([lambda: look(late)] * 3)) == [0, 0, 2]
    assert MissedPayment.objects.count() == 2


def test_control_without_the_row_of_the_day_each_is_still_noted_once(
    late: Any, in_parallel: Parallel, monkeypatch: pytest.MonkeyPatch, superuser_cursor: Any
) -> None:
    both_insert_at_once(monkeypatch)
    with without(superuser_cursor, DAY_ONCE):
        assert sorted(in_parallel([lambda: look(late)] * 2)) == [0, 2]
        assert MissedPayment.objects.count() == 2


def test_control_without_both_guards_each_is_noted_twice(
    late: Any, in_parallel: Parallel, monkeypatch: pytest.MonkeyPatch, superuser_cursor: Any
) -> None:
    both_insert_at_once(monkeypatch, before_either_commits=True)
    with without(superuser_cursor, DAY_ONCE), without(superuser_cursor, ONCE):
        in_parallel([lambda: look(late)] * 2)
        assert MissedPayment.objects.count() == 4


def test_what_was_found_stays_as_it_was(late: Any, superuser_cursor: Any) -> None:
    look(late)
    with pytest.raises(Exception, match="append_only|append-only|stays|never"):
        superuser_cursor.execute("UPDATE credit_control_missedpayment SET amount = 1")
