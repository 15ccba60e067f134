"""Orders and shipments from a file: each whole or not at all, and once."""

from datetime import date
from decimal import Decimal
from io import BytesIO

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from billing.importing.orders import ORDER_FIELDS, SHIPMENT_FIELDS
from billing.models import Order, OrderStatus, OrderVersion, Shipment
from billing.operations.end_order import end_order
from billing.operations.import_orders import import_orders
from billing.operations.import_shipments import import_shipments
from office.importing import CHANGED, NEW, SAME, WRONG
from office.models import AuditRecord
from office.reading import Mapping
from office.reading.mapping import match_headings
from tests import world
from tests.billing.ordering import make_order, order_line

pytestmark = pytest.mark.django_db
ORDERS = """Order number,Customer no,PO,Order date,Item code,Description,Quantity,Unit,Price,Wanted on
S-1,{number},PO-1,2026-03-02,,Oak shelf,10,pcs,12.50,2026-03-20
S-1,{number},PO-1,2026-03-02,HOOK,Wall hook,40,,3.20,
S-2,{number},,2026-03-03,CRATE,,2,,,
"""
SHIPMENTS = """Delivery note,Customer no,Order number,Ship date,Item code,Description,Quantity
D-1,{number},PO-1,2026-03-05,,Oak shelf,4
D-1,{number},PO-1,2026-03-05,HOOK,,40
D-2,{number},,2026-03-06,,Loose boards,3
"""


@pytest.fixture
def customer():
    customer = world.make_customer(world.make_company())
    product = world.make_product(customer.company, "CRATE")
    world.make_price(product, world.make_price_list(customer.company, "Usual"), "62")
    return customer


def taken(customer, text, act=import_orders, fields=ORDER_FIELDS, **details):
    content = text.format(number=customer.number).encode()
    rows = content.decode().splitlines()
    mapping = match_headings(rows[0].split(","), fields)
    return act(customer.company, BytesIO(content), mapping, by=None, **details)


def shipped(customer, text, **details):
    return taken(customer, text, import_shipments, SHIPMENT_FIELDS, **details)


def test_rows_of_one_number_are_an_order(customer):
    outcome = taken(customer, ORDERS)
    first, second = Order.objects.order_by("pk")

    assert (dict(outcome.counts), outcome.troubles) == ({NEW: 2}, [])
    assert (first.number, first.po_number, first.net, first.source_reference) == ("S-1", "PO-1", Decimal(253), "S-1")
    assert first.lines.first().wanted_on == date(2026, 3, 20)
    assert [(line.item_code, line.unit_price) for line in second.lines.all()] == [("CRATE", Decimal(62))]


def test_a_file_sent_again_adds_nothing_and_a_changed_one_changes(customer):
    taken(customer, ORDERS)

    assert dict(taken(customer, ORDERS).counts) == {SAME: 2}
    assert dict(taken(customer, ORDERS.replace(",10,pcs", ",12,pcs")).counts) == {CHANGED: 1, SAME: 1}
    assert (Order.objects.count(), OrderVersion.objects.get().reason) == (2, "Imported from a file")


def test_rows_of_one_number_need_not_stand_together(customer):
    first, *rows = ORDERS.splitlines()
    apart = "\n".join([first, rows[0], rows[2], rows[1]]) + "\n"

    assert dict(taken(customer, apart).counts) == {NEW: 2}
    assert [order.lines.count() for order in Order.objects.order_by("number")] == [2, 1]
    assert dict(taken(customer, ORDERS).counts) == {SAME: 2}


def test_of_two_orders_with_one_number_of_the_customers_the_second_is_told_with_its_line(customer):
    outcome = taken(customer, ORDERS.replace("S-2,{number},", "S-2,{number},PO-1"))
    [trouble] = outcome.troubles

    assert dict(outcome.counts) == {NEW: 1, WRONG: 1}
    assert (trouble.line, trouble.reason) == (4, "po_taken")
    assert trouble.advice == f"{customer.name}'s order PO-1 is here already as S-1."
    assert Order.objects.get().number == "S-1"


def test_an_order_that_has_ended_stays_as_it_is(customer):
    taken(customer, ORDERS)
    end_order(Order.objects.get(number="S-1").pk, OrderStatus.CLOSED, reason="All came", on=date(2026, 3, 30), by=None)

    assert dict(taken(customer, ORDERS.replace(",10,pcs", ",12,pcs")).counts) == {SAME: 2}


def test_more_orders_are_taken_and_seen_again_in_no_more_queries(customer):
    head, row = ORDERS.splitlines()[0], "{name},{{number}},,2026-03-02,CRATE,,2,,61,"

    def queries(*numbers):
        text = "\n".join([head, *(row.format(name=f"M-{number}") for number in numbers), ""])
        with CaptureQueriesContext(connection) as asked:
            outcome = taken(customer, text)
        return len(asked), dict(outcome.counts)

    few, _ = queries(1, 2)
    assert queries(*range(10, 40)) == (few, {NEW: 30})
    few, _ = queries(1, 2)
    assert queries(*range(10, 40)) == (few, {SAME: 30})
    assert AuditRecord.objects.filter(action="record_order").count() == 32


def test_a_dry_run_keeps_nothing(customer):
    assert dict(taken(customer, ORDERS, dry_run=True).counts) == {NEW: 2}
    assert not Order.objects.exists()


@pytest.mark.parametrize(
    ("was", "becomes", "reason"),
    [
        (",40,,3.20", ",many,,3.20", "Quantity cannot be read"),
        ("HOOK,Wall hook,40", "NONE,,40", "unknown_product"),
        ("Wall hook,40,,3.20", "Wall hook,40,,", "no_price"),
        ("{number},PO-1,2026-03-02,HOOK", "{number},PO-2,2026-03-02,HOOK", "Said in two ways"),
        ("S-1,{number}", "S-1,C99", "unknown_customer"),
    ],
)
def test_an_order_with_a_wrong_row_is_left_out_whole_and_the_others_are_taken(customer, was, becomes, reason):
    outcome = taken(customer, ORDERS.replace(was, becomes))

    assert dict(outcome.counts) == {WRONG: 1, NEW: 1}
    assert reason in {trouble.reason for trouble in outcome.troubles}
    assert {trouble.line for trouble in outcome.troubles} == {2, 3}
    assert Order.objects.get().source_reference == "S-2"


def test_rows_of_one_number_are_a_shipment_of_its_order(customer):
    taken(customer, ORDERS)
    outcome = shipped(customer, SHIPMENTS)
    first, second = Shipment.objects.order_by("pk")

    assert (dict(outcome.counts), outcome.troubles) == ({NEW: 2}, [])
    assert (first.number, first.order.number) == ("D-1", "S-1")
    assert [line.order_line.position for line in first.lines.all()] == [1, 2]
    assert (second.order, second.lines.get().description) == (None, "Loose boards")
    assert dict(shipped(customer, SHIPMENTS).counts) == {"Here already": 2}


def test_a_line_that_no_order_line_certainly_is_holds_its_shipment_back(customer):
    make_order(customer, order_line(), order_line(), po_number="PO-1")
    outcome = shipped(customer, SHIPMENTS)

    assert dict(outcome.counts) == {WRONG: 1, NEW: 1}
    assert "no_order_line" in {trouble.reason for trouble in outcome.troubles}


def test_more_shipments_are_taken_and_seen_again_in_no_more_queries(customer):
    taken(customer, ORDERS)
    head, row = SHIPMENTS.splitlines()[0], "{name},{{number}},PO-1,2026-03-05,,Oak shelf,1"

    def queries(*numbers):
        text = "\n".join([head, *(row.format(name=f"M-{number}") for number in numbers), ""])
        with CaptureQueriesContext(connection) as asked:
            outcome = shipped(customer, text)
        return len(asked), dict(outcome.counts)

    few, _ = queries(1, 2)
    assert queries(*range(10, 40)) == (few, {NEW: 30})
    few, _ = queries(1, 2)
    assert queries(*range(10, 40)) == (few, {"Here already": 30})
    assert AuditRecord.objects.filter(action="record_shipment").count() == 32


@pytest.mark.parametrize(
    ("was", "becomes", "reason"),
    [
        ("D-2,{number},,2026-03-06", "D-2,{number},,2999-03-06", "date_in_future"),
        ("Loose boards,3", "Loose boards,0", "bad_quantity"),
        ("", "", "order_ended"),
    ],
)
def test_a_wrong_shipment_is_told_with_its_line_and_the_other_is_taken(customer, was, becomes, reason):
    taken(customer, ORDERS)
    if reason == "order_ended":
        order = make_order(customer, order_line(), po_number="PO-9")
        end_order(order.pk, OrderStatus.CLOSED, reason="All came", on=date(2026, 3, 30), by=None)
        was, becomes = "D-2,{number},,2026-03-06,,Loose boards", "D-2,{number},PO-9,2026-03-06,,Oak shelf"
    outcome = shipped(customer, SHIPMENTS.replace(was, becomes))

    assert dict(outcome.counts) == {NEW: 1, WRONG: 1}
    assert [(trouble.line, trouble.reason) for trouble in outcome.troubles] == [(4, reason)]
    assert Shipment.objects.get().number == "D-1"


def test_what_came_back_is_no_shipment_of_a_file(customer):
    text = SHIPMENTS.replace("Delivery note,", "Delivery note,Kind,").replace("D-1,", "D-1,return,")
    outcome = shipped(customer, text.replace("D-2,", "D-2,,").replace("PO-1", ""))

    assert dict(outcome.counts) == {NEW: 1, WRONG: 1}
    assert outcome.troubles[0].reason == "bad_kind"


def test_an_unknown_order_holds_a_shipment_back(customer):
    outcome = shipped(customer, SHIPMENTS)

    assert outcome.troubles[0].reason == "unknown_order"
    assert dict(outcome.counts) == {WRONG: 1, NEW: 1}


def test_a_mapping_is_guessed_from_usual_headings():
    assert isinstance(match_headings(["Order number", "Order date"], ORDER_FIELDS), Mapping)
