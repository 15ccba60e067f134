"""Recurring invoices are made once for each period, on the company's own days, in order, whoever looks how often."""

import multiprocessing
import os
import signal
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction

from billing.models import Invoice, Occurrence, RecurringInvoice
from billing.operations import bill_recurring as billing
from billing.operations.bill_recurring import bill_next, bill_recurring, take_on
from billing.recurring import coming, coming_periods
from reports.book_check import check_book
from tests import world
from tests.billing.recurring_samples import made, moment, sweep_at, totals
from tests.unguarded import without

pytestmark = pytest.mark.django_db
Parallel = Callable[[list[Callable[[], Any]]], list[Any]]


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (31, ["2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30", "2026-05-31", "2026-06-30"]),
        (30, ["2026-01-30", "2026-02-28", "2026-03-30", "2026-04-30", "2026-05-30", "2026-06-30"]),
    ],
)
def test_rec_01_documents_keep_the_wanted_day(customer, day, expected):
    with time_machine.travel(moment("2026-01-05 09:00"), tick=False):
        recurring = world.make_recurring(customer, "10.00", date(2026, 1, day))
    for text in expected:
        sweep_at(f"{text} 10:00")

    assert [dated_on for dated_on, _, _ in made(recurring)] == expected


def test_rec_02_two_runs_either_side_of_local_midnight_bill_a_week_once(db):
    customer = world.make_customer(world.make_company(time_zone="Europe/Paris"))
    with time_machine.travel(moment("2023-05-22 09:00"), tick=False):
        recurring = world.make_recurring(customer, "70.00", date(2023, 5, 23), interval="week", in_arrears=True)

    sweep_at("2023-05-30 20:00")
    sweep_at("2023-05-30 23:00")

    assert made(recurring) == [("2023-05-30", "2023-05-23", "2023-05-29")]
    assert bill_next(recurring.pk, on=date(2023, 5, 30)) is None
    assert bill_next(recurring.pk, on=date(2023, 5, 24)) is None
    with pytest.raises(IntegrityError, match="occurrence_once_per_period"), transaction.atomic():
        Occurrence.objects.create(
            recurring=recurring, period_from=date(2023, 5, 23), period_to=date(2023, 5, 29), due_on=date(2023, 5, 30)
        )


def test_rec_03_a_part_period_over_two_months(customer):
    with time_machine.travel(moment("2015-01-20 09:00"), tick=False):
        recurring = world.make_recurring(customer, "100.00", date(2015, 1, 25), wanted_day=3, ends_on=date(2015, 2, 2))
        assert [row.total for row in coming(recurring)] == [Decimal("29.72")]
    sweep_at("2015-03-01 10:00")

    assert totals(recurring) == ["29.72"]
    assert made(recurring) == [("2015-01-25", "2015-01-25", "2015-02-02")]


def test_rec_04_a_clock_change_inside_the_period(db):
    customer = world.make_customer(world.make_company(time_zone="Europe/Paris"))
    with time_machine.travel(moment("2026-03-10 09:00"), tick=False):
        recurring = world.make_recurring(customer, "310.00", date(2026, 3, 20), wanted_day=1)
    sweep_at("2026-03-20 09:00")
    sweep_at("2026-03-31 22:30")  # 1 April in Paris

    assert totals(recurring) == ["120.00", "310.00"]


def test_rec_05_a_year_is_twelve_documents(customer):
    with time_machine.travel(moment("2026-08-01 09:00"), tick=False):
        recurring = world.make_recurring(customer, "20.00", date(2026, 8, 3), ends_on=date(2027, 8, 2))
    for quarter in ("2026-10-04", "2027-01-04", "2027-04-04", "2027-09-01"):
        sweep_at(f"{quarter} 10:00")

    assert totals(recurring) == ["20.00"] * 12
    assert made(recurring)[-1] == ("2027-07-03", "2027-07-03", "2027-08-02")
    assert RecurringInvoice.objects.get().next_on is None


def test_rec_07_at_midnight_in_sydney_it_is_the_first_and_says_october(db):
    customer = world.make_customer(world.make_company(time_zone="Australia/Sydney"))
    with time_machine.travel(moment("2025-09-10 09:00"), tick=False):
        line = world.recurring_line("100.00", description="Hosting {month} {year}, {period}")
        recurring = world.make_recurring(customer, [line], date(2025, 10, 1))
    sweep_at("2025-09-30 13:59")
    assert made(recurring) == []
    sweep_at("2025-09-30 14:00")

    invoice = Invoice.objects.get()
    assert (invoice.dated_on, invoice.number) == (date(2025, 10, 1), "INV-2025-0001")
    assert invoice.lines.get().description == "Hosting October 2025, 1 Oct 2025 – 31 Oct 2025"
    assert invoice.entry.dated_on == date(2025, 10, 1)


def test_what_was_missed_is_made_in_order_each_on_its_day(customer, in_march):
    recurring = world.make_recurring(customer, "10.00", date(2026, 3, 1), interval="week")
    sweep_at("2026-03-17 10:00")

    days = ["2026-03-01", "2026-03-08", "2026-03-15"]
    assert [dated_on for dated_on, _, _ in made(recurring)] == days
    numbered = Invoice.objects.order_by("number").values_list("number", "dated_on")
    assert [(number, str(day)) for number, day in numbered] == [
        (f"INV-2026-{place:04d}", day) for place, day in enumerate(days, start=1)
    ]
    sweep_at("2026-03-17 10:01")
    assert len(made(recurring)) == 3


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_make_each_period_once(customer, in_parallel: Parallel):
    recurring = long_due(customer)

    results = in_parallel([lambda: bill_recurring(recurring.pk)] * 4)

    assert [result for result in results if isinstance(result, Exception)] == []
    while bill_recurring(recurring.pk):
        pass
    assert sum(len(result) for result in results) <= 6
    assert Invoice.objects.count() == Occurrence.objects.count() == 6
    assert check_book() == []


def long_due(customer: Any) -> RecurringInvoice:
    """Six days that nobody billed and somebody confirmed, and no more to come."""
    start = customer.company.today().replace(day=1)
    start = start.replace(month=start.month - 2) if start.month > 2 else start.replace(year=start.year - 1, month=10)
    recurring = world.make_recurring(customer, "10.00", start, interval="day", most=6)
    RecurringInvoice.objects.update(confirmed_until=customer.company.today())
    return recurring


def claim_unlocked(recurring: RecurringInvoice) -> Callable[[], Any]:
    """What a worker would do that locks nothing."""
    period = coming_periods(recurring, 1)[0]

    def claim() -> Invoice:
        with transaction.atomic():
            occurrence = take_on(recurring, period)
            billing._make(recurring, occurrence, period, period.due_on, by=None)
            return occurrence.invoice

    return claim


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_the_database_lets_one_of_two_claim_a_period(customer, in_parallel: Parallel):
    recurring = long_due(customer)
    results = in_parallel([claim_unlocked(recurring)] * 2)

    assert sorted(type(result).__name__ for result in results) == ["IntegrityError", "Invoice"]
    assert Invoice.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_control_without_lock_and_constraint_a_period_is_billed_twice(
    customer, in_parallel: Parallel, superuser_cursor
):
    recurring = long_due(customer)
    with without(superuser_cursor, "occurrence_once_per_period"):
        in_parallel([claim_unlocked(recurring)] * 2)
        assert Invoice.objects.count() == 2


def dying_worker(recurring_id: int) -> int:
    """Bill in a process of its own, and give its exit code."""

    def work() -> None:
        connection.connect()  # what it inherited would stay open in the parent, and hold its locks, when it dies
        bill_recurring(recurring_id)

    worker = multiprocessing.get_context("fork").Process(target=work)
    worker.start()
    worker.join(60)
    return worker.exitcode


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("step", "left"), [("document_details", 0), ("next_day", 0), ("period_words", 0)])
def test_a_worker_killed_in_between_leaves_nothing_and_the_next_makes_each_once(customer, monkeypatch, step, left):
    recurring = long_due(customer)
    monkeypatch.setattr(billing, step, lambda *args: os.kill(os.getpid(), signal.SIGKILL))
    assert dying_worker(recurring.pk) == -signal.SIGKILL
    monkeypatch.undo()

    assert Invoice.objects.count() == Occurrence.objects.count() == left
    bill_recurring(recurring.pk)
    assert Invoice.objects.count() == Occurrence.objects.count() == 6
    assert sorted(Invoice.objects.values_list("sequence", flat=True)) == [1, 2, 3, 4, 5, 6]


@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_after_two_leaves_two_and_the_next_makes_the_rest(customer, monkeypatch):
    recurring = long_due(customer)
    original = billing.period_words

    def die_at_third(period: Any) -> str:
        if Occurrence.objects.count() == 3:
            os.kill(os.getpid(), signal.SIGKILL)
        return original(period)

    monkeypatch.setattr(billing, "period_words", die_at_third)
    assert dying_worker(recurring.pk) == -signal.SIGKILL
    monkeypatch.undo()

    assert Invoice.objects.count() == Occurrence.objects.count() == 2
    bill_recurring(recurring.pk)
    assert Invoice.objects.count() == 6
