"""Orders and shipments for tests, made by the product's own operations."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from billing.models import Order, Shipment, ShipmentLine
from billing.operations.order_details import OrderDetails, OrderLineDetails
from billing.operations.record_order import record_order
from billing.operations.record_return import record_return
from billing.operations.record_shipment import record_shipment
from billing.operations.shipment_details import ShipmentDetails, ShipmentLineDetails
from customers.models import Customer

ORDERED = date(2026, 3, 2)
SHIPPED = date(2026, 3, 5)


def order_line(quantity: str = "10", price: str = "12.50", **details: Any) -> OrderLineDetails:
    """A line of an order."""
    values = {"description": "Oak shelf"} | details
    return OrderLineDetails(quantity=Decimal(quantity), unit_price=Decimal(price), **values)


def order_details(customer: Customer, *lines: OrderLineDetails, **details: Any) -> OrderDetails:
    """An order as typed; of one line unless a test says otherwise."""
    values = {"ordered_on": ORDERED} | details
    return OrderDetails(customer_id=customer.pk, lines=lines or [order_line()], **values)


def make_order(customer: Customer, *lines: OrderLineDetails, **details: Any) -> Order:
    """An order of a customer."""
    return record_order(customer.company, order_details(customer, *lines, **details), by=None)


def shipment_of(order: Order, quantities: Sequence[str] | None = None, **details: Any) -> ShipmentDetails:
    """A shipment of an order as typed: of each line so much, or all of it; a line of which nothing left is left out."""
    lines = list(order.lines.all())
    so_much = [line.quantity for line in lines] if quantities is None else [Decimal(each) for each in quantities]
    shipped = [
        ShipmentLineDetails(each, order_line_id=line.pk) for line, each in zip(lines, so_much, strict=True) if each
    ]
    values = {"shipped_on": SHIPPED} | details
    return ShipmentDetails(customer_id=order.customer_id, order_id=order.pk, lines=shipped, **values)


def ship(order: Order, *quantities: str, **details: Any) -> Shipment:
    """A shipment of an order."""
    return record_shipment(order.company, shipment_of(order, quantities or None, **details), by=None)


def ship_freely(customer: Customer, *lines: ShipmentLineDetails, **details: Any) -> Shipment:
    """A shipment without an order."""
    values = {"shipped_on": SHIPPED} | details
    lines = lines or (ShipmentLineDetails(Decimal(3), "Crates", unit_price=Decimal("4.00")),)
    return record_shipment(customer.company, ShipmentDetails(customer_id=customer.pk, lines=lines, **values), by=None)


def send_back(shipment: Shipment, quantities: Mapping[ShipmentLine, str] | str, **details: Any) -> Shipment:
    """So much of a shipment's lines, or of its only one, came back."""
    given = {shipment.lines.get(): quantities} if isinstance(quantities, str) else quantities
    wanted = {line.pk: Decimal(each) for line, each in given.items()}
    values = {"on": SHIPPED, "by": None} | details
    return record_return(shipment.pk, wanted, **values)
