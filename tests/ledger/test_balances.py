"""What was open and owed on a day, item by item, and as the book knew it at a moment."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from ledger.allocating import Pair, allocate, undo_allocation
from ledger.balances import (
    OpenOnDay,
    allocations_of,
    carried_on_day_sql,
    control_balance,
    open_items_on,
    owed_on,
)
from ledger.models import ItemKind, OpenItem
from tests import world
from tests.ledger.entering import DAY, DUE, one

pytestmark = pytest.mark.django_db
EARLY, LATER = date(2026, 2, 1), date(2026, 3, 9)


def as_open(item: OpenItem, left: str) -> OpenOnDay:
    own = (item.pk, item.customer_id, item.entry_id, item.kind, item.reference, item.dated_on, item.due_on)
    return OpenOnDay(*own, item.currency, item.amount, Decimal(left))


def pay(debit: OpenItem, credit: OpenItem, amount: str, on: date) -> Any:
    return allocate([Pair(debit.pk, credit.pk, Decimal(amount))], dated_on=on, by_id=None)[0]


def test_each_item_stands_on_a_day_at_what_was_not_yet_settled_then(customer: Any) -> None:
    ours = customer.company_id
    debit = one(customer, "D", "100")
    credit = one(customer, "C", "-70", kind=ItemKind.PAYMENT, dated_on=EARLY, due_on=EARLY)
    other = one(world.make_customer(customer.company, "Cedar AG"), "E", "5", due_on=EARLY)
    pay(debit, credit, "60", LATER)

    now, moment = date(2026, 3, 31), timezone.now()
    for known_at in (None, moment):
        asked = {"known_at": known_at}
        assert open_items_on(ours, date(2026, 1, 31), **asked) == []
        assert open_items_on(ours, EARLY, **asked) == [as_open(credit, "-70")]
        before = [as_open(credit, "-70"), as_open(other, "5"), as_open(debit, "100")]
        assert open_items_on(ours, DAY, **asked) == before
        after = [as_open(credit, "-10"), as_open(other, "5"), as_open(debit, "40")]
        assert open_items_on(ours, LATER, **asked) == open_items_on(ours, now, **asked) == after
        assert open_items_on(ours, LATER, customer_id=customer.pk, **asked) == [after[0], after[2]]
        assert owed_on(ours, LATER, customer_id=customer.pk, **asked) == {"EUR": 30}
        assert owed_on(ours, EARLY, customer_id=customer.pk, **asked) == {"EUR": -70}
        assert open_items_on(ours + 1, now, **asked) == []
        assert control_balance(ours, DAY, **asked) == {"EUR": (35, 35)}
        assert control_balance(ours, EARLY, **asked) == {"EUR": (-70, -70)}
        assert control_balance(ours + 1, now, **asked) == {}

    unknown = moment - timedelta(days=1)
    assert open_items_on(ours, now, known_at=unknown) == []
    assert control_balance(ours, now, known_at=unknown) == {}
    assert owed_on(ours, now, customer_id=customer.pk, known_at=unknown) == {}


def test_what_is_settled_is_open_until_that_day_and_again_from_its_undoing(customer: Any) -> None:
    debit, credit = one(customer, "D", "100"), one(customer, "C", "-100")
    made = pay(debit, credit, "100", LATER)
    days = [DAY, LATER, date(2026, 3, 20)]
    assert [len(open_items_on(customer.company_id, day)) for day in days] == [2, 0, 0]
    undo_allocation(made.pk, dated_on=days[2], by_id=None, reason="why")
    assert [len(open_items_on(customer.company_id, day)) for day in days] == [2, 0, 2]


def test_currencies_are_not_added_up(customer: Any) -> None:
    ours = customer.company_id
    one(customer, "D", "100")
    one(customer, "U", "30", "27")
    one(customer, "V", "20", "19", due_on=DUE + timedelta(days=1))
    assert owed_on(ours, DAY, customer_id=customer.pk) == {"EUR": 100, "USD": 50}
    assert control_balance(ours, DAY) == {"EUR": (100, 100), "USD": (50, 46)}
    assert control_balance(ours, DAY, known_at=timezone.now()) == {"EUR": (100, 100), "USD": (50, 46)}


def carried(customer: Any, on: date, known_at: Any = None) -> dict[str, tuple[Decimal, Decimal, Decimal]]:
    with connection.cursor() as cursor:
        parameters = {"company_id": customer.company_id, "on": on, "own": "EUR", "known_at": known_at}
        cursor.execute(carried_on_day_sql(known_at), parameters)
        return {row[4]: row[-3:] for row in cursor.fetchall()}


def test_what_is_open_stands_for_what_its_parts_have_not_taken(customer: Any) -> None:
    debit, credit = one(customer, "D", "100", "90"), one(customer, "C", "-50", "-47")
    one(customer, "E", "5")
    pay(debit, credit, "40", LATER)
    before = {"D": (100, 90, 90), "C": (-50, -47, -47), "E": (5, 5, 5)}
    after = {"D": (60, 90, 54), "C": (-10, -47, Decimal("-9.40")), "E": (5, 5, 5)}
    assert carried(customer, DAY) == before
    assert carried(customer, LATER) == after
    assert carried(customer, DAY, timezone.now()) == before
    assert carried(customer, LATER, timezone.now()) == after
    assert carried(customer, LATER, timezone.now() - timedelta(days=1)) == {}


@pytest.mark.django_db(transaction=True)
def test_what_was_taken_after_a_moment_was_not_known_then(customer: Any) -> None:
    debit, credit = one(customer, "D", "100", "90"), one(customer, "C", "-50", "-47")
    moment = timezone.now()
    pay(debit, credit, "40", LATER)
    assert carried(customer, LATER, moment) == {"D": (100, 90, 90), "C": (-50, -47, -47)}
    assert carried(customer, LATER, timezone.now()) == {"D": (60, 90, 54), "C": (-10, -47, Decimal("-9.40"))}


def test_what_an_entrys_items_were_applied_to_is_told_in_order(customer: Any) -> None:
    debit, credits = one(customer, "D", "100"), [one(customer, f"C{n}", "-60") for n in (1, 2)]
    late, early = pay(debit, credits[0], "50", LATER), pay(debit, credits[1], "10", DAY)
    undone = undo_allocation(early.pk, dated_on=LATER, by_id=None, reason="why")
    assert allocations_of(debit.entry_id) == [early, late, undone]
    assert allocations_of(credits[0].entry_id) == [late]
    assert allocations_of(credits[1].entry_id) == [early, undone]
    assert allocations_of(None) == []


def test_however_many_there_are_they_are_read_with_their_items_at_once(
    customer: Any, django_assert_num_queries: Any
) -> None:
    debit, credit = one(customer, "D", "100"), one(customer, "C", "-60")
    made = pay(debit, credit, "50", DAY)
    undo_allocation(made.pk, dated_on=DAY, by_id=None, reason="why")
    with django_assert_num_queries(2):
        told = [
            (
                row.debit.reference,
                row.credit.reference,
                row.reverses and row.reverses.amount,
                hasattr(row, "reversed_by"),
            )
            for row in allocations_of(debit.entry_id)
        ]
    assert told == [("D", "C", None, True), ("D", "C", 50, False)]
