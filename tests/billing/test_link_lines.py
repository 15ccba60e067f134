"""Which lines of orders and shipments a document's lines bill."""

from dataclasses import replace
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from billing.models import BilledLine, Invoice
from billing.operations.copy_invoice import copy_invoice
from billing.operations.details import invoice_as_typed
from billing.operations.draft_invoice import edit_draft
from billing.operations.link_lines import link_lines
from billing.orders.linking import Link
from ledger.refusals import Refused
from office.models import AuditRecord, Company
from tests import world
from tests.billing.ordered import DAY, ids_of, order_of, ship, ship_alone
from tests.conftest import superuser_connection

WORK = {"unit_price": "1", "quantity": "1", "description": "Work"}
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_march")]


@pytest.fixture
def company() -> Company:
    return world.make_company()


@pytest.fixture
def customer(company: Company) -> Any:
    return world.make_customer(company)


def bills(document: Invoice) -> list[tuple[int | None, int | None, str] | None]:
    """What each line of a document bills, and why."""
    lines = document.lines.select_related("billed").order_by("position")
    found = [getattr(line, "billed", None) for line in lines]
    return [(each.order_line_id, each.shipment_line_id, each.why) if each else None for each in found]


def save(draft: Invoice, **changes: Any) -> Invoice:
    """Save a draft as it is kept, with these changes."""
    draft.refresh_from_db()
    return edit_draft(draft.pk, replace(invoice_as_typed(draft), **changes), version=draft.version, by=None)


def test_what_somebody_says_is_kept_through_every_save(customer: Any) -> None:
    order = order_of(customer, ("10", "5"), ("20", "1"))
    shipment = ship(order, (2, "1"))
    [first, second], [shipped] = ids_of(order), ids_of(shipment)
    draft = world.draft(
        customer,
        [
            world.line("10", order_line_id=first),
            world.line("20", shipment_line_id=shipped),
            world.line("9", order_line_id=first, billed_why="drafted"),
            world.line("3"),
        ],
    )
    said = [(first, None, "chosen"), (second, shipped, "chosen"), (first, None, "drafted"), None]

    assert bills(draft) == said
    assert bills(save(draft, note="More")) == said


def test_the_orders_number_and_the_line_itself_tell(company: Company, customer: Any) -> None:
    bolt, nut = world.make_product(company, "bolt"), world.make_product(company, "nut")
    order = order_of(
        customer,
        {"unit_price": "10", "quantity": "5", "product": bolt},
        {"unit_price": "1", "quantity": "5", "item_code": "NUT"},
        {"unit_price": "7", "quantity": "1", "description": "Some  work"},
        {"unit_price": "8", "quantity": "1", "description": "Twice"},
        {"unit_price": "8", "quantity": "1", "description": "Twice"},
    )
    ids = ids_of(order)
    lines = [
        world.line("10", product_id=bolt.pk),
        world.line("1", product_id=nut.pk),
        world.line("7", description="some work"),
        world.line("8", description="Twice"),
        world.line("9", description="Other"),
    ]
    found = [
        (ids[0], None, "product"),
        (ids[1], None, "product"),
        (ids[2], None, "text"),
        (None, None, "number"),
        (None, None, "number"),
    ]

    assert bills(world.draft(customer, lines)) == [None] * 5
    assert bills(world.draft(customer, lines, po_number=order.po_number)) == found
    assert bills(world.draft(customer, lines, po_number=order.number)) == found


def test_a_closed_order_or_one_in_other_money_is_not_found(customer: Any) -> None:
    closed = order_of(customer, WORK, status="closed", ended_on=DAY)
    foreign = order_of(customer, WORK, currency="USD")
    other = world.make_customer(customer.company, "Other AG")
    theirs = order_of(other, WORK)

    for order in (closed, foreign, theirs):
        assert bills(world.draft(customer, "1", po_number=order.po_number)) == [None]


def test_what_was_found_is_looked_for_anew_once_the_draft_changes(customer: Any) -> None:
    [first], [second] = ids_of(order_of(customer, WORK)), ids_of(order_of(customer, WORK))
    draft = world.draft(customer, "1", po_number="PO-1")
    assert bills(draft) == [(first, None, "text")]

    assert bills(save(draft, po_number="PO-2")) == [(second, None, "text")]
    assert bills(save(draft, po_number="none")) == [None]


def test_a_line_of_no_order_stays_so(customer: Any) -> None:
    order = order_of(customer, WORK)
    draft = world.draft(customer, [world.line("1", bills_no_order=True)], po_number=order.po_number)

    assert bills(save(draft)) == [(None, None, "none")]


def test_nobody_bills_what_is_not_of_their_customer(customer: Any) -> None:
    other = world.make_customer(customer.company, "Other AG")
    [theirs] = ids_of(order_of(other, ("1", "1")))
    [shipped] = ids_of(ship_alone(other, ("1", "1")))
    [foreign] = ids_of(order_of(customer, ("1", "1"), currency="USD"))
    [cancelled] = ids_of(order_of(customer, ("1", "1"), status="cancelled", ended_on=DAY))
    [gone] = ids_of(ship_alone(customer, ("1", "1"), cancelled_on=DAY, cancel_reason="Lost"))
    [back] = ids_of(ship_alone(customer, ("1", "1"), kind="return"))
    refusals = {
        "unknown_order_line": {"order_line_id": theirs},
        "unknown_shipment_line": {"shipment_line_id": shipped},
        "order_currency": {"order_line_id": foreign},
        "order_cancelled": {"order_line_id": cancelled},
        "shipment_cancelled": {"shipment_line_id": gone},
        "shipment_is_return": {"shipment_line_id": back},
    }
    for code, named in refusals.items():
        with pytest.raises(Refused) as refusal:
            world.draft(customer, [world.line("1", **named)])
        assert refusal.value.code == code
    assert not Invoice.objects.exists()


def test_deposits_and_credit_memos_bill_no_order(customer: Any) -> None:
    [line] = ids_of(order_of(customer, ("1", "1")))
    for details in ({"is_deposit": True}, {"kind": "credit_memo"}):
        with pytest.raises(Refused, match="bills no order"):
            world.draft(customer, [world.line("1", order_line_id=line)], **details)


def test_an_issued_document_is_linked_later_and_that_is_noted(customer: Any) -> None:
    order = order_of(customer, ("10", "1"), ("5", "1"))
    first, second = ids_of(order)
    invoice = world.issue(customer, "10", DAY)
    line = invoice.lines.get()

    link_lines(invoice.pk, {line.pk: Link(first)}, by=None)
    assert bills(invoice) == [(first, None, "chosen")]
    link_lines(invoice.pk, {line.pk: Link(second)}, by=None)
    noted = AuditRecord.objects.filter(action="link_lines").latest("pk")
    assert (noted.before, noted.after) == (
        {"line 1": "line 1 of order SO-1"},
        {"line 1": "line 2 of order SO-1"},
    )
    link_lines(invoice.pk, {line.pk: Link(is_none=True)}, by=None)
    assert bills(invoice) == [(None, None, "none")]


def test_a_line_of_another_document_is_refused(customer: Any) -> None:
    [line] = ids_of(order_of(customer, ("10", "1")))
    one, other = world.issue(customer, "10", DAY), world.issue(customer, "10", DAY)
    with pytest.raises(Refused) as refusal:
        link_lines(one.pk, {other.lines.get().pk: Link(line)}, by=None)

    assert refusal.value.code == "unknown_line"
    assert not BilledLine.objects.exists()


def test_a_copy_bills_nothing_of_the_order(customer: Any) -> None:
    [line] = ids_of(order_of(customer, ("10", "1")))
    invoice = world.draft(customer, [world.line("10", order_line_id=line)])

    assert bills(copy_invoice(invoice.pk, by=None)) == [None]


@pytest.mark.django_db(transaction=True)
def test_the_database_refuses_what_is_of_another_customer(customer: Any) -> None:
    """With the guard off it passes."""
    other = world.make_customer(customer.company, "Other AG")
    order = order_of(other, ("1", "1"))
    line = world.draft(customer, "1").lines.get()
    row = BilledLine(invoice_line=line, order=order, order_line=order.lines.get(), why="chosen")

    with pytest.raises(IntegrityError, match="another customer"), transaction.atomic():
        row.save()
    session = superuser_connection(connection.settings_dict["NAME"])
    with session.cursor() as cursor:
        cursor.execute("ALTER TABLE billing_billedline DISABLE TRIGGER billed_line_of_one_customer")
        try:
            row.save()
        finally:
            cursor.execute("ALTER TABLE billing_billedline ENABLE TRIGGER billed_line_of_one_customer")
            session.close()
    assert BilledLine.objects.count() == 1
