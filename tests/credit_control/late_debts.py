"""Invoices due on one day, and what is paid of them later."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from ledger.refusals import Refused
from tests import world

DUE = date(2025, 1, 1)


def after(days: int) -> date:
    return DUE + timedelta(days=days)


def bill(customer: Any, amount: str, **details: Any) -> Any:
    """An invoice that is due on the first day."""
    return world.issue(customer, amount, DUE, due_on=DUE, **details)


def pay(customer: Any, invoice: Any, amount: str, on: date) -> Any:
    return world.apply(world.receive(customer, amount, on), invoice, amount, on)


def refusal(act: Callable[[], Any]) -> str:
    with pytest.raises(Refused) as refused:
        act()
    return refused.value.code
