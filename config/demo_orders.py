"""Orders and shipments of the demo office: open, late, shipped in part, billed, blanket, closed and cancelled."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from billing.models import Order, Product, Shipment
from billing.operations.bill_shipments import bill_shipments
from billing.operations.change_order import change_order
from billing.operations.confirm_delivery import confirm_delivery
from billing.operations.end_order import end_order
from billing.operations.order_details import OrderDetails, OrderLineDetails
from billing.operations.record_order import record_order
from billing.operations.record_return import record_return
from billing.operations.record_shipment import record_shipment
from billing.operations.shipment_details import ShipmentDetails, ShipmentLineDetails
from customers.models import Customer
from office.models import Company, User

NOTE = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n%%EOF\n"


def add_orders(company: Company, today: date, by: User) -> None:
    """One order in each state, with what was shipped on it."""
    customers = list(Customer.objects.filter(company=company, currency=company.currency).order_by("number")[6:14])
    goods = {product.code: product for product in Product.objects.filter(company=company)}
    shelf, stool, hook = (goods[code].pk for code in ("SHELF-180", "STOOL-BK", "HOOK-S"))
    ago = [today - timedelta(days=days) for days in (3, 10, 20, 40)]

    def order(place: int, *lines: tuple[int, int, int], **more: Any) -> Order:
        values: dict[str, Any] = {"ordered_on": ago[2], "po_number": f"PO-{4700 + place}"} | more
        details = OrderDetails(customers[place].pk, lines=[_line(line, today) for line in lines], **values)
        return record_order(company, details, by=by)

    order(0, (shelf, 4, 12), (hook, 40, 12))
    part = order(1, (shelf, 12, 5), (stool, 6, 5), note="Deliver by the back door before ten.")
    _more_of_the_first(part, 14, today, by)
    first = _ship(part, ago[1], by, 8, 6, carrier="Harbour Haulage", tracking_number="HH 4401 882")
    confirm_delivery(first.pk, delivered_on=ago[0], received_by="J. Marsh", files=[("signed-note.pdf", NOTE)], by=by)
    late = order(2, (stool, 10, -6))
    _ship(late, ago[1], by, 4)
    done = order(3, (shelf, 3, -9), ordered_on=ago[3])
    sent = _ship(done, ago[2], by, 3)
    bill_shipments(company, [sent.pk], by=by)
    back = sent.lines.get()
    record_return(sent.pk, {back.pk: Decimal(1)}, on=ago[0], note="A cracked side panel.", by=by)
    year = {"valid_from": ago[3], "valid_until": today + timedelta(days=320)}
    order(4, blanket_amount=Decimal("5000.00"), note="Call-off order for refits in the coming year.", **year)
    expired = order(5, (hook, 500, -12), ordered_on=ago[3], valid_until=ago[0])
    _ship(expired, ago[2], by, 200)
    closed = order(6, (stool, 5, -2))
    _ship(closed, ago[1], by, 4)
    end_order(closed.pk, "closed", reason="The last one is no longer wanted.", on=ago[0], by=by)
    cancelled = order(7, (shelf, 1, 30))
    end_order(cancelled.pk, "cancelled", reason="Ordered twice by mistake.", on=ago[1], by=by)
    work = [
        ShipmentLineDetails(Decimal(hours), "Fitting", "h", Decimal(45), done_on=day, done_by="R. Tull")
        for hours, day in (("7.5", ago[1]), ("4", ago[0]))
    ]
    details = ShipmentDetails(customers[1].pk, ago[0], work, kind="timesheet")
    record_shipment(company, details, by=by)


def _line(line: tuple[int, int, int], today: date) -> OrderLineDetails:
    """So much of a product, wanted in so many days."""
    product_id, quantity, days = line
    wanted_on = today + timedelta(days=days)
    return OrderLineDetails(product_id=product_id, quantity=Decimal(quantity), usual_tax=True, wanted_on=wanted_on)


def _more_of_the_first(order: Order, quantity: int, today: date, by: User) -> None:
    lines = [
        OrderLineDetails(
            product_id=line.product_id,
            description=line.description,
            unit_price=line.unit_price,
            tax_id=line.tax_id,
            unit=line.unit,
            quantity=Decimal(quantity) if line.position == 1 else line.quantity,
            wanted_on=line.wanted_on,
            line_id=line.pk,
        )
        for line in order.lines.all()
    ]
    details = OrderDetails(
        order.customer_id, order.ordered_on, lines, po_number=order.po_number, currency=order.currency, note=order.note
    )
    change_order(order.pk, details, version=order.version, reason="They phoned: two more of the shelves.", by=by)


def _ship(order: Order, on: date, by: User, *quantities: int, **more: Any) -> Shipment:
    lines = [
        ShipmentLineDetails(Decimal(quantity), order_line_id=line.pk)
        for line, quantity in zip(order.lines.all(), quantities, strict=True)
    ]
    details = ShipmentDetails(order.customer_id, on, lines, order_id=order.pk, **more)
    return record_shipment(order.company, details, by=by)
