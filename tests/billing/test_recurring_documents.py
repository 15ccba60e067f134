"""What the documents of a recurring invoice say, and those that are still to come."""

from datetime import date
from decimal import Decimal

import pytest

from billing.chain import document_hash
from billing.models import Invoice
from billing.operations.bill_recurring import bill_recurring
from billing.pdf.page import page_of
from billing.recurring import coming
from reports.book_check import check_book
from tests import world
from tests.billing.recurring_samples import sweep_at, totals

pytestmark = pytest.mark.django_db


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
