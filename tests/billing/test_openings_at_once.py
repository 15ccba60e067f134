"""Two who load the same file, or undo what is being paid, at the same moment."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError

from billing.models import Opening, OpeningItem
from billing.operations import load_opening
from billing.operations.undo_load import begin_undoing
from customers.models import Customer
from ledger.allocating import Pair, allocate
from ledger.models import OpenItem
from office.models import Company, Run
from office.work.runs import carry_out
from reports.book_check import check_book
from tests import world
from tests.billing.opening import DAY, FILE, load, opening_of, waiting_load
from tests.meeting import all_after

pytestmark = pytest.mark.django_db(transaction=True)
Parallel = Callable[[list[Callable[[], Any]]], list[Any]]
HEAD = "Customer number,Number,Date,Open"
ROWS = f"{HEAD}\nA-1,1,2026-01-05,10.00\nA-1,2,2026-01-05,20.00\n"


@pytest.fixture
def opening(company: Company) -> Opening:
    world.make_customer(company, "Alder", number="A-1")
    return opening_of(company)


def both(opening: Opening, in_parallel: Parallel) -> list[Any]:
    """The same file in two loads, each carried out by a worker of its own."""
    runs = [waiting_load(opening, ROWS).pk for _ in range(2)]
    return in_parallel([lambda pk=pk: list(carry_out(pk)) and None for pk in runs])  # type: ignore[misc]


def test_the_same_file_loaded_twice_at_once_is_taken_over_once(opening: Opening, in_parallel: Parallel) -> None:
    assert both(opening, in_parallel) == [None, None]

    assert sorted(OpeningItem.objects.values_list("number", flat=True)) == ["1", "2"]
    results = Run.objects.values_list("result", flat=True)
    assert sum(result.get("Documents taken over", 0) for result in results) == 2
    assert check_book() == []


def test_control_without_the_lock_the_constraint_holds(
    opening: Opening, in_parallel: Parallel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(load_opening, "locked_opening", lambda pk: Opening.objects.select_related("company").get(pk=pk))
    monkeypatch.setattr(load_opening, "drop_known", all_after(lambda run, opening: 0, 2))

    [stopped] = [result for result in both(opening, in_parallel) if result]

    assert isinstance(stopped, IntegrityError)
    assert "opening_item_loaded_once" in str(stopped)
    assert OpeningItem.objects.count() == 2
    assert check_book() == []


def test_what_is_paid_while_its_load_is_undone_is_one_or_the_other(opening: Opening, in_parallel: Parallel) -> None:
    undoing = begin_undoing(opening, load(opening, FILE).pk, by=None)
    birch = Customer.objects.get(name="Birch & Sons")
    debit = OpenItem.objects.get(reference="1052")
    credit = world.item_of(world.receive(birch, "400.00", DAY))
    pair = Pair(debit.pk, credit.pk, Decimal(400))

    in_parallel([lambda: list(carry_out(undoing.pk)), lambda: allocate([pair], dated_on=DAY, by_id=None)])

    debit.refresh_from_db()
    credit.refresh_from_db()
    undoing.refresh_from_db()
    assert (undoing.status == "done") == (credit.balance == Decimal(-400))
    assert debit.balance == 0
    assert check_book() == []
