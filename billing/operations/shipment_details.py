"""What a person may say of a shipment, checked the same for every door."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from billing.models import Order, OrderLine, Product, Shipment, ShipmentKind, ShipmentLine
from billing.operations.details import LARGEST, MOST_LINES
from customers.models import Customer
from ledger.refusals import Refused
from office.days import require_bookable_day
from office.lengths import require_lengths
from office.models import Company

HEAD = ("shipped_on", "carrier", "tracking_number", "delivered_on", "received_by", "note")
LINE = ("description", "quantity", "unit", "unit_price", "item_code", "product", "order_line", "done_on", "done_by")
NUMBERED = {kind.value: kind.value for kind in ShipmentKind}
"""The series of numbers from which each kind takes its own."""


@dataclass(frozen=True)
class ShipmentLineDetails:
    """A line as typed. Of an order line it takes the text, unit and product; `line_id` is that of the line it was."""

    quantity: Decimal = Decimal(1)
    description: str = ""
    unit: str = ""
    unit_price: Decimal | None = None
    item_code: str = ""
    product_id: int | None = None
    order_line_id: int | None = None
    returns_id: int | None = None
    done_on: date | None = None
    done_by: str = ""
    line_id: int | None = None


@dataclass(frozen=True)
class ShipmentDetails:
    """A shipment as typed. Without a number it takes the next of the company's of its kind."""

    customer_id: int
    shipped_on: date
    lines: Sequence[ShipmentLineDetails] = ()
    kind: str = ShipmentKind.DELIVERY_NOTE
    number: str = ""
    order_id: int | None = None
    carrier: str = ""
    tracking_number: str = ""
    note: str = ""
    source_reference: str = ""


def fill_shipment(shipment: Shipment, customer: Customer, details: ShipmentDetails) -> list[ShipmentLine]:
    """Write the details on an unsaved shipment; returns its lines, unsaved.

    Raises Refused for a day to come, no line, an order that is not this customer's or has ended, and products or order
    lines that are not theirs.
    """
    require_bookable_day(customer.company, details.shipped_on)
    if not details.lines:
        raise Refused("Nothing was shipped. Fill in a quantity.", code="nothing_shipped")
    if len(details.lines) > MOST_LINES:
        raise Refused(f"A shipment has at most {MOST_LINES} lines.", code="too_many_lines")
    shipment.customer = customer
    shipment.order = _order(customer, details.order_id)
    shipment.shipped_on = details.shipped_on
    for name in ("carrier", "tracking_number", "note"):
        setattr(shipment, name, getattr(details, name).strip())
    ordered, products = _order_lines(customer, details), _products(customer.company, details)
    lines = [_line(shipment, position, line, ordered, products) for position, line in enumerate(details.lines, start=1)]
    require_lengths(shipment, *lines)
    return lines


def _order(customer: Customer, order_id: int | None) -> Order | None:
    if order_id is None:
        return None
    order = Order.objects.filter(pk=order_id, company=customer.company_id, customer=customer).first()
    if order is None:
        raise Refused("That order is not one of this customer's.", code="unknown_order")
    return order


def _order_lines(customer: Customer, details: ShipmentDetails) -> dict[int, OrderLine]:
    named = {line.order_line_id for line in details.lines if line.order_line_id}
    if not named:
        return {}
    found = OrderLine.objects.filter(order__company=customer.company_id, order__customer=customer)
    if details.order_id:
        found = found.filter(order=details.order_id)
    lines = found.select_related("order", "product").in_bulk(named)
    if lines.keys() != named:
        raise Refused("A line names an order line that is not of this order and customer.", code="unknown_order_line")
    return lines


def _products(company: Company, details: ShipmentDetails) -> dict[int, Product]:
    named = {line.product_id for line in details.lines if line.product_id}
    products = Product.objects.filter(company=company).in_bulk(named) if named else {}
    if products.keys() != named:
        raise Refused("A line names a product that is not one of this company's.", code="unknown_product")
    return products


def _line(
    shipment: Shipment,
    position: int,
    line: ShipmentLineDetails,
    ordered: Mapping[int, OrderLine],
    products: Mapping[int, Product],
) -> ShipmentLine:
    order_line = ordered[line.order_line_id] if line.order_line_id else None
    product = products[line.product_id] if line.product_id else order_line.product if order_line else None
    source: Any = order_line
    description = line.description.strip() or (source.description if source else product.line_text if product else "")
    if not description:
        raise Refused(f"Line {position}: say what was shipped.", code="no_description")
    if not 0 < line.quantity < LARGEST:
        raise Refused(f"Line {position}: the quantity is above zero.", code="bad_quantity")
    if line.unit_price is not None and abs(line.unit_price * line.quantity) >= LARGEST:
        raise Refused(f"Line {position}: the amount is too large.", code="bad_amounts")
    return ShipmentLine(
        shipment=shipment,
        position=position,
        order_line=order_line,
        returns_id=line.returns_id,
        product=product,
        item_code=line.item_code.strip() or (source.item_code if source else product.code if product else ""),
        description=description,
        quantity=line.quantity,
        unit=line.unit.strip() or (source.unit if source else product.unit_word if product else ""),
        unit_price=line.unit_price,
        done_on=line.done_on,
        done_by=line.done_by.strip(),
    )


def require_free_shipment_numbers(shipment: Shipment) -> None:
    """Refuse a number or reference that another shipment has."""
    others = Shipment.objects.filter(company=shipment.company).exclude(pk=shipment.pk)
    if shipment.number and others.filter(kind=shipment.kind, number=shipment.number).exists():
        kind = shipment.get_kind_display().lower()
        raise Refused(f"There is a {kind} {shipment.number} already.", code="number_taken")
    reference = shipment.source_reference
    if reference and (twin := others.filter(source_reference=reference).first()):
        raise Refused(f"{reference} is here already as {twin}.", code="reference_taken")


def shipment_facts(shipment: Shipment) -> dict[str, Any]:
    """The shipment and its lines as they stand, in plain words and numbers, to be kept and compared."""
    head = {name: plain(getattr(shipment, name)) for name in ("number", "order", *HEAD)}
    lines = [
        {"id": line.pk, "position": line.position} | {name: plain(getattr(line, name)) for name in LINE}
        for line in shipment.lines.select_related("product", "order_line").order_by("position")
    ]
    return head | {"lines": lines}


def plain(value: object) -> str:
    """A value as a kept version writes it."""
    if value is None:
        return ""
    return f"{value.normalize():f}" if isinstance(value, Decimal) else str(value)
