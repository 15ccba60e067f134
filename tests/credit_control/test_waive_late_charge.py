"""A late charge is waived with a reason, and above a limit by two."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from credit_control.late_charges import with_state
from credit_control.models import LateCharge
from credit_control.operations.waive_late_charge import waive_late_charge
from ledger.allocating import Pair
from office.approvals.asking import ApprovalNeeded
from office.models import ApprovalRequest
from office.operations.ask_approval import ask_approval
from office.operations.decide_request import approve_request
from office.operations.set_approval_rules import set_approval_rules
from payments.operations.apply_credits import apply_credits
from reports.book_check import check_book
from tests import world
from tests.credit_control.late_debts import after, bill, refusal
from tests.credit_control.samples import claim, rule_for

pytestmark = pytest.mark.django_db


def test_waived_days_are_not_charged_again_and_what_was_paid_is_free(company: Any, customer: Any, clerk: Any) -> None:
    rule_for(company, "36.5", fee_steps=[["0", "40"]])
    bill(customer, "1000.00")
    charge = claim(customer, after(10))
    fee = charge.entry.items.get(kind="fee")
    receipt = world.receive(customer, "40.00", after(11))
    apply_credits(customer, [Pair(fee.pk, world.item_of(receipt).pk, Decimal(40))], dated_on=after(11), by=None)
    waive_late_charge(charge.pk, on=after(12), by=clerk, reason="Our mistake")

    assert world.open_of(receipt) == 40
    assert world.owes(customer, after(12)) == 960
    assert claim(customer, after(20)).total == 10
    assert with_state(LateCharge.objects.all()).get(pk=charge.pk).state == "waived"
    assert check_book() == []


def test_waiving_is_refused_without_a_reason_twice_or_before_its_day(company: Any, customer: Any) -> None:
    rule_for(company, "36.5")
    bill(customer, "1000.00")
    charge = claim(customer, after(10))

    def waive(on: date, reason: str = "r") -> Callable[[], Any]:
        return lambda: waive_late_charge(charge.pk, on=on, by=None, reason=reason)

    assert refusal(waive(after(10), " ")) == "reason_missing"
    assert refusal(waive(after(9))) == "before_it_was_made"
    waive(after(10))()
    assert refusal(waive(after(10))) == "invalid_move"
    assert world.owes(customer, after(10)) == 1000


def test_above_a_limit_somebody_else_says_yes(company: Any, customer: Any, clerk: Any, manager: Any) -> None:
    rule_for(company, "36.5")
    set_approval_rules(company, {"waive_late_charge": (Decimal(5), "manager")}, by=None)
    bill(customer, "1000.00")
    charge = claim(customer, after(10))
    with pytest.raises(ApprovalNeeded) as needed:
        waive_late_charge(charge.pk, on=company.today(), by=clerk, reason="Asked for")
    asked = ask_approval(needed.value, by=clerk)
    approve_request(asked.pk, by=manager)

    charge.refresh_from_db()
    assert (charge.waived_by, ApprovalRequest.objects.get().state) == (clerk, "approved")
    assert world.owes(customer, company.today()) == 1000
