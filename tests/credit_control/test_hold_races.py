"""Two looks at once, or a look and a hand: one hold of a cause stands, one task; and the guards are what sees to it."""

from collections.abc import Callable
from datetime import timedelta
from threading import Barrier
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import IntegrityError
from django.db.models import Count, QuerySet

from credit_control.operations import place_holds_by_rule as looking
from credit_control.operations.place_holds_by_rule import Looked, place_holds_by_rule
from customers.models import CreditHold, Customer, HoldCause
from customers.operations.place_hold import place_hold
from customers.operations.release_hold import release_hold
from customers.operations.set_hold_policy import set_hold_policy
from ledger.refusals import Refused
from office.models import AuditRecord, Task
from tests import world
from tests.unguarded import without

pytestmark = pytest.mark.django_db(transaction=True)
Parallel = Callable[[list[Callable[[], Any]]], list[Any]]
ONCE, FROZEN = "hold_once_per_cause_at_a_time", "hold_frozen"


@pytest.fixture
def debtors(company: Any) -> list[Customer]:
    """Five customers who are late, in a company that holds for it."""
    set_hold_policy(company, {"late_days": 30, "quiet_days": 14}, by=None)
    customers = [world.make_customer(company, f"Debtor {number}") for number in range(5)]
    for customer in customers:
        day = company.today() - timedelta(days=40)
        world.issue(customer, "10.00", day, due_on=day)
    return customers


def look(company: Any) -> Looked:
    return place_holds_by_rule(company, on=company.today())


def most_at_once() -> int:
    """How many holds of one cause stand on one customer at most."""
    rows = CreditHold.objects.filter(released_on=None).order_by().values("customer", "cause")
    return max(rows.annotate(times=Count("pk")).values_list("times", flat=True), default=0)


def counts() -> tuple[int, int, int, int]:
    """Holds, tasks and audit rows of them, and how many holds of a cause stand on a customer at most."""
    placed = AuditRecord.objects.filter(action="place_hold").count()
    return CreditHold.objects.count(), Task.objects.count(), placed, most_at_once()


def test_looks_at_once_place_each_hold_once(company: Any, debtors: list[Customer], in_parallel: Parallel) -> None:
    results = in_parallel([lambda: look(company)] * 4)
    assert sum(each.placed for each in results) == 5
    assert counts() == (5, 5, 5, 1)


def test_looks_and_hands_at_once_place_each_hold_once(
    company: Any, debtors: list[Customer], in_parallel: Parallel
) -> None:
    def by_hand(customer: Customer) -> CreditHold:
        return place_hold(customer.pk, "Late", on=company.today(), by=None, cause=HoldCause.LATE)

    hands = [lambda customer=customer: by_hand(customer) for customer in reversed(debtors)]
    results = in_parallel([lambda: look(company), lambda: look(company), *hands])
    assert all(isinstance(each, Looked | CreditHold | Refused) for each in results)
    assert counts()[0] == 5
    assert most_at_once() == 1


def test_a_hold_is_released_once_by_looks_and_a_hand_at_once(
    company: Any, debtors: list[Customer], in_parallel: Parallel, manager: Any
) -> None:
    look(company)
    pay(debtors)
    first = CreditHold.objects.earliest("pk")
    by_hand = lambda: release_hold(first.pk, reason="Paid", on=company.today(), by=manager)  # noqa: E731
    results = in_parallel([lambda: look(company), by_hand, lambda: look(company)])
    released = sum(each.released for each in results if isinstance(each, Looked))
    assert released + sum(isinstance(each, CreditHold) for each in results) == 5
    assert AuditRecord.objects.filter(action="release_hold").count() == 5
    assert not CreditHold.objects.filter(released_on=None).exists()


@pytest.fixture
def debtor(debtors: list[Customer]) -> Customer:
    """The one of them who has not paid."""
    pay(debtors[1:])
    return debtors[0]


def test_control_without_the_lock_the_database_still_refuses_the_second(
    company: Any, debtor: Customer, in_parallel: Parallel, monkeypatch: pytest.MonkeyPatch
) -> None:
    both_read_first(monkeypatch)
    results = in_parallel([lambda: look(company)] * 2)
    [refused] = [each for each in results if isinstance(each, Exception)]
    assert isinstance(refused, IntegrityError)
    assert ONCE in str(refused)
    assert counts() == (1, 1, 1, 1)


def test_control_without_lock_and_rule_of_the_database_both_hold(
    company: Any, debtor: Customer, in_parallel: Parallel, monkeypatch: pytest.MonkeyPatch, superuser_cursor: Any
) -> None:
    both_read_first(monkeypatch)
    with without(superuser_cursor, ONCE):
        in_parallel([lambda: look(company)] * 2)
        assert counts() == (2, 2, 2, 2)


def test_control_without_the_lock_the_database_still_refuses_the_second_release(
    company: Any, debtor: Customer, in_parallel: Parallel, monkeypatch: pytest.MonkeyPatch
) -> None:
    look(company)
    pay([debtor])
    both_read_first(monkeypatch)
    results = in_parallel([lambda: look(company)] * 2)
    [refused] = [each for each in results if isinstance(each, Exception)]
    assert "stays as it was placed and is released once" in str(refused)
    assert AuditRecord.objects.filter(action="release_hold").count() == 1


def test_control_without_lock_and_trigger_both_release(
    company: Any, debtor: Customer, in_parallel: Parallel, monkeypatch: pytest.MonkeyPatch, superuser_cursor: Any
) -> None:
    look(company)
    pay([debtor])
    both_read_first(monkeypatch)
    superuser_cursor.execute(f"ALTER TABLE customers_credithold DISABLE TRIGGER {FROZEN}")
    try:
        results = in_parallel([lambda: look(company)] * 2)
    finally:
        superuser_cursor.execute(f"ALTER TABLE customers_credithold ENABLE TRIGGER {FROZEN}")
    assert results == [Looked(0, 1), Looked(0, 1)]
    assert AuditRecord.objects.filter(action="release_hold").count() == 2


def both_read_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take the locks away, and let two read what stands before either writes."""
    honest_lock, honest_save, both = QuerySet.select_for_update, CreditHold.save, Barrier(2)

    def lock(rows: Any, *args: Any, **more: Any) -> Any:
        return rows.all() if rows.model in (Customer, CreditHold) else honest_lock(rows, *args, **more)

    def save(hold: CreditHold, *args: Any, **more: Any) -> None:
        both.wait(60)
        honest_save(hold, *args, **more)

    monkeypatch.setattr(QuerySet, "select_for_update", lock)
    monkeypatch.setattr(CreditHold, "save", save)


def pay(debtors: list[Customer]) -> None:
    for customer in debtors:
        today = customer.company.today()
        world.apply(world.receive(customer, "10.00", today), customer.invoices.get(), "10.00", today)


def test_a_hold_that_was_released_with_days_of_quiet_while_a_look_was_under_way_is_not_placed_again(
    company: Any, debtors: list[Customer], monkeypatch: pytest.MonkeyPatch, manager: Any
) -> None:
    found = read_before(monkeypatch, lambda: place_and_release(debtors[0], manager))
    assert look(company).placed == 4
    assert found == [5]
    assert not debtors[0].holds.filter(released_on=None).exists()


def test_control_without_asking_again_it_is(
    company: Any, debtors: list[Customer], monkeypatch: pytest.MonkeyPatch, manager: Any
) -> None:
    read_before(monkeypatch, lambda: place_and_release(debtors[0], manager))
    monkeypatch.setattr(looking, "CreditHold", SimpleNamespace(objects=CreditHold.objects.none()))
    assert look(company).placed == 5
    assert debtors[0].holds.filter(released_on=None).exists()


def place_and_release(customer: Customer, by: Any) -> None:
    """What a colleague does: put them on hold for paying late, and release them with a week of quiet."""
    on = customer.company.today()
    hold = place_hold(customer.pk, "Late", on=on, by=by, cause=HoldCause.LATE)
    release_hold(hold.pk, reason="Pays on Friday", on=on, by=by, quiet_days=7)


def read_before(monkeypatch: pytest.MonkeyPatch, happens: Callable[[], None]) -> list[int]:
    """Let something happen once, after a look has read whom to hold and before it holds anybody; how many it read."""
    honest, found = looking.would_hold, []

    def read(*args: Any, **more: Any) -> Any:
        rows = honest(*args, **more)
        if not found:
            found.append(len(rows))
            happens()
        return rows

    monkeypatch.setattr(looking, "would_hold", read)
    return found
