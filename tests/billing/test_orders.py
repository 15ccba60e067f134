"""Orders: recorded, changed, ended."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from billing.models import BilledLine, Order, OrderLine, OrderStatus, OrderVersion
from billing.operations.change_order import change_order
from billing.operations.end_order import end_order, reopen_order
from billing.operations.order_details import OrderLineDetails
from billing.operations.record_order import record_order
from billing.order_figures import lines_with_figures, with_state
from ledger.refusals import Refused
from office.models import AuditRecord
from tests import world
from tests.billing.ordering import ORDERED, make_order, order_details, order_line, send_back, ship

pytestmark = pytest.mark.django_db


@pytest.fixture
def customer():
    return world.make_customer(world.make_company())


def state_of(order):
    return with_state(Order.objects.filter(pk=order.pk), date(2026, 3, 9)).get().state


def refused(act, *args, **kwargs):
    with pytest.raises(Refused) as refusal:
        act(*args, **kwargs)
    return refusal.value


def test_an_order_takes_the_next_number_and_adds_up_its_lines(customer):
    order = make_order(customer, order_line("10", "12.50"), order_line("3", "1.99", discount_percent=Decimal(10)))

    assert (order.number, order.net, order.currency) == ("SO-2026-0001", Decimal("130.37"), "EUR")
    assert [line.net for line in order.lines.all()] == [Decimal("125.00"), Decimal("5.37")]
    assert AuditRecord.objects.get(action="record_order").subject_id == order.pk


def test_an_order_keeps_the_number_that_was_typed_and_later_numbers_pass_it_by(customer):
    assert make_order(customer, number="SO-2026-0001").number == "SO-2026-0001"
    assert make_order(customer).number == "SO-2026-0002"


def test_a_line_of_a_product_takes_its_price_and_code(customer):
    product = world.make_product(customer.company, "SHELF", unit="C62")
    world.make_price(product, world.make_price_list(customer.company, "Usual"), "148.50")
    wanted = OrderLineDetails(quantity=Decimal(2), product_id=product.pk, usual_tax=True)
    line = make_order(customer, wanted).lines.get()

    assert (line.item_code, line.description, line.unit_price) == ("SHELF", "Shelf", Decimal("148.50"))


def test_a_form_sent_twice_makes_one_order(customer):
    key = uuid4()
    first, again = (record_order(customer.company, order_details(customer), by=None, form_key=key) for _ in range(2))

    assert first == again
    assert Order.objects.count() == 1


@pytest.mark.parametrize(
    ("details", "code"),
    [
        ({"number": "A"}, "number_taken"),
        ({"po_number": "PO-1"}, "po_taken"),
        ({"source_reference": "S-1"}, "reference_taken"),
        ({"lines": ()}, "nothing_ordered"),
        ({"lines": [order_line("0")]}, "bad_quantity"),
        ({"lines": [order_line(description=" ")]}, "no_description"),
        ({"lines": [order_line(tax_id=999)]}, "unknown_tax"),
        ({"lines": [order_line(product_id=999)]}, "unknown_product"),
        ({"lines": [order_line(tolerance_percent=Decimal(101))]}, "bad_tolerance"),
        ({"valid_until": date(2026, 3, 1)}, "validity_not_in_order"),
        ({"blanket_amount": Decimal(0)}, "bad_blanket_amount"),
        ({"ordered_on": date(1026, 3, 1)}, "bad_day"),
        ({"customer_id": 999}, "unknown_customer"),
        ({"currency": "XXQ"}, "bad_currency"),
    ],
)
def test_what_no_order_can_be_is_refused(customer, details, code):
    make_order(customer, number="A", po_number="PO-1", source_reference="S-1")
    wanted = replace(order_details(customer), **details)

    assert refused(record_order, customer.company, wanted, by=None).code == code
    assert Order.objects.count() == 1


def test_a_blanket_order_needs_no_lines(customer):
    order = record_order(
        customer.company, replace(order_details(customer), lines=(), blanket_amount=Decimal("5000")), by=None
    )

    assert (order.blanket_amount, order.net) == (Decimal("5000"), 0)


def test_a_change_keeps_the_version_before_and_who_made_it_why(customer):
    order = make_order(customer, order_line(), order_line("1", "9", description="Hooks"))
    shelf, hooks = order.lines.all()
    lines = [order_line("4", "11", line_id=hooks.pk, description="Hooks"), order_line("12", line_id=shelf.pk)]
    clerk = world.make_user(customer.company)
    changed = change_order(
        order.pk, order_details(customer, *lines, po_number="PO-9"), version=1, reason="Phoned", by=clerk
    )
    kept = OrderVersion.objects.get()

    assert [line.pk for line in changed.lines.all()] == [hooks.pk, shelf.pk]
    assert (changed.version, changed.net) == (2, Decimal("194.00"))
    assert (kept.version, kept.reason, kept.changed_by) == (1, "Phoned", clerk)
    assert (kept.facts["net"], kept.facts["po_number"], len(kept.facts["lines"])) == ("134", "", 2)


def test_saving_without_a_change_keeps_no_version(customer):
    order = make_order(customer)
    again = order_details(customer, order_line(line_id=order.lines.get().pk))

    assert change_order(order.pk, again, version=1, by=None).version == 1
    assert not OrderVersion.objects.exists()


def test_a_stale_save_is_refused(customer):
    order = make_order(customer)

    assert refused(change_order, order.pk, order_details(customer), version=7, by=None).code == "stale"


def test_a_quantity_cannot_go_below_what_was_shipped(customer):
    order = make_order(customer)
    ship(order, "4")
    line = order.lines.get()
    change_order(order.pk, order_details(customer, order_line("4", line_id=line.pk)), version=1, by=None)
    below = order_details(customer, order_line("3", line_id=line.pk))

    refusal = refused(change_order, order.pk, below, version=2, by=None)
    assert refusal.message == "Line 1: 4 of it were shipped, so it cannot go below that."
    assert OrderLine.objects.get().quantity == 4


def test_a_line_that_was_shipped_stays(customer):
    order = make_order(customer)
    ship(order, "4")

    assert refused(change_order, order.pk, order_details(customer), version=1, by=None).code == "line_in_use"
    assert order.lines.count() == 1


def test_a_line_of_another_order_is_not_taken_over(customer):
    order, other = make_order(customer), make_order(customer)
    stolen = order_details(customer, order_line(line_id=other.lines.get().pk))

    assert refused(change_order, order.pk, stolen, version=1, by=None).code == "unknown_line"


def test_a_reason_too_long_to_keep_is_refused_and_not_cut(customer):
    order = make_order(customer)
    wanted = replace(order_details(customer), note="Later")

    assert refused(change_order, order.pk, wanted, version=1, reason="x" * 301, by=None).code == "reason_too_long"
    assert change_order(order.pk, wanted, version=1, reason="x" * 300, by=None).version == 2


def test_an_order_stays_with_its_customer(customer):
    order = make_order(customer)
    another = order_details(world.make_customer(customer.company, "Elm"))

    assert refused(change_order, order.pk, another, version=1, by=None).code == "other_customer"


def test_an_order_is_closed_and_opened_again(customer):
    order = make_order(customer)
    end_order(order.pk, "closed", reason="The rest is not needed", on=ORDERED, by=None)
    order.refresh_from_db()

    assert (order.status, order.ended_on, state_of(order)) == (OrderStatus.CLOSED, ORDERED, "closed")
    assert refused(change_order, order.pk, order_details(customer), version=2, by=None).code == "order_ended"
    assert refused(end_order, order.pk, "closed", reason="x", on=ORDERED, by=None).code == "order_ended"
    assert refused(ship, order).code == "order_ended"
    reopen_order(order.pk, reason="It is", by=None)
    assert state_of(order) == "open"
    assert refused(reopen_order, order.pk, reason="x", by=None).code == "order_open"


@pytest.mark.parametrize(
    ("status", "reason", "code"),
    [("closed", " ", "reason_missing"), ("closed", "x" * 301, "reason_too_long"), ("open", "x", "bad_status")],
)
def test_an_order_ends_in_a_way_and_with_a_reason(customer, status, reason, code):
    order = make_order(customer)

    assert refused(end_order, order.pk, status, reason=reason, on=ORDERED, by=None).code == code


def test_what_was_shipped_or_billed_is_not_cancelled(customer):
    shipped, billed, untouched = make_order(customer), make_order(customer), make_order(customer)
    ship(shipped, "1")
    draft = world.draft(customer, "5")
    BilledLine.objects.create(invoice_line=draft.lines.get(), order=billed, order_line=billed.lines.get(), why="chosen")

    def cancel(order):
        return end_order(order.pk, "cancelled", reason="x", on=ORDERED, by=None)

    assert refused(cancel, shipped).code == "already_shipped"
    assert refused(cancel, billed).code == "already_billed"
    assert cancel(untouched).status == OrderStatus.CANCELLED


def test_an_orders_state_follows_what_is_shipped_and_its_days(customer):
    order = make_order(customer, order_line(wanted_on=date(2026, 3, 8)))
    late = make_order(customer, order_line(wanted_on=date(2026, 3, 9)))
    expired = make_order(customer, valid_until=date(2026, 3, 8))

    assert [state_of(each) for each in (order, late, expired)] == ["late", "open", "order_expired"]
    part = ship(late, "4")
    assert state_of(late) == "part_shipped"
    ship(late, "6")
    assert state_of(late) == "shipped"
    send_back(part, "1")
    assert state_of(late) == "part_shipped"


def test_an_orders_lines_say_what_is_shipped_billed_and_left(customer):
    order = make_order(customer)
    shipment = ship(order, "6")
    send_back(shipment, "2")
    issued, draft = (
        world.issue(customer, [world.line("1", "3")], ORDERED),
        world.draft(customer, [world.line("1", "1")]),
    )
    for invoice in (issued, draft):
        BilledLine.objects.create(
            invoice_line=invoice.lines.get(), order=order, order_line=order.lines.get(), why="chosen"
        )
    [line] = lines_with_figures(order)

    assert (line.figures.shipped, line.figures.returned, line.figures.billed, line.figures.drafted) == (6, 2, 3, 1)
    assert line.left == 6


@pytest.mark.parametrize("column", ["customer_id", "company_id"])
def test_the_database_keeps_an_order_to_its_customer(customer, column):
    make_order(customer)
    ids = {"customer_id": world.make_customer(customer.company, "Elm").pk, "company_id": world.make_company().pk}

    with pytest.raises(IntegrityError, match="of one customer"), transaction.atomic():
        Order.objects.update(**{column: ids[column]})
