"""Orders and shipments for programs: the same operations and the same refusals as on screen."""

from base64 import b64encode
from typing import Any

import pytest

from billing.models import Order, Shipment
from tests import world
from tests.api.calling import Program, refused
from tests.billing.ordering import make_order, ship
from tests.billing.test_read_ubl_order import ORDER as UBL_ORDER

pytestmark = pytest.mark.django_db
ORDERED = "2026-03-02"


def body(customer: Any, **changes: Any) -> dict[str, Any]:
    lines = [{"description": "Shelf", "unit_price": "12.50", "quantity": "10"}]
    return {"customer": customer.pk, "ordered_on": ORDERED, "lines": lines, "po_number": "PO-1"} | changes


def test_an_order_is_recorded_changed_ended_and_opened_again(program: Program, customer: Any) -> None:
    made = program.post("orders/", body(customer)).json()
    address = f"orders/{made['id']}/"
    [line] = made["lines"]

    assert (made["number"], made["net"], made["state"]) == ("SO-2026-0001", "125.00", "open")
    assert (line["quantity"], line["left"], line["billed"]) == ("10", "10", "0")
    lines = [{"description": "Shelf", "unit_price": "12.50", "quantity": "12", "line_id": line["id"]}]
    changed = program.put(address, body(customer, lines=lines, version=1, reason="Phoned")).json()
    assert (changed["net"], changed["versions"][0]["reason"]) == ("150.00", "Phoned")
    assert changed["lines"][0]["id"] == line["id"]
    assert refused(program.put(address, body(customer, lines=lines, version=1))) == (409, "stale")
    ended = program.post(f"{address}end/", {"status": "closed", "reason": "Done"}).json()
    assert (ended["state"], ended["end_reason"]) == ("closed", "Done")
    assert program.post(f"{address}reopen/", {"reason": "Not yet"}).json()["state"] == "open"


def test_an_order_sent_twice_with_one_key_is_one(program: Program, customer: Any) -> None:
    first, again = (program.post("orders/", body(customer), key="k").json() for _ in range(2))

    assert first == again
    assert Order.objects.count() == 1


def test_orders_are_listed_and_narrowed(program: Program, customer: Any) -> None:
    order = make_order(customer, po_number="PO-1")
    make_order(customer)
    ship(order, "4")

    assert len(program.get("orders/").json()["results"]) == 2
    for query in ({"state": "part_shipped"}, {"po_number": "PO-1"}):
        assert [row["id"] for row in program.get("orders/", **query).json()["results"]] == [order.pk]


def test_a_shipment_is_recorded_changed_delivered_and_returned(program: Program, customer: Any) -> None:
    order = make_order(customer)
    line = {"order_line_id": order.lines.get().pk, "quantity": "4"}
    sent = {"customer": customer.pk, "order_id": order.pk, "shipped_on": ORDERED, "lines": [line]}
    made = program.post("shipments/", sent).json()
    address = f"shipments/{made['id']}/"

    assert (made["number"], made["state"], made["lines"][0]["to_bill"]) == ("DE-2026-0001", "to_bill", "4")
    assert (made["lines"][0]["unit_price"], made["lines"][0]["description"]) == (None, "Oak shelf")
    kept = line | {"line_id": made["lines"][0]["id"], "quantity": "5"}
    changed = program.put(address, sent | {"lines": [kept], "version": 1}).json()
    assert (changed["lines"][0]["quantity"], changed["version"]) == ("5", 2)
    file = {"name": "note.pdf", "content": b64encode(b"%PDF-1.4").decode()}
    delivery = {"delivered_on": ORDERED, "received_by": "Eva", "files": [file]}
    delivered = program.post(f"{address}delivery/", delivery).json()
    assert (delivered["received_by"], delivered["proofs"][0]["name"]) == ("Eva", "note.pdf")
    assert program.get(f"shipments/proofs/{delivered['proofs'][0]['id']}/").content == b"%PDF-1.4"
    lines = [{"line": kept["line_id"], "quantity": "2"}]
    back = program.post(f"{address}return/", {"on": ORDERED, "lines": lines}).json()
    assert (back["kind"], back["lines"][0]["returns_id"]) == ("return", kept["line_id"])
    assert refused(program.post(f"{address}cancel/", {"reason": "x"})) == (409, "already_returned")
    assert program.post(f"shipments/{back['id']}/cancel/", {"reason": "x"}).json()["state"] == "cancelled"
    assert program.get("shipments/", order=order.pk, kind="delivery_note").json()["results"][0]["id"] == made["id"]


def test_another_companys_customer_is_not_found(program: Program, customer: Any) -> None:
    stranger = world.make_customer(world.make_company())
    line = {"description": "x", "quantity": "1"}
    shipment = {"customer": stranger.pk, "shipped_on": ORDERED, "lines": [line]}

    assert refused(program.post("orders/", body(stranger))) == (404, "not_found")
    assert refused(program.post("shipments/", shipment)) == (404, "not_found")
    assert not Shipment.objects.exists()


def test_an_order_that_comes_as_ubl_is_read(program: Program, customer: Any) -> None:
    world.make_product(customer.company, "SHELF")
    file = {"file": b64encode(UBL_ORDER.encode()).decode(), "customer": customer.pk}
    read = program.post("orders/read/", file).json()

    assert (read["order_id"], read["shipment_id"]) == (Order.objects.get().pk, None)
    assert refused(program.post("orders/read/", {"file": b64encode(b"x").decode()})) == (409, "order_not_xml")


def test_shipments_are_billed_together(program: Program, customer: Any) -> None:
    order = make_order(customer)
    shipments = [ship(order, "1").pk, ship(order, "2").pk]
    [draft] = program.post("shipments/bill/", {"shipments": shipments}).json()["results"]

    assert draft["total"] == "37.50"
    assert refused(program.post("shipments/bill/", {"shipments": shipments})) == (409, "nothing_to_bill")
    assert refused(program.post("shipments/bill/", {"shipments": [0, 99999]}))[0] in (400, 404)
