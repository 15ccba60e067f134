"""What was shipped becomes drafts: once, at the order's price, and without what came back."""

from decimal import Decimal
from threading import Barrier
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from billing.models import BilledLine, Invoice, Shipment
from billing.operations import bill_shipments as billing
from billing.operations.bill_shipments import bill_shipments
from billing.operations.cancel_shipment import cancel_shipment
from billing.operations.credit_invoice import credit_invoice
from billing.operations.draft_invoice import delete_draft
from billing.operations.issue_invoice import issue_invoice
from billing.operations.shipment_details import ShipmentLineDetails
from billing.order_figures import with_shipment_state
from ledger.refusals import Refused
from tests import world
from tests.billing.ordering import SHIPPED, make_order, order_line, send_back, ship, ship_freely

pytestmark = pytest.mark.django_db


@pytest.fixture
def customer():
    return world.make_customer(world.make_company())


def bill(*shipments, **details):
    company = shipments[0].company
    return bill_shipments(company, [shipment.pk for shipment in shipments], **{"by": None} | details)


def refused(*shipments):
    with pytest.raises(Refused) as refusal:
        bill(*shipments)
    return refusal.value


def lines_of(draft):
    return [(line.section, line.quantity, line.unit_price, line.net) for line in draft.lines.all()]


def state_of(shipment):
    return with_shipment_state(Shipment.objects.filter(pk=shipment.pk)).get().state


def test_shipments_of_an_order_become_one_draft_at_its_prices(customer):
    order = make_order(customer, order_line("10", "12.50", discount_percent=Decimal(10)), po_number="PO-1")
    first, second = ship(order, "4"), ship(order, "6")
    [draft] = bill(first, second)
    billed = BilledLine.objects.order_by("pk")

    assert (draft.po_number, draft.net) == ("PO-1", Decimal("112.50"))
    assert lines_of(draft) == [
        ("Delivery note DE-2026-0001, Mar 5, 2026", 4, Decimal("12.50"), Decimal("45.00")),
        ("Delivery note DE-2026-0002, Mar 5, 2026", 6, Decimal("12.50"), Decimal("67.50")),
    ]
    assert [(each.why, each.order_line) for each in billed] == [("drafted", order.lines.get())] * 2
    assert [each.shipment_line for each in billed] == [first.lines.get(), second.lines.get()]
    assert [state_of(each) for each in (first, second)] == ["billed", "billed"]


def test_each_customer_and_order_has_a_draft_and_on_wish_each_shipment(customer):
    order, other = make_order(customer), make_order(world.make_customer(customer.company, "Elm"))
    shipments = [ship(order, "1"), ship(order, "2"), ship(other, "3"), ship_freely(customer)]

    assert len(bill(*shipments)) == 3
    Invoice.objects.all().delete()
    assert len(bill(*shipments, one_each=True)) == 4


def test_a_shipment_without_an_order_costs_what_it_says_else_what_the_list_says(customer):
    product = world.make_product(customer.company, "CRATE")
    world.make_price(product, world.make_price_list(customer.company, "Usual"), "62")
    said = ShipmentLineDetails(Decimal(2), "Fitting", unit_price=Decimal(45))
    listed = ShipmentLineDetails(Decimal(3), product_id=product.pk)
    [draft] = bill(ship_freely(customer, said, listed))

    assert [line.unit_price for line in draft.lines.all()] == [Decimal(45), Decimal(62)]


def test_a_line_without_any_price_is_refused_and_nothing_is_drafted(customer):
    good, bad = ship_freely(customer), ship_freely(customer, ShipmentLineDetails(Decimal(1), "Something"))
    refusal = refused(good, bad)

    assert (refusal.code, "DE-2026-0002" in refusal.message) == ("no_price", True)
    assert not Invoice.objects.exists()


def test_what_came_back_is_not_billed(customer):
    shipment = ship(make_order(customer), "4")
    back = send_back(shipment, "1")
    [draft] = bill(shipment)

    assert [line.quantity for line in draft.lines.all()] == [3]
    assert refused(back).code == "shipment_is_return"


def test_what_is_billed_is_not_billed_again_until_its_draft_is_gone(customer):
    shipment = ship(make_order(customer), "4")
    [draft] = bill(shipment)

    assert refused(shipment).code == "nothing_to_bill"
    delete_draft(draft.pk, by=None)
    assert len(bill(shipment)) == 1


def test_what_was_credited_as_not_delivered_may_be_billed_again(customer):
    shipment = ship(make_order(customer), "4")
    [draft] = bill(shipment)
    invoice = issue_invoice(draft.pk, by=None, on=SHIPPED)
    credit_invoice(invoice.pk, {invoice.lines.get().pk: Decimal(1)}, reason="wrong", by=None, on=SHIPPED)

    assert state_of(shipment) == "part_billed"
    assert [line.quantity for line in bill(shipment)[0].lines.all()] == [1]


def test_cancelled_and_foreign_shipments_are_refused(customer):
    shipment = ship(make_order(customer), "4")
    cancel_shipment(shipment.pk, reason="x", on=SHIPPED, by=None)
    stranger = ship_freely(world.make_customer(world.make_company()))

    assert refused(shipment).code == "shipment_cancelled"
    assert refused(shipment, stranger).code == "unknown_shipment"


def bill_at_once(shipment: Shipment, in_parallel: Any) -> list[str]:
    def act() -> str:
        try:
            bill(shipment)
        except Refused as refusal:
            return refusal.code
        return "drafted"

    return sorted(in_parallel([act, act]))


@pytest.mark.django_db(transaction=True)
def test_of_two_who_bill_a_shipment_at_once_one_drafts_it(in_parallel: Any) -> None:
    shipment = ship(make_order(world.make_customer(world.make_company())), "4")

    assert bill_at_once(shipment, in_parallel) == ["drafted", "nothing_to_bill"]


@pytest.mark.django_db(transaction=True)
def test_control_without_the_lock_both_draft_it(in_parallel: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    shipment = ship(make_order(world.make_customer(world.make_company())), "4")
    both_looked, look = Barrier(2, timeout=30), billing.bills_of

    def look_together(*args: Any, **kwargs: Any) -> Any:
        found = look(*args, **kwargs)
        both_looked.wait()
        return found

    monkeypatch.setattr(billing, "_locked", lambda company, ids: list(Shipment.objects.filter(pk__in=ids)))
    monkeypatch.setattr(billing, "bills_of", look_together)

    assert bill_at_once(shipment, in_parallel) == ["drafted", "drafted"]


def test_chosen_shipments_are_looked_at_and_drafted_on_screen(customer):
    shipment = ship(make_order(customer), "4")
    browser = Client()
    browser.force_login(world.make_user(customer.company))
    chosen = {"list": "shipments", "selected": [shipment.pk]}
    page = browser.post(reverse("billing:choose_to_bill"), chosen).content.decode()

    assert "order SO-2026-0001" in page
    assert not Invoice.objects.exists()
    answer = browser.post(reverse("billing:bill_shipments"), {"shipments": [shipment.pk]})
    assert answer.url == reverse("billing:invoice", args=[Invoice.objects.get().pk])


def test_sales_bill_the_shipments_of_their_customers_alone(customer):
    shipment = ship(make_order(customer), "4")
    browser = Client()
    browser.force_login(world.make_user(customer.company, "sales", only_own_customers=True))
    browser.post(reverse("billing:bill_shipments"), {"shipments": [shipment.pk]})

    assert not Invoice.objects.exists()
