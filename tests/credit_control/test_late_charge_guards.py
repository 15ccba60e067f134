"""What cannot be charged is refused, by us and by the database."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, transaction

from credit_control.models import LateCharge
from credit_control.operations.set_late_charge_rules import (
    save_late_charge_rule,
)
from credit_control.operations.set_reference_rates import add_usual_rates, set_reference_rate
from ledger.periods import close_month
from tests.credit_control.late_debts import DUE, after, bill, refusal
from tests.credit_control.samples import claim, rule_for

pytestmark = pytest.mark.django_db


def test_a_day_ahead_and_a_closed_month_are_refused(company: Any, customer: Any) -> None:
    rule_for(company)
    bill(customer, "1000.00")
    assert refusal(lambda: claim(customer, company.today() + timedelta(days=1))) == "date_in_future"
    close_month(company.pk, DUE)
    assert refusal(lambda: claim(customer, after(20))) == "period_closed"
    assert LateCharge.objects.count() == 0


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        ({"name": " "}, "name_missing"),
        ({"name": "Late"}, "name_taken"),
        ({"percent": Decimal(-1)}, "bad_percent"),
        ({"percent": Decimal("0.1234567")}, "bad_percent"),
        ({"percent": Decimal(0)}, "charges_nothing"),
        ({"day_count": "guess"}, "bad_reference"),
        ({"grace_days": -1}, "bad_days"),
        ({"currency": "XXQ", "smallest_claim": Decimal(1)}, "bad_amounts"),
        ({"fee_steps": [["0", "1.001"]]}, "bad_amounts"),
        ({"fee_steps": [["0", "1"], ["0", "2"]]}, "bad_amounts"),
        ({"fee_steps": [["0", "x"]]}, "bad_amounts"),
        ({"fee_steps": [["0", "1"]], "fee_percent": Decimal(1)}, "two_fees"),
    ],
)
def test_a_rule_that_cannot_be_is_refused(company: Any, wanted: Any, code: str) -> None:
    rule_for(company)
    whole = {"name": "New", "percent": Decimal(1)} | wanted
    assert refusal(lambda: save_late_charge_rule(company, whole, by=None)) == code


def test_reference_rates_hold_for_half_years_and_known_ones_are_added_once(company: Any) -> None:
    def keep(on: date, percent: str = "2", reference: str = "ecb") -> Callable[[], Any]:
        return lambda: set_reference_rate(company, reference, on, Decimal(percent), by=None)

    assert refusal(keep(date(2026, 2, 1))) == "not_a_half_year"
    assert refusal(keep(date(2026, 1, 1), "5000")) == "bad_percent"
    assert refusal(keep(date(2026, 1, 1), reference="none")) == "bad_reference"
    keep(date(2026, 1, 1), "2.5")()
    assert (add_usual_rates(company, by=None), add_usual_rates(company, by=None)) == (38, 0)
    assert company.reference_rates.get(reference="ecb", from_on=date(2026, 1, 1)).percent == Decimal("2.5")


def broken(sql: str) -> str:
    """What the database says to the app's own role."""
    with pytest.raises(Exception, match=".") as told, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
    return str(told.value)


def test_the_database_lets_nobody_charge_a_day_or_a_fee_twice(company: Any, customer: Any) -> None:
    rule_for(company, "36.5", fee_steps=[["0", "40"]])
    bill(customer, "1000.00")
    claim(customer, after(10))
    columns = "charge_id, item_id, kind, from_on, to_on, principal, percent, period, amount"
    copy = f"INSERT INTO credit_control_latechargeline ({columns}) SELECT {columns} FROM credit_control_latechargeline"

    assert "day_of_a_debt_charged_once" in broken(f"{copy} WHERE kind = 'interest'")
    assert "late_fee_once_per_document_and_period" in broken(f"{copy} WHERE kind = 'fee'")
    later = columns.replace("from_on, to_on", "to_on - 1, to_on + 5")
    overlapping = copy.replace(f"SELECT {columns}", f"SELECT {later}")
    assert "day_of_a_debt_charged_once" in broken(f"{overlapping} WHERE kind = 'interest'")


def test_the_database_lets_nobody_change_a_charge(company: Any, customer: Any) -> None:
    rule_for(company, "36.5")
    bill(customer, "1000.00")
    claim(customer, after(10))

    assert "is in the book: waive it" in broken("UPDATE credit_control_latecharge SET interest = 1")
    assert "is in the book: waive it" in broken("DELETE FROM credit_control_latecharge")
    assert "permission denied" in broken("UPDATE credit_control_latechargeline SET amount = 1")
