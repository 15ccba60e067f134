"""Shipments: recorded, changed, cancelled, delivered, and what comes back."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from threading import Barrier, Thread
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction

from billing.models import BilledLine, DeliveryProof, Shipment, ShipmentLine, ShipmentVersion
from billing.operations.cancel_shipment import cancel_shipment
from billing.operations.change_shipment import change_shipment
from billing.operations.confirm_delivery import confirm_delivery
from billing.operations.issue_invoice import issue_invoice
from billing.operations.record_return import record_return
from billing.operations.record_shipment import record_shipment
from billing.operations.shipment_details import ShipmentLineDetails
from billing.operations.void_invoice import void_invoice
from ledger.refusals import Refused
from tests import world
from tests.billing.ordering import (
    ORDERED,
    SHIPPED,
    make_order,
    order_line,
    send_back,
    ship,
    ship_freely,
    shipment_of,
)

TODAY = date(2026, 3, 9)


@pytest.fixture
def customer(db):
    return world.make_customer(world.make_company())


def refused(act, *args, **kwargs):
    with pytest.raises(Refused) as refusal:
        act(*args, **kwargs)
    return refusal.value


def billing_of(shipment, *, issued=True):
    """An invoice of one of a shipment's only line."""
    invoice = world.draft(shipment.customer, [world.line("12.50", "1")])
    line = shipment.lines.get()
    order = line.order_line and line.order_line.order
    names = {"shipment_line": line, "order_line": line.order_line, "order": order, "why": "drafted"}
    BilledLine.objects.create(invoice_line=invoice.lines.get(), **names)
    return issue_invoice(invoice.pk, by=None, on=TODAY) if issued else invoice


def test_a_shipment_takes_what_its_order_says(customer):
    order = make_order(customer, order_line(unit="pcs"), order_line("2", description="Hooks"))
    shipment = ship(order, "4", "0")
    line = shipment.lines.get()

    assert (shipment.number, shipment.order) == ("DE-2026-0001", order)
    assert (line.description, line.unit, line.quantity, line.order_line) == ("Oak shelf", "pcs", 4, order.lines.first())


def test_a_shipment_without_an_order_says_itself_what_it_holds(customer):
    timesheet = ship_freely(
        customer,
        ShipmentLineDetails(Decimal("7.5"), "Fitting", done_on=ORDERED, done_by="Ada", unit_price=Decimal(45)),
        kind="timesheet",
    )

    assert (timesheet.number, timesheet.lines.get().done_by) == ("TS-2026-0001", "Ada")


def test_a_form_sent_twice_makes_one_shipment(customer):
    order, key = make_order(customer), uuid4()
    first, again = (record_shipment(customer.company, shipment_of(order), by=None, form_key=key) for _ in range(2))

    assert first == again
    assert Shipment.objects.count() == 1


@pytest.mark.parametrize(
    ("details", "code"),
    [
        ({"number": "D-1"}, "number_taken"),
        ({"source_reference": "S-1"}, "reference_taken"),
        ({"lines": ()}, "nothing_shipped"),
        ({"lines": [ShipmentLineDetails(Decimal(1))]}, "no_description"),
        ({"lines": [ShipmentLineDetails(Decimal(0), "x")]}, "bad_quantity"),
        ({"lines": [ShipmentLineDetails(Decimal(1), product_id=999)]}, "unknown_product"),
        ({"lines": [ShipmentLineDetails(Decimal(1), order_line_id=999)]}, "unknown_order_line"),
        ({"order_id": 999}, "unknown_order"),
        ({"customer_id": 999}, "unknown_customer"),
        ({"kind": "return"}, "bad_kind"),
        ({"shipped_on": date(2199, 1, 1)}, "date_in_future"),
    ],
)
def test_what_no_shipment_can_be_is_refused(customer, details, code):
    order = make_order(customer)
    ship(order, "1", number="D-1", source_reference="S-1")

    assert refused(record_shipment, customer.company, replace(shipment_of(order), **details), by=None).code == code
    assert Shipment.objects.count() == 1


def test_an_order_of_another_customer_is_not_shipped_on(customer):
    other = make_order(world.make_customer(customer.company, "Elm"))
    wanted = replace(shipment_of(other), customer_id=customer.pk)

    assert refused(record_shipment, customer.company, wanted, by=None).code == "unknown_order"
    assert refused(record_shipment, customer.company, replace(wanted, order_id=None), by=None).code == (
        "unknown_order_line"
    )


def test_a_change_keeps_the_version_before(customer):
    order = make_order(customer)
    shipment = ship(order, "4")
    [line] = shipment_of(order, ["5"]).lines
    wanted = shipment_of(order, carrier="Post")
    changed = change_shipment(
        shipment.pk,
        replace(wanted, lines=[replace(line, line_id=shipment.lines.get().pk)]),
        version=1,
        reason="Counted again",
        by=None,
    )
    kept = ShipmentVersion.objects.get()

    assert (changed.version, changed.carrier, changed.lines.get().quantity) == (2, "Post", 5)
    assert (kept.reason, kept.facts["carrier"], kept.facts["lines"][0]["quantity"]) == ("Counted again", "", "4")


def test_a_change_that_cannot_be_is_refused(customer):
    order = make_order(customer)
    shipment = ship(order, "4")
    send_back(shipment, "2")
    line = shipment.lines.get()
    wanted = shipment_of(order, ["1"])
    same_line = replace(wanted, lines=[replace(wanted.lines[0], line_id=line.pk)])

    assert refused(change_shipment, shipment.pk, wanted, version=9, by=None).code == "stale"
    assert refused(change_shipment, shipment.pk, wanted, version=1, by=None).code == "line_in_use"
    assert refused(change_shipment, shipment.pk, same_line, version=1, by=None).code == "below_billed"
    assert refused(change_shipment, shipment.pk, replace(wanted, kind="timesheet"), version=1, by=None).code == (
        "other_customer"
    )
    line.refresh_from_db()
    assert line.quantity == 4


def test_a_shipment_is_cancelled_with_a_reason_and_counts_no_more(customer):
    order = make_order(customer)
    shipment = ship(order, "4")

    assert refused(cancel_shipment, shipment.pk, reason=" ", on=TODAY, by=None).code == "reason_missing"
    assert refused(cancel_shipment, shipment.pk, reason="x" * 301, on=TODAY, by=None).code == "reason_too_long"
    assert cancel_shipment(shipment.pk, reason="Typed twice", on=TODAY, by=None).is_cancelled
    assert refused(cancel_shipment, shipment.pk, reason="x", on=TODAY, by=None).code == "shipment_cancelled"
    assert refused(confirm_delivery, shipment.pk, delivered_on=TODAY, by=None).code == "shipment_cancelled"


@pytest.mark.parametrize("issued", [True, False])
def test_a_shipment_that_is_billed_is_not_cancelled(customer, issued):
    shipment = ship(make_order(customer), "4")
    invoice = billing_of(shipment, issued=issued)

    assert refused(cancel_shipment, shipment.pk, reason="x", on=TODAY, by=None).code == "already_billed"
    if issued:
        void_invoice(invoice.pk, reason="wrong", by=None, on=TODAY)
        assert cancel_shipment(shipment.pk, reason="x", on=TODAY, by=None).is_cancelled


def test_what_came_back_keeps_its_shipment(customer):
    shipment = ship(make_order(customer), "4")
    back = send_back(shipment, "1")

    assert refused(cancel_shipment, shipment.pk, reason="x", on=TODAY, by=None).code == "already_returned"
    cancel_shipment(back.pk, reason="x", on=TODAY, by=None)
    assert cancel_shipment(shipment.pk, reason="x", on=TODAY, by=None).is_cancelled


def test_a_delivery_is_confirmed_with_its_proof(customer):
    shipment = ship(make_order(customer))
    confirm_delivery(
        shipment.pk, delivered_on=TODAY, received_by="J. Elm", files=[("note.pdf", b"%PDF-1.4 x")], by=None
    )
    shipment.refresh_from_db()

    assert (shipment.delivered_on, shipment.received_by) == (TODAY, "J. Elm")
    assert DeliveryProof.objects.get().name == "note.pdf"


@pytest.mark.parametrize(
    ("details", "code"),
    [
        ({"delivered_on": ORDERED}, "delivered_before"),
        ({"delivered_on": date(2199, 1, 1)}, "date_in_future"),
        ({"files": [("x.exe", b"MZ")]}, "unknown_kind_of_file"),
        ({"files": [("a.pdf", b"%PDF-"), ("a.pdf", b"%PDF-")]}, "name_taken"),
    ],
)
def test_a_delivery_that_cannot_be_is_refused(customer, details, code):
    shipment = ship(make_order(customer))

    assert refused(confirm_delivery, shipment.pk, **{"delivered_on": TODAY} | details, by=None).code == code
    assert not DeliveryProof.objects.exists()


def test_what_comes_back_names_the_line_it_came_from(customer):
    order = make_order(customer)
    shipment = ship(order, "4")
    back = send_back(shipment, "1.5")
    line = back.lines.get()

    assert (back.number, back.kind, line.quantity) == ("RT-2026-0001", "return", Decimal("1.5"))
    assert (line.returns, line.order_line) == (shipment.lines.get(), order.lines.get())


@pytest.mark.parametrize(
    ("so_much", "code"), [("2.6", "more_than_shipped"), ("-1", "more_than_shipped"), ("0", "nothing_shipped")]
)
def test_no_more_comes_back_than_was_shipped(customer, so_much, code):
    shipment = ship(make_order(customer), "4")
    send_back(shipment, "1.5")

    assert refused(send_back, shipment, so_much).code == code


def test_a_return_of_a_return_or_before_it_left_is_refused(customer):
    shipment = ship(make_order(customer), "4")
    back = send_back(shipment, "1")

    assert refused(send_back, back, "1").code == "is_return"
    assert refused(send_back, shipment, "1", on=ORDERED).code == "returned_before"
    assert refused(record_return, shipment.pk, {999: Decimal(1)}, on=SHIPPED, by=None).code == "unknown_line"


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE billing_shipment SET customer_id = {other}",
        "UPDATE billing_shipment SET order_id = {strange}",
        "UPDATE billing_shipmentline SET order_line_id = {strange_line}",
        "UPDATE billing_shipmentline SET quantity = quantity + 9 WHERE returns_id IS NOT NULL",
        "UPDATE billing_shipmentline SET quantity = 0.5 WHERE returns_id IS NULL",
        "UPDATE billing_shipmentline SET returns_id = id WHERE returns_id IS NULL",
    ],
)
def test_the_database_keeps_shipments_to_their_customer(customer, sql):
    send_back(ship(make_order(customer), "4"), "1")
    other = world.make_customer(customer.company, "Elm")
    strange = make_order(other)
    ids = {"other": other.pk, "strange": strange.pk, "strange_line": strange.lines.get().pk}

    with pytest.raises(IntegrityError), transaction.atomic():
        connection.cursor().execute(sql.format(**ids))


def come_back_at_once(line):
    """How many of two returns of all of a line are refused, each by a connection of its own and past our own checks."""
    shipped = line.shipment
    values = {"company": shipped.company, "customer": shipped.customer, "kind": "return", "shipped_on": SHIPPED}
    returns = [Shipment.objects.create(number=f"R-{number}", **values) for number in range(2)]
    both, refused_ones = Barrier(2), []

    def bring(shipment):
        try:
            with transaction.atomic():
                both.wait()
                ShipmentLine.objects.create(
                    shipment=shipment, position=1, returns=line, description="x", quantity=line.quantity
                )
        except IntegrityError:
            refused_ones.append(shipment)
        finally:
            connection.close()

    threads = [Thread(target=bring, args=(each,)) for each in returns]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return len(refused_ones)


@pytest.mark.django_db(transaction=True)
def test_of_two_returns_of_all_at_once_one_is_refused():
    line = ship(make_order(world.make_customer(world.make_company())), "4").lines.get()

    assert come_back_at_once(line) == 1
    assert ShipmentLine.objects.filter(returns=line).count() == 1


@pytest.mark.django_db(transaction=True)
def test_control_without_the_guard_both_come_back(superuser_cursor):
    line = ship(make_order(world.make_customer(world.make_company())), "4").lines.get()
    superuser_cursor.execute("ALTER TABLE billing_shipmentline DISABLE TRIGGER shipment_line_placed")

    try:
        assert come_back_at_once(line) == 0
    finally:
        superuser_cursor.execute("ALTER TABLE billing_shipmentline ENABLE TRIGGER shipment_line_placed")
