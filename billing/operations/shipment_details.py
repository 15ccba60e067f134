"""What a person may say of a shipment, checked the same for every door."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from billing.models import Order, OrderLine, Product, Shipment, ShipmentKind, ShipmentLine
from billing.operations.details import LARGEST, MOST_LINES, CustomersOf
from customers.models import Customer
from ledger.refusals import Refused
from office.card_numbers import without_card_numbers
from office.days import require_bookable_day
from office.models import Company
from office.reading.lengths import require_lengths

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


class NamedIn:
    """What the details of some shipments name of a company's: customers, orders, order lines and products, by id."""

    def __init__(self, company: Company, batch: Sequence[ShipmentDetails]) -> None:
        lines = [line for details in batch for line in details.lines]
        ordered = OrderLine.objects.filter(order__company=company).prefetch_related("order", "product")
        self.customers = CustomersOf(company, (details.customer_id for details in batch))
        self.orders = Order.objects.filter(company=company).in_bulk(_ids(details.order_id for details in batch))
        self.order_lines = ordered.in_bulk(_ids(line.order_line_id for line in lines))
        self.products = Product.objects.filter(company=company).in_bulk(_ids(line.product_id for line in lines))

    def order_of(self, customer: Customer, details: ShipmentDetails) -> Order | None:
        """The order that a shipment is for, if any. Raises Refused for anybody else's."""
        if details.order_id is None:
            return None
        order = self.orders.get(details.order_id)
        if order is None or order.customer_id != customer.pk:
            raise Refused("That order is not one of this customer's.", code="unknown_order")
        return order

    def require_theirs(self, customer: Customer, details: ShipmentDetails) -> None:
        """Refuse order lines of another customer or order, and products of another company."""
        for pk in _ids(line.order_line_id for line in details.lines):
            line = self.order_lines.get(pk)
            order = line.order if line else None
            if order is None or order.customer_id != customer.pk or details.order_id not in (None, order.pk):
                message = "A line names an order line that is not of this order and customer."
                raise Refused(message, code="unknown_order_line")
        if not _ids(line.product_id for line in details.lines) <= self.products.keys():
            raise Refused("A line names a product that is not one of this company's.", code="unknown_product")


def _ids(named: Iterable[int | None]) -> set[int]:
    return {pk for pk in named if pk}


def fill_shipment(
    shipment: Shipment, customer: Customer, details: ShipmentDetails, named: NamedIn
) -> list[ShipmentLine]:
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
    shipment.order = named.order_of(customer, details)
    shipment.shipped_on = details.shipped_on
    shipment.carrier, shipment.tracking_number = details.carrier.strip(), details.tracking_number.strip()
    shipment.note = without_card_numbers(details.note.strip())
    named.require_theirs(customer, details)
    lines = [_line(shipment, position, line, named) for position, line in enumerate(details.lines, start=1)]
    require_lengths(shipment, *lines)
    return lines


def _line(shipment: Shipment, position: int, line: ShipmentLineDetails, named: NamedIn) -> ShipmentLine:
    order_line = named.order_lines[line.order_line_id] if line.order_line_id else None
    product = named.products[line.product_id] if line.product_id else order_line.product if order_line else None
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


class TakenShipmentNumbers:
    """The numbers and references that other shipments than these have."""

    def __init__(self, shipments: Sequence[Shipment]) -> None:
        others = Shipment.objects.exclude(pk__in=[shipment.pk for shipment in shipments if shipment.pk])
        others = others.filter(company__in={shipment.company_id for shipment in shipments})
        numbers = {shipment.number for shipment in shipments}
        references = {shipment.source_reference for shipment in shipments} - {""}
        self.numbers = set(others.filter(number__in=numbers).values_list("kind", "number"))
        self.references = {twin.source_reference: twin for twin in others.filter(source_reference__in=references)}

    def take(self, shipment: Shipment) -> None:
        """Let a shipment have its numbers. Raises Refused for one that another has, and then it takes none."""
        number, reference = (shipment.kind, shipment.number), shipment.source_reference
        if number in self.numbers:
            kind = shipment.get_kind_display().lower()
            raise Refused(f"There is a {kind} {shipment.number} already.", code="number_taken")
        if twin := self.references.get(reference):
            raise Refused(f"{reference} is here already as {twin}.", code="reference_taken")
        if shipment.number:
            self.numbers.add(number)
        if reference:
            self.references[reference] = shipment


def require_goes_out(kind: str) -> None:
    """Refuse a kind that is not recorded by itself."""
    if kind not in (ShipmentKind.DELIVERY_NOTE, ShipmentKind.TIMESHEET):
        raise Refused("A return is recorded from the shipment that comes back.", code="bad_kind")


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
