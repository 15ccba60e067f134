"""Orders and shipments in different states to look at."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

from billing.operations.cancel_shipment import cancel_shipment
from billing.operations.change_order import change_order
from billing.operations.change_shipment import change_shipment
from billing.operations.confirm_delivery import confirm_delivery
from billing.operations.end_order import end_order
from billing.operations.set_tolerance import ToleranceDetails, set_tolerance
from billing.operations.shipment_details import ShipmentLineDetails
from tests import world
from tests.billing.ordering import make_order, order_details, order_line, send_back, ship, ship_freely, shipment_of


def orders(customer: Any, day: Any) -> dict[str, int]:
    """An order that was changed and shipped in part, of which some came back; a closed one; a timesheet."""
    later = customer.company.today() + timedelta(days=9)
    lines = [order_line("10", wanted_on=later), order_line("4", "3.20", description="Wall hook", wanted_on=day)]
    order = make_order(customer, *lines, ordered_on=day, po_number="PO-4711", note="By the back door")
    shelf, hook = order.lines.all()
    more = replace(lines[0], quantity=Decimal(12), line_id=shelf.pk)
    wanted = order_details(
        customer, more, replace(lines[1], line_id=hook.pk), ordered_on=day, po_number="PO-4711", valid_until=later
    )
    change_order(order.pk, wanted, version=1, reason="They phoned: two more", by=world.make_user(customer.company))
    shipment = ship(order, "6", "2", shipped_on=day, carrier="Post", tracking_number="RR 12 345")
    typed = shipment_of(order, ["6", "2"], shipped_on=day, carrier="Post", tracking_number="RR 12 346")
    kept = zip(typed.lines, shipment.lines.all(), strict=True)
    typed = replace(typed, lines=[replace(line, line_id=was.pk) for line, was in kept])
    change_shipment(shipment.pk, typed, version=1, reason="A digit was wrong", by=None)
    confirm_delivery(shipment.pk, delivered_on=day, received_by="E. Brandt", files=[("note.pdf", b"%PDF-1.4")], by=None)
    back = send_back(shipment, {shipment.lines.first(): "1"}, on=day)
    work = ShipmentLineDetails(Decimal("7.5"), "Fitting", "h", Decimal(45), done_on=day, done_by="Ada")
    timesheet = ship_freely(customer, work, kind="timesheet", shipped_on=day)
    cancel_shipment(ship_freely(customer, shipped_on=day).pk, reason="Typed twice", on=day, by=None)
    set_tolerance(customer.company, ToleranceDetails(amount_percent=Decimal(5)), customer=customer, by=None)
    closed = make_order(customer, ordered_on=day)
    end_order(closed.pk, "closed", reason="The rest is not needed", on=day, by=None)
    ids = {"order": order.pk, "order_closed": closed.pk, "shipment": shipment.pk, "shipment_back": back.pk}
    return ids | {"timesheet": timesheet.pk}
