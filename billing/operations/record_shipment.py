from collections.abc import Iterable
from uuid import UUID

from django.db import IntegrityError, transaction

from billing.locking import lock_orders
from billing.models import Order, Shipment, ShipmentKind, ShipmentLine
from billing.operations.order_details import require_customer
from billing.operations.shipment_details import ShipmentDetails, fill_shipment, require_free_shipment_numbers
from ledger.refusals import Refused
from office.audit import record
from office.models import Company, User
from office.numbers import next_number


def record_shipment(
    company: Company, details: ShipmentDetails, *, by: User | None, form_key: UUID | None = None
) -> Shipment:
    """Keep what left for a customer or was done for them, for an order or without one.

    More than was ordered may leave: what is then billed is compared with the order. A form's key makes it one shipment
    however often it is sent. Raises Refused for details that cannot be so, and on an order that has ended.
    """
    if form_key and (known := Shipment.objects.filter(company=company, form_key=form_key).first()):
        return known
    if details.kind not in (ShipmentKind.DELIVERY_NOTE, ShipmentKind.TIMESHEET):
        raise Refused("A return is recorded from the shipment that comes back.", code="bad_kind")
    try:
        with transaction.atomic():
            shipment = keep_shipment(company, details, by=by, form_key=form_key)
            record(by, "record_shipment", shipment, after={"customer": shipment.customer, "order": shipment.order})
            return shipment
    except IntegrityError as error:  # somebody was quicker, with the same form or number
        if form_key and (known := Shipment.objects.filter(company=company, form_key=form_key).first()):
            return known
        raise Refused("A shipment of that number was recorded just now. Look for it.", code="number_taken") from error


def keep_shipment(
    company: Company, details: ShipmentDetails, *, by: User | None, form_key: UUID | None = None
) -> Shipment:
    """Write a shipment of any kind with its lines; its orders stay locked. Needs a transaction."""
    customer = require_customer(company.pk, details.customer_id)
    shipment = Shipment(company=company, kind=details.kind, created_by=by, form_key=form_key)
    shipment.number, shipment.source_reference = details.number.strip(), details.source_reference.strip()
    lock_orders_of(details.order_id, (line.order_line_id for line in details.lines))
    lines = fill_shipment(shipment, customer, details)
    require_open_orders(shipment, lines)
    require_free_shipment_numbers(shipment)
    shipment.number = shipment.number or free_number(company, details)
    shipment.save()
    ShipmentLine.objects.bulk_create(lines)
    return shipment


def lock_orders_of(order_id: int | None, line_ids: Iterable[int | None]) -> None:
    """Lock an order and those of some order lines, before any shipment, so that none changes meanwhile."""
    orders = Order.objects.filter(pk=order_id or 0) | Order.objects.filter(lines__in={pk for pk in line_ids if pk})
    lock_orders(set(orders.values_list("pk", flat=True)))


def require_open_orders(shipment: Shipment, lines: list[ShipmentLine]) -> None:
    """Refuse to ship on an order that was closed or cancelled; what comes back may always do so."""
    if shipment.is_return:
        return
    orders = {line.order_line.order for line in lines if line.order_line} | (
        {shipment.order} if shipment.order else set()
    )
    for order in orders:
        if not order.is_open:
            raise Refused(f"{order} is {order.status}. Open it again first.", code="order_ended")


def free_number(company: Company, details: ShipmentDetails) -> str:
    """The next number of the company's shipments of that kind that nobody typed before."""
    while True:
        number = next_number(company, details.kind, details.shipped_on.year)
        if not Shipment.objects.filter(company=company, kind=details.kind, number=number).exists():
            return number
