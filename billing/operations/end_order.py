from datetime import date

from django.db import transaction

from billing.models import BilledLine, DocumentStatus, Order, OrderStatus, Shipment, ShipmentLine
from billing.operations.change_order import locked_order, require_open
from ledger.refusals import Refused
from office.audit import record
from office.models import User
from office.reasons import required_reason


@transaction.atomic
def end_order(order_id: int, status: str, *, reason: str, on: date, by: User | None) -> Order:
    """Close an order, so that no more is shipped on it, or cancel one of which nothing was shipped or billed yet.

    Raises Refused without a reason, where it has ended already, and for cancelling what was shipped or billed.
    """
    order = locked_order(order_id)
    require_open(order)
    if status not in (OrderStatus.CLOSED, OrderStatus.CANCELLED):
        raise Refused("An order is closed or cancelled.", code="bad_status")
    reason = required_reason(reason, "Say why.")
    if status == OrderStatus.CANCELLED:
        _require_untouched(order)
    order.status, order.ended_on, order.end_reason = status, on, reason
    order.version += 1
    order.save()
    record(by, "end_order", order, after={"status": status}, reason=reason)
    return order


@transaction.atomic
def reopen_order(order_id: int, *, reason: str, by: User | None) -> Order:
    """Let an order that has ended go on. Raises Refused without a reason, and for one that is open."""
    order = locked_order(order_id)
    if order.is_open:
        raise Refused(f"{order} is open.", code="order_open")
    reason = required_reason(reason, "Say why.")
    before = order.status
    order.status, order.ended_on, order.end_reason = OrderStatus.OPEN, None, ""
    order.version += 1
    order.save()
    record(by, "reopen_order", order, before={"status": before}, reason=reason)
    return order


def _require_untouched(order: Order) -> None:
    shipped = ShipmentLine.objects.filter(order_line__order=order, shipment__cancelled_on=None).select_related(
        "shipment"
    )
    named = shipped.first()
    shipment = named.shipment if named else Shipment.objects.filter(order=order, cancelled_on=None).first()
    if shipment:
        raise Refused(f"{shipment} was shipped on it. Close it instead: what is done stays.", code="already_shipped")
    billed = BilledLine.objects.filter(order_line__order=order).exclude(
        invoice_line__invoice__status=DocumentStatus.VOID
    )
    if line := billed.select_related("invoice_line__invoice").first():
        invoice = line.invoice_line.invoice
        raise Refused(f"{invoice} bills it. Close it instead: what is done stays.", code="already_billed")
