"""Recurring invoices are made once for each period, on the company's own days, in order, whoever looks how often."""

import multiprocessing
import os
import signal
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction

from billing.chain import document_hash
from billing.models import Invoice, Occurrence, Outcome, RecurringInvoice
from billing.operations import bill_recurring as billing
from billing.operations.bill_recurring import bill_again, bill_next, bill_recurring, take_on
from billing.operations.close_month import close_month, reopen_month
from billing.operations.draft_invoice import delete_draft
from billing.operations.manage_recurring import (
    edit_recurring_invoice,
    end_recurring_invoice,
    pause_recurring_invoice,
    resume_recurring_invoice,
)
from billing.pdf.page import page_of
from billing.recurring import coming, coming_periods, due_recurring
from billing.tasks import bill_recurring_invoice
from billing.timeline import timeline
from ledger.refusals import Refused
from office.models import OutgoingMail
from reports.book_check import check_book
from tests import world

pytestmark = pytest.mark.django_db
Parallel = Callable[[list[Callable[[], Any]]], list[Any]]


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def sweep_at(text: str) -> None:
    """What the workers do at a moment."""
    with time_machine.travel(moment(text), tick=False):
        for recurring_id in due_recurring():
            bill_recurring_invoice(recurring_id)


def made(recurring: RecurringInvoice) -> list[tuple[str, str, str]]:
    """Each document's date and the days it bills, oldest period first."""
    documents = Invoice.objects.filter(occurrences__recurring=recurring).order_by("period_from")
    return [(str(one.dated_on), str(one.period_from), str(one.period_to)) for one in documents]


def totals(recurring: RecurringInvoice) -> list[str]:
    documents = Invoice.objects.filter(occurrences__recurring=recurring).order_by("period_from")
    return [f"{one.total:.2f}" for one in documents]


@pytest.fixture
def in_march() -> Any:
    """Most tests set up on 1 March 2026."""
    with time_machine.travel(moment("2026-03-01 09:00"), tick=False):
        yield


# The cases


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


# Once, in order


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
    superuser_cursor.execute("ALTER TABLE billing_occurrence DROP CONSTRAINT occurrence_once_per_period")
    try:
        in_parallel([claim_unlocked(recurring)] * 2)
        assert Invoice.objects.count() == 2
    finally:
        superuser_cursor.execute("SET session_replication_role = replica; DELETE FROM billing_occurrence")
        superuser_cursor.execute(
            "ALTER TABLE billing_occurrence ADD CONSTRAINT occurrence_once_per_period"
            " UNIQUE (recurring_id, period_from)"
        )


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


# What cannot be made


def test_one_that_is_refused_is_parked_and_the_others_go_on(customer, in_march):
    world.issue(customer, "1.00", date(2026, 3, 1))
    stuck = world.make_recurring(customer, "10.00", date(2026, 3, 1), name="Stuck")
    other = world.make_recurring(customer, "20.00", date(2026, 4, 1), name="Other")
    with time_machine.travel(moment("2026-04-02 09:00"), tick=False):
        close_month(customer.company, date(2026, 3, 1), by=None)
    sweep_at("2026-04-02 10:00")

    parked = stuck.occurrences.get(period_from=date(2026, 3, 1))
    assert (parked.outcome, parked.invoice) == (Outcome.PARKED, None)
    assert parked.problem == "That month is closed. Choose a later date, or have the month reopened."
    assert made(stuck) == [("2026-04-01", "2026-04-01", "2026-04-30")]
    assert made(other) == [("2026-04-01", "2026-04-01", "2026-04-30")]


def test_a_parked_one_is_made_again_on_the_day_somebody_does(customer, clerk, in_march):
    world.issue(customer, "1.00", date(2026, 3, 1))
    recurring = world.make_recurring(customer, "10.00", date(2026, 3, 1), most=1)
    with time_machine.travel(moment("2026-04-02 09:00"), tick=False):
        close_month(customer.company, date(2026, 3, 1), by=None)
    sweep_at("2026-04-02 10:00")
    parked = recurring.occurrences.get()

    with time_machine.travel(moment("2026-04-03 10:00"), tick=False):
        bill_again(parked.pk, by=clerk, on=date(2026, 4, 3))
        with pytest.raises(Refused) as refusal:
            bill_again(parked.pk, by=clerk, on=date(2026, 4, 3))
        reopen_month(customer.company, date(2026, 3, 1), reason="Audit", by=None)

    assert refusal.value.code == "already_made"
    assert made(recurring) == [("2026-04-03", "2026-03-01", "2026-03-31")]
    assert recurring.occurrences.get().outcome == Outcome.MADE


def test_what_nobody_foresaw_parks_it_too(customer, in_march, monkeypatch):
    recurring = world.make_recurring(customer, "10.00", date(2026, 3, 1), most=1)
    monkeypatch.setattr(billing, "period_words", lambda period: 1 / 0)
    bill_recurring(recurring.pk)

    assert recurring.occurrences.get().problem == billing.UNFORESEEN
    assert not Invoice.objects.exists()


def test_a_draft_thrown_away_is_not_made_again_by_itself_but_by_a_person(customer, clerk, in_march):
    recurring = world.make_recurring(customer, "10.00", date(2026, 3, 1), issues=False, most=1)
    bill_recurring(recurring.pk)
    delete_draft(Invoice.objects.get().pk, by=clerk)
    sweep_at("2026-03-02 10:00")
    assert not Invoice.objects.exists()

    again = bill_again(recurring.occurrences.get().pk, by=clerk, on=date(2026, 3, 1))

    assert (again.invoice.is_draft, again.invoice.created_by) == (True, clerk)


def test_it_is_issued_and_mailed_or_says_why_not(customer, in_march):
    mailed = world.make_recurring(customer, "10.00", date(2026, 3, 1), name="Mailed", sends=True)
    nobody = world.make_customer(customer.company, "Castell AG", contacts=[])
    silent = world.make_recurring(nobody, "10.00", date(2026, 3, 1), name="Silent", sends=True)
    bill_recurring(mailed.pk)
    bill_recurring(silent.pk)

    assert OutgoingMail.objects.get().about_id == mailed.occurrences.get().invoice_id
    occurrence = silent.occurrences.get()
    assert (occurrence.outcome, occurrence.invoice.status) == (Outcome.MADE, "issued")
    assert occurrence.problem.startswith("Issued, but not mailed: Nobody at this customer")


def test_the_document_says_which_schedule_and_period_made_it(customer, in_march):
    recurring = world.make_recurring(customer, "10.00", date(2026, 3, 1))
    bill_recurring(recurring.pk)

    words = [fact.words for fact in timeline(Invoice.objects.get())]
    assert "Made by Rent for 1 Mar 2026 – 31 Mar 2026" in words


# What it says


def test_the_period_is_printed_and_part_of_the_hash_and_no_other_document_changes_its_hash(customer, in_march):
    recurring = world.make_recurring(customer, "10.00", date(2026, 3, 1))
    bill_recurring(recurring.pk)
    invoice, plain = Invoice.objects.get(), world.issue(customer, "10.00", date(2026, 3, 1))

    assert ">Period</td>" in page_of(invoice)
    assert ">Period</td>" not in page_of(plain)
    assert document_hash(invoice, list(invoice.lines.all())) == invoice.hash
    invoice.period_to = date(2026, 3, 30)
    assert document_hash(invoice, list(invoice.lines.all())) != invoice.hash
    assert check_book() == []


def test_a_new_price_counts_from_the_first_period_that_begins_on_its_day_or_later(customer, in_march):
    line = world.recurring_line("100.00", new_price=Decimal("120.00"), new_price_from=date(2026, 4, 15))
    recurring = world.make_recurring(customer, [line], date(2026, 3, 1))
    for day in ("2026-05-02", "2026-06-02"):
        sweep_at(f"{day} 10:00")

    assert totals(recurring) == ["100.00", "100.00", "120.00", "120.00"]


def test_parts_may_cost_the_whole_price(customer, in_march):
    recurring = world.make_recurring(customer, "310.00", date(2026, 3, 20), wanted_day=1, prorates=False)
    sweep_at("2026-03-20 10:00")

    assert totals(recurring) == ["310.00"]


def test_a_part_of_several_is_rounded_on_the_line_and_not_before(customer, in_march):
    line = world.recurring_line("10.00", "3")
    recurring = world.make_recurring(customer, [line], date(2026, 3, 20), wanted_day=27)
    sweep_at("2026-03-20 10:00")

    assert totals(recurring) == ["6.77"]  # 30.00 x 7/31, not 3 x 2.26


def test_terms_go_to_each_document(customer, in_march):
    recurring = world.make_recurring(customer, "10.00", date(2026, 3, 1), net_days=7, po_number="PO-1", note="Hello")
    bill_recurring(recurring.pk)

    invoice = Invoice.objects.get()
    assert (invoice.due_on, invoice.po_number, invoice.note) == (date(2026, 3, 8), "PO-1", "Hello")


# Pausing, ending, changing


def test_no_period_begins_in_a_pause_and_none_is_made_up_for(customer, clerk, in_march):
    recurring = world.make_recurring(customer, "10.00", date(2026, 3, 1), most=3)
    bill_recurring(recurring.pk)
    pause_recurring_invoice(recurring.pk, first_on=date(2026, 3, 20), by=clerk)
    sweep_at("2026-05-05 10:00")
    assert len(made(recurring)) == 1

    with time_machine.travel(moment("2026-05-06 10:00"), tick=False):
        resume_recurring_invoice(recurring.pk, on=date(2026, 5, 6), by=clerk)
    sweep_at("2026-09-01 10:00")

    assert [first for _, first, _ in made(recurring)] == ["2026-03-01", "2026-06-01", "2026-07-01"]


def test_a_pause_planned_ahead_ends_by_itself(customer, clerk, in_march):
    recurring = world.make_recurring(customer, "10.00", date(2026, 3, 1), interval="week")
    pause_recurring_invoice(recurring.pk, first_on=date(2026, 3, 5), last_on=date(2026, 3, 18), by=clerk)
    sweep_at("2026-03-23 10:00")

    assert [first for _, first, _ in made(recurring)] == ["2026-03-01", "2026-03-22"]


def test_it_is_paused_once_and_resumed_only_then(customer, clerk, in_march):
    recurring = world.make_recurring(customer, "10.00", date(2026, 3, 1))
    with pytest.raises(Refused, match="not paused"):
        resume_recurring_invoice(recurring.pk, on=date(2026, 3, 1), by=clerk)
    with pytest.raises(Refused, match="ends on its first day or later"):
        pause_recurring_invoice(recurring.pk, first_on=date(2026, 3, 5), last_on=date(2026, 3, 4), by=clerk)
    pause_recurring_invoice(recurring.pk, first_on=date(2026, 3, 1), by=clerk)
    with pytest.raises(Refused, match="paused already"):
        pause_recurring_invoice(recurring.pk, first_on=date(2026, 3, 5), by=clerk)

    resume_recurring_invoice(recurring.pk, on=date(2026, 3, 1), by=clerk)
    assert RecurringInvoice.objects.get().next_on == date(2026, 3, 1)


def test_an_ended_one_makes_nothing_and_stays_ended(customer, clerk, in_march):
    recurring = world.make_recurring(customer, "10.00", date(2026, 3, 1))
    end_recurring_invoice(recurring.pk, by=clerk)
    sweep_at("2026-05-01 10:00")

    assert made(recurring) == []
    with pytest.raises(Refused, match="was ended"):
        pause_recurring_invoice(recurring.pk, first_on=date(2026, 3, 1), by=clerk)


def test_the_days_stay_once_a_period_was_billed_but_prices_and_the_end_may_change(customer, clerk, in_march):
    recurring = world.make_recurring(customer, "10.00", date(2026, 3, 1))
    bill_recurring(recurring.pk)
    details = world.recurring_details(customer, "15.00", date(2026, 3, 1), ends_on=date(2026, 4, 30))

    with pytest.raises(Refused) as refusal:
        edit_recurring_invoice(recurring.pk, replace(details, every=2), version=1, by=clerk)
    edit_recurring_invoice(recurring.pk, details, version=1, by=clerk)
    with pytest.raises(Refused, match="Somebody saved"):
        edit_recurring_invoice(recurring.pk, details, version=1, by=clerk)
    sweep_at("2026-06-01 10:00")

    assert refusal.value.code == "timing_fixed"
    assert totals(recurring) == ["10.00", "15.00"]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"name": " "}, "name_missing"),
        ({"lines": []}, "nothing_to_bill"),
        ({"interval": "hour"}, "bad_interval"),
        ({"every": 0}, "bad_interval"),
        ({"wanted_day": 32}, "bad_wanted_day"),
        ({"interval": "week", "wanted_day": 3}, "bad_wanted_day"),
        ({"ends_on": date(2026, 2, 28)}, "ends_before_it_starts"),
        ({"most": 0}, "bad_count"),
        ({"issues": False, "sends": True}, "sends_without_issuing"),
        ({"starts_on": date(2006, 3, 1)}, "start_out_of_range"),
        ({"currency": "USD"}, "no_exchange_rate"),
        ({"customer_id": 10**9}, "unknown_customer"),
        ({"lines": [world.recurring_line("1.00", description="{mnth}")]}, "unknown_placeholder"),
        ({"lines": [world.recurring_line("1.00", new_price=Decimal(2))]}, "bad_new_price"),
        ({"lines": [world.recurring_line("1.00", discount_percent=Decimal(101))]}, "bad_discount"),
        (
            {
                "lines": [
                    world.recurring_line("1.00", "10", new_price=Decimal(10) ** 12, new_price_from=date(2026, 4, 1))
                ]
            },
            "bad_amounts",
        ),
    ],
)
def test_what_makes_no_sense_is_refused_and_nothing_is_kept(customer, in_march, change, code):
    details = replace(world.recurring_details(customer, "10.00", date(2026, 3, 1)), **change)
    with pytest.raises(Refused) as refusal:
        world.add_recurring_invoice(customer.company, details, by=None)

    assert refusal.value.code == code
    assert not RecurringInvoice.objects.exists()


def test_a_name_stands_for_one(customer, in_march):
    world.make_recurring(customer, "10.00", date(2026, 3, 1))
    with pytest.raises(Refused, match="There is one named Rent already"):
        world.make_recurring(customer, "10.00", date(2026, 3, 1))


# The preview


def test_the_preview_shows_the_next_twelve_with_what_they_come_to(customer, in_march):
    tax = world.make_tax(customer.company, "19")
    lines = [
        world.recurring_line("100.00", tax=tax, new_price=Decimal("110.00"), new_price_from=date(2027, 1, 1)),
    ]
    recurring = world.make_recurring(customer, lines, date(2026, 3, 16), wanted_day=1)
    bill_recurring(recurring.pk)
    rows = coming(recurring)

    assert len(rows) == 12
    assert [str(row.period.first) for row in rows[:2]] == ["2026-03-16", "2026-04-01"]
    assert [f"{row.total:.2f}" for row in rows[:2]] == ["61.42", "119.00"]  # 100 x 16/31 = 51.61, and 19 %
    assert [f"{row.total:.2f}" for row in rows if row.period.first.year == 2027] == ["130.90"] * 2


def test_the_preview_ends_with_the_schedule(customer, in_march):
    assert len(coming(world.make_recurring(customer, "1.00", date(2026, 3, 1), most=3))) == 3
