"""Orders and shipments on screen: who comes in, what is saved, and what is said."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from billing.models import DeliveryProof, Order, Shipment
from tests import world
from tests.billing.ordering import ORDERED, SHIPPED, make_order, order_line, ship

pytestmark = pytest.mark.django_db
FORM = {"lines-INITIAL_FORMS": "0", "lines-TOTAL_FORMS": "1"}


@pytest.fixture
def customer():
    return world.make_customer(world.make_company())


@pytest.fixture
def clerk(customer):
    return signed_in(customer.company, "clerk")


def signed_in(company, role, **details):
    client = Client()
    client.force_login(world.make_user(company, role, **details))
    return client


def words_of(answer):
    return " ".join(answer.content.decode().split())


def test_an_order_is_typed_and_shown_line_by_line(clerk, customer):
    typed = FORM | {"customer": customer.pk, "po_number": "PO-1", "ordered_on": ORDERED}
    typed |= {"lines-0-description": "Shelf", "lines-0-quantity": "3*4", "lines-0-unit_price": "2.50"}
    answer = clerk.post(reverse("billing:order_new"), typed, follow=True)
    order = Order.objects.get()

    assert (order.net, order.po_number, order.created_by.name) == (Decimal(30), "PO-1", "Clerk")
    assert "SO-2026-0001 is recorded." in words_of(answer)
    assert "1. Shelf" in words_of(answer)


def test_an_order_is_changed_and_its_page_tells_what_differs(clerk, customer):
    order = make_order(customer)
    typed = FORM | {"customer": customer.pk, "ordered_on": ORDERED, "version": "1", "reason": "Phoned"}
    typed |= {"lines-0-id": order.lines.get().pk, "lines-0-description": "Oak shelf", "lines-0-quantity": "8"}
    page = clerk.post(
        reverse("billing:order_edit", args=[order.pk]), typed | {"lines-0-unit_price": "12.5"}, follow=True
    )

    assert order.lines.get().quantity == 8
    assert "Line 1, quantity: <del>10</del> → <ins>8</ins>" in words_of(page)
    assert "Phoned" in words_of(page)


def test_a_stale_save_says_so_and_keeps_what_was_typed(clerk, customer):
    order = make_order(customer)
    typed = FORM | {"customer": customer.pk, "ordered_on": ORDERED, "version": "9", "note": "mine"}
    typed |= {"lines-0-id": order.lines.get().pk, "lines-0-description": "Oak shelf", "lines-0-quantity": "8"}
    page = words_of(clerk.post(reverse("billing:order_edit", args=[order.pk]), typed | {"lines-0-unit_price": "1"}))

    assert "Somebody saved this order while you were editing" in page
    assert "mine" in page


def test_the_totals_follow_what_is_typed_and_nothing_is_kept(clerk, customer):
    typed = FORM | {"customer": customer.pk, "ordered_on": ORDERED, "lines-0-description": "Shelf"}
    page = clerk.post(reverse("billing:order_totals"), typed | {"lines-0-quantity": "4", "lines-0-unit_price": "2"})

    assert "€8.00" in words_of(page)
    assert not Order.objects.exists()


def test_shipping_an_order_is_filled_with_what_is_left(clerk, customer):
    order = make_order(customer)
    ship(order, "4")
    page = words_of(clerk.get(reverse("billing:shipment_new") + f"?order={order.pk}"))

    assert 'name="lines-0-quantity" id="id_lines-0-quantity" value="6"' in page


def test_a_shipment_of_an_order_is_typed_and_returned_and_delivered(clerk, customer):
    order = make_order(customer)
    typed = FORM | {"customer": customer.pk, "order": order.pk, "shipped_on": SHIPPED, "kind": "delivery_note"}
    typed |= {"lines-0-order_line": order.lines.get().pk, "lines-0-quantity": "4", "lines-0-description": ""}
    clerk.post(reverse("billing:shipment_new"), typed)
    shipment = Shipment.objects.get()
    line = shipment.lines.get()
    signed = {"delivered_on": SHIPPED, "received_by": "Eva", "file": SimpleUploadedFile("note.pdf", b"%PDF-1.4")}
    page = clerk.post(reverse("billing:confirm_delivery", args=[shipment.pk]), signed, follow=True)
    clerk.post(reverse("billing:record_return", args=[shipment.pk]), {"on": SHIPPED, f"line_{line.pk}": "1"})

    assert (line.description, line.quantity) == ("Oak shelf", 4)
    assert "signed by Eva" in words_of(page)
    assert Shipment.objects.get(kind="return").lines.get().quantity == 1
    proof = clerk.get(reverse("billing:delivery_proof", args=[DeliveryProof.objects.get().pk]))
    assert (proof.content, proof["Content-Disposition"]) == (b"%PDF-1.4", 'attachment; filename="note.pdf"')


def test_a_row_without_a_quantity_is_not_shipped(clerk, customer):
    order = make_order(customer, order_line(), order_line(description="Hook"))
    shelf, hook = order.lines.all()
    typed = {"lines-INITIAL_FORMS": "0", "lines-TOTAL_FORMS": "2", "customer": customer.pk, "order": order.pk}
    typed |= {"shipped_on": SHIPPED, "kind": "delivery_note"}
    typed |= {"lines-0-order_line": shelf.pk, "lines-0-quantity": "", "lines-0-description": "Oak shelf"}
    typed |= {"lines-1-order_line": hook.pk, "lines-1-quantity": "2", "lines-1-description": "Hook"}
    clerk.post(reverse("billing:shipment_new"), typed)

    assert [line.description for line in Shipment.objects.get().lines.all()] == ["Hook"]


def test_an_order_is_closed_with_a_reason_and_opened_again(clerk, customer):
    order = make_order(customer)
    page, nothing_left = reverse("billing:order", args=[order.pk]), '<td class="number">–</td>'
    assert nothing_left not in clerk.get(page).content.decode()
    clerk.post(reverse("billing:end_order", args=[order.pk]), {"status": "closed", "reason": "Done"})
    ended = clerk.get(page)
    assert "Closed on" in words_of(ended)
    assert nothing_left in ended.content.decode()
    assert clerk.get(reverse("billing:order_edit", args=[order.pk])).status_code == 302
    clerk.post(reverse("billing:reopen_order", args=[order.pk]), {"reason": "Not yet"})

    assert Order.objects.get().is_open


def test_a_shipment_is_cancelled_with_a_reason(clerk, customer):
    shipment = ship(make_order(customer))
    clerk.post(reverse("billing:cancel_shipment", args=[shipment.pk]), {"reason": "Twice"})

    assert "Twice" in words_of(clerk.get(reverse("billing:shipment", args=[shipment.pk])))
    assert Shipment.objects.get().is_cancelled


@pytest.mark.parametrize(
    ("query", "found"),
    [("?q=PO-1", True), ("?q=nothing", False), ("?state=part_shipped", True), ("?state=shipped", False)],
)
def test_the_list_of_orders_is_searched_and_narrowed(clerk, customer, query, found):
    ship(make_order(customer, po_number="PO-1"), "4")

    assert ("SO-2026-0001" in words_of(clerk.get(reverse("billing:order_list") + query))) is found


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?q=RR-7", True),
        ("?state=to_bill", True),
        ("?state=billed", False),
        ("?unconfirmed=1", True),
        ("?kind=return", False),
    ],
)
def test_the_list_of_shipments_is_searched_and_narrowed(clerk, customer, query, found):
    ship(make_order(customer), "4", tracking_number="RR-7")

    assert ("DE-2026-0001" in words_of(clerk.get(reverse("billing:shipment_list") + query))) is found


@pytest.mark.parametrize("days", [("2026-03-08", True), ("2026-03-09", False)])
def test_orders_are_narrowed_by_the_day_they_are_wanted(clerk, customer, days):
    make_order(customer, order_line(wanted_on=date(2026, 3, 8)))
    first, found = days

    assert ("SO-2026-0001" in words_of(clerk.get(reverse("billing:order_list") + f"?wanted_from={first}"))) is found


def test_a_customers_page_shows_orders_and_what_is_to_be_billed(clerk, customer):
    ship(make_order(customer), "4")
    page = words_of(clerk.get(reverse("customers:customer", args=[customer.pk])))

    assert "SO-2026-0001" in page
    assert "DE-2026-0001" in page


def test_readers_see_and_change_nothing(customer):
    order = make_order(customer)
    collector = signed_in(customer.company, "collector")
    page = words_of(collector.get(reverse("billing:order", args=[order.pk])))

    assert "Close it" not in page
    assert collector.get(reverse("billing:order_edit", args=[order.pk])).status_code == 403
    assert collector.post(reverse("billing:end_order", args=[order.pk])).status_code == 403


def test_sales_see_the_orders_of_their_customers_alone(customer):
    order = make_order(customer)
    limited = signed_in(customer.company, "sales", only_own_customers=True)

    assert limited.get(reverse("billing:order", args=[order.pk])).status_code == 404
    assert "SO-2026-0001" not in words_of(limited.get(reverse("billing:order_list")))
