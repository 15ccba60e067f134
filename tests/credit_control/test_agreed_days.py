"""What is late by its document and was put off, or is in a plan, is late nowhere before the day that was agreed on."""

import re
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from billing.customer_view import CustomerView
from billing.instalments import Instalment
from billing.models import Invoice
from billing.queries import in_state, with_state
from credit_control.operations.cancel_plan import cancel_plan
from credit_control.operations.put_off_due_day import put_off_due_day
from credit_control.worklist.reading import worklist
from customers.models import Customer
from customers.queries import owed_in, owed_now, with_owed
from ledger.agreed_days import with_late
from ledger.models import OpenItem
from reports.ageing import AgeingQuestion, ageing_totals
from reports.to_do import tasks
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
    assert owed_in(with_late(OpenItem.objects.exclude(balance=0).filter(customer_id=customer.pk), on)) == [row]
    state = with_state(Invoice.objects.filter(pk=invoice.pk), on).get().state
    late = row["late"]
    assert isinstance(late, Decimal)
    return customer.overdue, late, customer.oldest_due, state


def aged_late(company: Any, on: date) -> Decimal:
    """The same by the ageing report."""
    [row] = ageing_totals(AgeingQuestion(company.pk, on))
    return row.late


def test_what_was_put_off_is_late_the_day_after_its_new_day(company: Any, late: Invoice) -> None:
    today = company.today()
    assert said(late, today) == (Decimal(100), Decimal(100), late.due_on, "overdue")
    put_off_due_day(world.item_of(late).pk, today + timedelta(days=3), by=None, reason="Agreed by phone")

    assert said(late, today) == (0, 0, None, "open")
    assert said(late, today + timedelta(days=3)) == (0, 0, None, "open")
    assert said(late, today + timedelta(days=4)) == (100, 100, today + timedelta(days=3), "overdue")
    assert aged_late(company, today) == 0


def test_of_a_plan_only_what_was_missed_is_late(company: Any, customer: Any, late: Invoice) -> None:
    today = company.today()
    plan = agreed(customer, [late], (0, "40.00"), (30, "60.00"))

    assert said(late, today) == (0, 0, None, "open")
    tomorrow = today + timedelta(days=1)
    assert said(late, tomorrow) == (40, 40, today, "overdue")
    assert aged_late(company, tomorrow) == 40

    world.apply(world.receive(customer, "40.00", today), late, "40.00", today)
    assert said(late, tomorrow) == (0, 0, None, "part_paid")
    cancel_plan(plan.pk, "They asked for it", on=today, by=None)
    assert said(late, tomorrow) == (60, 60, late.due_on, "overdue")
    assert aged_late(company, tomorrow) == 60


def asked(invoice: Invoice, on: date) -> tuple[int, Decimal]:
    """What the mailed link asks for on a day: in so many days from today, how much."""
    read = with_state(Invoice.objects.select_related("company"), on).get(pk=invoice.pk)
    wanted = CustomerView(read, on).next_due
    return (wanted.due_on - invoice.company.today()).days, wanted.amount


@pytest.mark.parametrize(
    ("due", "parts", "paid", "wanted"),
    [
        (-9, [(2, "40.00"), (30, "60.00")], "0", {0: (2, 40), 2: (2, 40)}),
        (20, [(2, "40.00"), (30, "60.00")], "0", {0: (2, 40)}),
        (20, [(2, "40.00"), (30, "60.00")], "10.00", {0: (2, 30)}),
        (20, [(2, "40.00"), (30, "60.00")], "40.00", {0: (30, 60), 21: (30, 60)}),
    ],
)
def test_the_mailed_link_asks_for_the_next_instalment_of_a_plan(
    company: Any, customer: Any, due: int, parts: list, paid: str, wanted: dict
) -> None:
    today = company.today()
    invoice = world.issue(customer, "100.00", today - timedelta(days=39), due_on=today + timedelta(days=due))
    agreed(customer, [invoice], *parts)
    if Decimal(paid):
        world.apply(world.receive(customer, paid, today), invoice, paid, today)
    assert {day: asked(invoice, today + timedelta(days=day)) for day in wanted} == wanted


def test_the_mailed_link_asks_for_two_items_of_a_plan_what_lies_on_each(company: Any, customer: Any) -> None:
    today = company.today()
    first, second = (world.issue(customer, "50.00", today, due_on=today + timedelta(days=days)) for days in (5, 6))
    agreed(customer, [first, second], (10, "70.00"), (20, "30.00"))
    assert (asked(first, today), asked(second, today)) == ((10, 50), (10, 20))


def test_the_mailed_link_goes_by_a_day_that_was_put_off(company: Any, customer: Any, late: Invoice) -> None:
    put_off_due_day(world.item_of(late).pk, company.today() + timedelta(days=3), by=None, reason="Agreed by phone")
    assert asked(late, company.today()) == (3, 100)


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


@pytest.mark.parametrize(
    ("due", "parts", "paid", "figures"),
    [
        (20, [(2, "40.00"), (30, "60.00")], "0", {2: (0, None), 3: (40, 2), 20: (40, 2), 30: (40, 2), 31: (100, 2)}),
        (20, [(2, "40.00"), (5, "60.00")], "0", {3: (40, 2), 6: (100, 2), 21: (100, 2)}),
        (20, [(2, "40.00"), (30, "60.00")], "30.00", {2: (0, None), 3: (10, 2), 21: (10, 2), 31: (70, 2)}),
        (20, [(2, "40.00"), (30, "60.00")], "40.00", {3: (0, None), 21: (0, None), 30: (0, None), 31: (60, 30)}),
        (0, [(0, "40.00"), (1, "60.00")], "0", {0: (0, None), 1: (40, 0), 2: (100, 0)}),
        (-9, [(2, "40.00"), (30, "60.00")], "10.00", {0: (0, None), 3: (30, 2), 31: (90, 2)}),
    ],
)
def test_an_instalment_before_the_documents_day_is_late_everywhere(
    company: Any, customer: Any, manager: Any, due: int, parts: list, paid: str, figures: dict
) -> None:
    """By day from today: what is late of an invoice of 100.00 in a plan, and since which day."""
    today = company.today()
    invoice = world.issue(customer, "100.00", today - timedelta(days=39), due_on=today + timedelta(days=due))
    agreed(customer, [invoice], *parts)
    if Decimal(paid):
        world.apply(world.receive(customer, paid, today), invoice, paid, today)
    for day, (amount, since) in figures.items():
        on = today + timedelta(days=day)
        state = "overdue" if amount else "part_paid" if Decimal(paid) else "open"
        first = None if since is None else today + timedelta(days=since)
        assert said(invoice, on) == (amount, amount, first, state)
        assert aged_late(company, on) == amount
        assert overdue(manager, company, on) == bool(amount)
        if amount:
            read = with_state(Invoice.objects.select_related("company"), on).get()
            assert CustomerView(read, on).next_due == Instalment(first, amount)
        assert list(in_state(with_state(Invoice.objects.all(), on), "overdue")) == [invoice] * bool(amount)
        assert sum((work.overdue for work in worklist(company, on)), Decimal(0)) == amount


def test_what_stands_beside_a_plan_is_late_by_its_own_days(company: Any, customer: Any, late: Invoice) -> None:
    today = company.today()
    early = world.issue(customer, "70.00", today, due_on=today + timedelta(days=50))
    agreed(customer, [early], (1, "30.00"), (60, "40.00"))
    on = today + timedelta(days=2)
    assert said(late, on) == (130, 130, late.due_on, "overdue")
    assert said(early, on) == (130, 130, late.due_on, "overdue")
    assert aged_late(company, on) == 130


def test_the_customers_page_marks_as_late_what_is_by_the_days_agreed_on(
    company: Any, customer: Any, late: Invoice, manager: Any, client: Any, time_machine: Any
) -> None:
    today = company.today()
    early = world.issue(customer, "70.00", today, due_on=today + timedelta(days=50))
    world.issue(customer, "5.00", today, due_on=today + timedelta(days=50))
    agreed(customer, [early], (1, "30.00"), (60, "40.00"))
    put_off_due_day(world.item_of(late).pk, today + timedelta(days=5), by=None, reason="Agreed by phone")
    time_machine.move_to(f"{today + timedelta(days=4)}T10:00Z", tick=False)
    client.force_login(manager)
    rows = client.get(f"/customers/{customer.pk}/").content.decode().split('id="items-title"')[1].split("</table>")[0]
    assert re.findall(r'<span class="(late|soft) small">([^<]*days[^<]*)</span>', rows) == [
        ("late", "3 days late"),
        ("soft", "in 46 days"),
    ]


def overdue(user: Any, company: Any, on: date) -> int:
    """How many invoices the front page says are overdue."""
    return sum(task.count for task in tasks(user, company, on) if task.words == "Invoices overdue")


def test_the_front_page_counts_what_is_late_by_the_day_agreed_on(company: Any, late: Invoice, manager: Any) -> None:
    assert overdue(manager, company, company.today()) == 1
    put_off_due_day(world.item_of(late).pk, company.today(), by=None, reason="Agreed by phone")
    assert overdue(manager, company, company.today()) == 0
