"""Orders and shipments of the tests: kept as rows, whatever door would make them."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from billing.models import Order, OrderLine, Shipment, ShipmentLine
from customers.models import Customer
from ledger.money import round_money

DAY = date(2026, 3, 1)


def order_of(customer: Customer, *lines: tuple[str, str] | dict[str, Any], **details: Any) -> Order:
    """An order of (price, quantity) or of lines with more to say; numbered SO-1 and so on."""
    count = Order.objects.filter(company=customer.company).count() + 1
    values = {"number": f"SO-{count}", "po_number": f"PO-{count}", "ordered_on": DAY, "currency": customer.currency}
    order = Order.objects.create(company=customer.company, customer=customer, **values | details)
    for position, line in enumerate(lines, start=1):
        typed = {"unit_price": line[0], "quantity": line[1]} if isinstance(line, tuple) else dict(line)
        add_line(order, position, **typed)
    order.net = sum((line.net for line in order.lines.all()), Decimal(0))
    order.save()
    return order


def add_line(order: Order, position: int, **details: Any) -> OrderLine:
    """A line of an order."""
    values = {"description": f"Thing {position}"} | details
    price, quantity = Decimal(values.pop("unit_price")), Decimal(values.pop("quantity"))
    discount = Decimal(values.pop("discount_percent", 0))
    return OrderLine.objects.create(
        order=order,
        position=position,
        unit_price=price,
        quantity=quantity,
        discount_percent=discount,
        net=round_money(price * quantity * (100 - discount) / 100, order.currency),
        **values,
    )


def ship(order: Order, *lines: tuple[int, str], kind: str = "delivery_note", **details: Any) -> Shipment:
    """A shipment of (position of the order's line, quantity)."""
    count = Shipment.objects.filter(company=order.company).count() + 1
    values = {"number": f"DN-{count}", "shipped_on": DAY}
    shipment = Shipment.objects.create(
        company=order.company, customer=order.customer, order=order, kind=kind, **values | details
    )
    of_order = {line.position: line for line in order.lines.all()}
    for position, (of, quantity) in enumerate(lines, start=1):
        ordered = of_order[of]
        ShipmentLine.objects.create(
            shipment=shipment,
            position=position,
            order_line=ordered,
            product=ordered.product,
            item_code=ordered.item_code,
            description=ordered.description,
            quantity=Decimal(quantity),
            unit=ordered.unit,
        )
    return shipment


def ship_alone(customer: Customer, *lines: tuple[str, str], **details: Any) -> Shipment:
    """A shipment of (price, quantity) that is for no order."""
    count = Shipment.objects.filter(company=customer.company).count() + 1
    values = {"number": f"DN-{count}", "shipped_on": DAY}
    shipment = Shipment.objects.create(company=customer.company, customer=customer, **values | details)
    for position, (price, quantity) in enumerate(lines, start=1):
        ShipmentLine.objects.create(
            shipment=shipment,
            position=position,
            description=f"Thing {position}",
            quantity=Decimal(quantity),
            unit_price=Decimal(price),
        )
    return shipment


def ids_of(paper: Order | Shipment) -> Sequence[int]:
    """The ids of an order's or a shipment's lines, in their order."""
    return list(paper.lines.order_by("position").values_list("pk", flat=True))
