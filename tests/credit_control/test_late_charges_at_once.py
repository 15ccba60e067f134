"""Two who charge or waive at the same moment do it once."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, OperationalError

from credit_control.models import LateChargeLine
from credit_control.operations.waive_late_charge import waive_late_charge
from ledger.allocating import Pair
from ledger.refusals import Refused
from payments.operations.apply_credits import apply_credits
from reports.book_check import check_book
from tests import world
from tests.credit_control.late_debts import after, bill
from tests.credit_control.samples import claim, rule_for
from tests.unguarded import without

pytestmark = pytest.mark.django_db
Parallel = Callable[[list[Callable[[], Any]]], list[Any]]


@pytest.mark.django_db(transaction=True)
def test_two_claims_at_once_charge_once(company: Any, customer: Any, in_parallel: Parallel) -> None:
    rule_for(company, "36.5", fee_steps=[["0", "40"]])
    bill(customer, "1000.00")
    results = in_parallel([lambda: claim(customer, after(10))] * 4)

    assert sorted(type(result).__name__ for result in results) == ["LateCharge", "NoneType", "NoneType", "NoneType"]
    assert world.owes(customer, after(10)) == 1050
    assert check_book() == []


@pytest.mark.django_db(transaction=True)
def test_control_without_the_lock_the_constraint_holds_and_without_both_days_are_charged_twice(
    company: Any, customer: Any, in_parallel: Parallel, superuser_cursor: Any
) -> None:
    """The lines of one claim, entered again by two connections at once, as if neither had seen the other."""
    rule_for(company, "36.5")
    bill(customer, "1000.00")
    line = claim(customer, after(10)).lines.get()

    def again() -> None:
        values = {name: getattr(line, name) for name in ("charge_id", "item_id", "kind", "principal", "percent")}
        LateChargeLine.objects.create(**values, from_on=after(10), to_on=after(12), amount=2)

    [stopped] = [result for result in in_parallel([again] * 2) if result]
    assert isinstance(stopped, IntegrityError | OperationalError)  # the latter where each waits for the other's row
    with without(superuser_cursor, "day_of_a_debt_charged_once"):
        assert in_parallel([again] * 2) == [None, None]
        assert "a day of a debt is charged once, and a fee once for its period" in {row.check for row in check_book()}


@pytest.mark.django_db(transaction=True)
def test_a_charge_is_waived_once_while_it_is_being_paid(company: Any, customer: Any, in_parallel: Parallel) -> None:
    rule_for(company, "36.5", fee_steps=[["0", "40"]])
    bill(customer, "1000.00")
    charge = claim(customer, after(10))
    receipts = [world.receive(customer, "5.00", after(11)) for _ in range(3)]
    items = list(charge.entry.items.order_by("-pk").values_list("pk", flat=True))

    def waive() -> Any:
        return waive_late_charge(charge.pk, on=after(12), by=None, reason="Goodwill")

    def settle(receipt: Any) -> None:
        pairs = [Pair(item_id, world.item_of(receipt).pk, Decimal(2)) for item_id in items]
        apply_credits(customer, pairs, dated_on=after(11), by=None)

    results = in_parallel([waive, waive, *(lambda each=each: settle(each) for each in receipts)])

    assert sorted(type(result).__name__ for result in results[:2]) == ["LateCharge", "Refused"]
    assert {type(result) for result in results[2:]} <= {type(None), Refused}
    assert world.owes(customer, after(12)) == 985
    assert check_book() == []
