"""Rules of late charges and runs of statements for tests, and where the public figures are."""

import csv
import os
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from credit_control.models import LateCharge, LateChargeRule, StatementRun
from credit_control.operations.claim_late_charges import claim_late_charges
from credit_control.operations.manage_statement_runs import prepare_statement_run, start_statement_run
from credit_control.operations.set_late_charge_rules import choose_late_charge_rule, save_late_charge_rule
from credit_control.statements.asking import Period
from customers.models import Customer
from ledger import calendar
from office.work.runs import carry_out
from tests import world

DATA = Path(os.environ.get("DUEBOOK_DATA", Path(__file__).parents[2].parent / "shared" / "data")) / "reference"
WITHOUT_DATA = "The public data is not here; DUEBOOK_DATA names its folder."
NEEDS_DATA = pytest.mark.skipif(not DATA.exists(), reason=WITHOUT_DATA)
LONG_AGO = date(2020, 1, 1)


def rows(name: str) -> list[dict[str, str]]:
    """The rows of a file of public figures."""
    with (DATA / name).open(newline="") as file:
        return list(csv.DictReader(file))


def rule_for(company: Any, percent: str = "12", **details: Any) -> LateChargeRule:
    """A rule of so many percent a year that holds for the whole company."""
    values = {"name": "Late", "percent": Decimal(percent), "currency": "EUR", "due_from": LONG_AGO} | details
    rule = save_late_charge_rule(company, values, by=None)
    choose_late_charge_rule(company, rule.pk, by=None)
    return rule


def claim(customer: Any, on: date) -> LateCharge | None:
    """What one customer is charged up to a day, in one currency."""
    charges, _ = claim_late_charges(customer.company, [customer.pk], on=on, by=None)
    return charges[0] if charges else None


def why_not(customer: Any, on: date) -> str:
    """Why a customer is not charged."""
    _, left_out = claim_late_charges(customer.company, [customer.pk], on=on, by=None)
    return left_out[0].why_not


def statement_run(company: Any, by: Any = None, *, starts: bool = False) -> StatementRun:
    """A run over all customers that was looked at and, where it starts, done."""
    first = calendar.month_start(company.today())
    period = Period(company, calendar.add_months(first, -1), company.today())
    run = prepare_statement_run(company, Customer.objects.filter(company=company), period, by=by)
    list(carry_out(run.pk))
    if starts:
        start_statement_run(run.pk, by=by)
        list(carry_out(run.pk))
    return run


def owing(company: Any, name: str, **details: Any) -> Customer:
    """A customer who owes one invoice of 100.00 since the first of January 2026."""
    customer = world.make_customer(company, name, **details)
    world.issue(customer, "100.00", date(2026, 1, 1))
    return customer
