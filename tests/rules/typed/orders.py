"""Orders and shipments as a person would type them."""

from typing import Any

from billing.operations.end_order import end_order
from tests.billing.ordering import SHIPPED, make_order, ship
from tests.rules.hostile import DAY, Forms


def forms(customer: Any) -> Forms:
    """Each form's page, what its address needs, and what is typed."""
    order, closed = make_order(customer), make_order(customer)
    end_order(closed.pk, "closed", reason="x", on=DAY, by=None)
    shipment = ship(order, "4")
    lines = {"lines-TOTAL_FORMS": "1", "lines-INITIAL_FORMS": "0", "lines-0-description": "Shelf"}
    lines |= {"lines-0-quantity": "9", "lines-0-unit_price": "5", "lines-0-unit": "pc", "lines-0-product": ""}
    ordered = {"customer": str(customer.pk), "po_number": "P", "number": "N", "ordered_on": "2026-03-02", "note": "n"}
    ordered |= {"valid_from": "", "valid_until": "2026-12-31", "blanket_amount": "1", "tolerance_percent": "5"}
    ordered |= lines | {"currency": "EUR", "lines-0-id": str(order.lines.get().pk), "lines-0-tax": ""}
    ordered |= {"lines-0-wanted_on": "2026-03-09", "lines-0-tolerance_percent": "1", "lines-0-discount_percent": "0"}
    shipped = {"customer": str(customer.pk), "order": str(order.pk), "kind": "delivery_note", "number": "N"}
    shipped |= lines | {"shipped_on": str(SHIPPED), "carrier": "c", "tracking_number": "t", "note": "n"}
    shipped |= {"lines-0-order_line": str(order.lines.get().pk), "lines-0-done_on": "2026-03-02"}
    shipped |= {"lines-0-done_by": "Ada", "lines-0-id": str(shipment.lines.get().pk)}
    back = {"on": str(SHIPPED), "number": "R", "note": "n", f"line_{shipment.lines.get().pk}": "1"}
    return {
        "billing:order_new": ([], ordered | {"key": "k", "lines-0-id": ""}),
        "billing:order_totals": ([], ordered),
        "billing:order_edit": ([order.pk], ordered | {"version": "1", "reason": "r"}),
        "billing:read_order": ([], {"customer": str(customer.pk)}),
        "billing:end_order": ([order.pk], {"status": "closed", "reason": "r"}),
        "billing:reopen_order": ([closed.pk], {"reason": "r"}),
        "billing:shipment_new": ([], shipped | {"key": "k", "lines-0-id": ""}),
        "billing:shipment_edit": ([shipment.pk], shipped | {"version": "1", "reason": "r"}),
        "billing:confirm_delivery": ([shipment.pk], {"delivered_on": str(SHIPPED), "received_by": "E"}),
        "billing:record_return": ([shipment.pk], back),
        "billing:cancel_shipment": ([shipment.pk], {"reason": "r"}),
    }
