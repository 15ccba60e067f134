from datetime import date

from django.db import transaction

from billing.models import BilledLine, DocumentStatus, Shipment
from billing.operations.change_shipment import locked_shipment, require_stands
from ledger.refusals import Refused
from office.audit import record
from office.models import User
from office.reasons import required_reason


@transaction.atomic
def cancel_shipment(shipment_id: int, *, reason: str, on: date, by: User | None) -> Shipment:
    """Let a shipment count for nothing, for good: it was recorded by mistake.

    Raises Refused without a reason, and where a document bills it or something of it came back.
    """
    shipment = locked_shipment(shipment_id)
    require_stands(shipment)
    reason = required_reason(reason, "Say why.")
    _require_unused(shipment)
    shipment.cancelled_on, shipment.cancel_reason = on, reason
    shipment.version += 1
    shipment.save()
    record(by, "cancel_shipment", shipment, reason=reason)
    return shipment


def _require_unused(shipment: Shipment) -> None:
    rows = BilledLine.objects.filter(shipment_line__shipment=shipment)
    billed = rows.exclude(invoice_line__invoice__status=DocumentStatus.VOID).select_related("invoice_line__invoice")
    if line := billed.first():
        invoice = line.invoice_line.invoice
        way_out = "Throw the draft away" if invoice.is_draft else "Credit or void it"
        raise Refused(f"{invoice} bills it. {way_out} first, or record what came back.", code="already_billed")
    back = Shipment.objects.filter(lines__returns__shipment=shipment, cancelled_on=None).first()
    if back:
        raise Refused(f"Some of it came back by {back}. Cancel that one first.", code="already_returned")
