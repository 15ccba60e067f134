"""Customers held by the company's policy."""

from datetime import date
from typing import Any

from credit_control.operations.place_holds_by_rule import place_holds_by_rule
from customers.models import Customer
from customers.operations.set_hold_policy import set_hold_policy
from office.models import Company

BILLED = date(2026, 1, 2)  # due on 1 February
TODAY = date(2026, 3, 3)


def rule(company: Company, **wanted: Any) -> None:
    set_hold_policy(company, wanted, by=None)


def look(company: Company, on: date = TODAY) -> tuple[int, int]:
    looked = place_holds_by_rule(company, on=on)
    return looked.placed, looked.released


def words(customer: Customer) -> list[str]:
    return list(customer.holds.filter(released_on=None).values_list("words", flat=True))
