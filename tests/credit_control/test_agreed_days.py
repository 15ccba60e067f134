"""What is late by its document and was put off, or is in a plan, is late nowhere before the day that was agreed on."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from billing.models import Invoice
from billing.queries import with_state
from credit_control.operations.cancel_plan import cancel_plan
from credit_control.operations.put_off_due_day import put_off_due_day
from customers.models import Customer
from customers.queries import owed_now, with_owed
from reports.ageing import AgeingQuestion, ageing_totals
from reports.front_page import tasks
from tests import world
from tests.credit_control.planning import agreed, offer

pytestmark = pytest.mark.django_db


@pytest.fixture
def late(customer: Any) -> Invoice:
    """An invoice of 100.00 that was due nine days ago."""
    today = customer.company.today()
    return world.issue(customer, "100.00", today - timedelta(days=39), due_on=today - timedelta(days=9))


def said(invoice: Invoice, on: date) -> tuple[Decimal, Decimal, date | None, str]:
    """What customers' list, customer's page and documents' list say of the customer and the invoice."""
    customer = with_owed(Customer.objects.filter(pk=invoice.customer_id), on).get()
    [row] = owed_now(customer, on)
    state = with_state(Invoice.objects.filter(pk=invoice.pk), on).get().state
    late = row["late"]
    assert isinstance(late, Decimal)
    return customer.overdue, late, customer.oldest_due, state


def aged_late(company: Any, on: date) -> Decimal:
    """The same by the ageing report."""
    [row] = ageing_totals(AgeingQuestion(company.pk, on))
    return row.days_1_30 + row.days_31_60 + row.days_61_90 + row.over_90


def test_what_was_put_off_is_late_the_day_after_its_new_day(company: Any, late: Invoice) -> None:
    today = company.today()
    assert said(late, today) == (Decimal(100), Decimal(100), late.due_on, "overdue")
    put_off_due_day(world.item_of(late).pk, today + timedelta(days=3), by=None, reason="Agreed by phone")

    assert said(late, today) == (0, 0, None, "open")
    assert said(late, today + timedelta(days=3)) == (0, 0, None, "open")
    assert said(late, today + timedelta(days=4)) == (100, 100, late.due_on, "overdue")
    assert aged_late(company, today) == 0


def test_of_a_plan_only_what_was_missed_is_late(company: Any, customer: Any, late: Invoice) -> None:
    today = company.today()
    plan = agreed(customer, [late], (0, "40.00"), (30, "60.00"))

    assert said(late, today) == (0, 0, None, "open")
    tomorrow = today + timedelta(days=1)
    assert said(late, tomorrow) == (40, 40, late.due_on, "overdue")
    assert aged_late(company, tomorrow) == 40

    world.apply(world.receive(customer, "40.00", today), late, "40.00", today)
    assert said(late, tomorrow) == (0, 0, None, "part_paid")
    cancel_plan(plan.pk, "They asked for it", on=today, by=None)
    assert said(late, tomorrow) == (60, 60, late.due_on, "overdue")
    assert aged_late(company, tomorrow) == 60


def test_a_plan_that_is_only_offered_changes_no_figure(company: Any, customer: Any, late: Invoice) -> None:
    offer(customer, [late], (10, "40.00"), (30, "60.00"))

    assert said(late, company.today()) == (100, 100, late.due_on, "overdue")


def test_the_plans_of_one_company_say_nothing_of_another(company: Any, customer: Any, late: Invoice) -> None:
    other = world.make_company(legal_name="Other Ltd")
    theirs = world.make_customer(other, "Cedar Ltd")
    day = other.today()
    planned = world.issue(theirs, "50.00", day - timedelta(days=39), due_on=day - timedelta(days=9))
    agreed(theirs, [planned], (10, "20.00"), (30, "30.00"))

    assert said(late, company.today()) == (100, 100, late.due_on, "overdue")
    assert said(planned, day) == (0, 0, None, "open")


def test_the_front_page_counts_what_is_late_by_the_day_agreed_on(company: Any, late: Invoice, manager: Any) -> None:
    def overdue() -> int:
        found = tasks(manager, company, company.today())
        return sum(task.count for task in found if task.words == "Invoices overdue")

    assert overdue() == 1
    put_off_due_day(world.item_of(late).pk, company.today(), by=None, reason="Agreed by phone")
    assert overdue() == 0
