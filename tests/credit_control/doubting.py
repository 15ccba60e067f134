"""Percentages for what is late, and what is doubtful by them."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from credit_control.doubtful import Doubt, DoubtQuestion, doubtful_items
from credit_control.models import ProvisionTable
from credit_control.operations.set_provisions import set_provision_rates
from ledger.refusals import Refused

RATES = [(1, Decimal(5)), (91, Decimal(25)), (181, Decimal(50))]


def days(count: int) -> timedelta:
    return timedelta(days=count)


def rates(company: Any, from_on: date | None = None, **details: Any) -> ProvisionTable:
    today = company.today()
    values = {"rates": RATES, "late_days": 90, "on": today} | details
    return set_provision_rates(company, from_on or today - days(400), by=None, **values)


def doubts(company: Any, on: date | None = None, **more: Any) -> list[Doubt]:
    return doubtful_items(DoubtQuestion(company, on or company.today(), **more)).rows


def told(company: Any, on: date | None = None) -> list[tuple[str, tuple[str, ...], Decimal, Decimal]]:
    """Each doubtful item: its document, why, in percent, and what is likely lost."""
    return [(row.reference, row.reasons, row.percent, row.proposed) for row in doubts(company, on)]


def refusal(act: Callable[[], Any]) -> str:
    with pytest.raises(Refused) as refused:
        act()
    return refused.value.code
