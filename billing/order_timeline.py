"""What happened to an order or a shipment, newest first, from the audit trail."""

from billing.models import Order, Shipment
from billing.timeline import Fact
from office.models import AuditRecord

WORDS = {
    "record_order": ("Recorded", "clipboard-list"),
    "change_order": ("Changed", "pencil"),
    "end_order": ("Ended", "ban"),
    "reopen_order": ("Opened again", "arrow-back-up"),
    "record_shipment": ("Recorded", "truck"),
    "change_shipment": ("Changed", "pencil"),
    "cancel_shipment": ("Cancelled", "ban"),
    "confirm_delivery": ("Delivery confirmed", "circle-check"),
    "read_ubl_order": ("Read from a file", "file-import"),
    "record_return": ("Came back", "arrow-back-up"),
    "bill_shipments": ("Drafted to be billed", "file-invoice"),
}
TOLD = ("status", "delivered_on", "received_by", "files", "draft")


def order_timeline(order: Order) -> list[Fact]:
    """All facts about an order and its shipments, newest first."""
    shipments = {shipment.pk: shipment for shipment in order.shipments.all()}
    facts = [_fact(record) for record in _records("billing.order", [order.pk])]
    of_shipments = _records("billing.shipment", list(shipments))
    facts += [_fact(record, f"{shipments[record.subject_id]}: ") for record in of_shipments]
    return sorted(facts, key=lambda fact: fact.at, reverse=True)


def shipment_timeline(shipment: Shipment) -> list[Fact]:
    """All facts about a shipment, newest first."""
    facts = [_fact(record) for record in _records("billing.shipment", [shipment.pk])]
    return sorted(facts, key=lambda fact: fact.at, reverse=True)


def _records(subject_type: str, ids: list[int]) -> list[AuditRecord]:
    rows = AuditRecord.objects.filter(subject_type=subject_type, subject_id__in=ids)
    return list(rows.select_related("by").order_by("-pk"))


def _fact(record: AuditRecord, of: str = "") -> Fact:
    words, icon = WORDS.get(record.action, (record.action.replace("_", " ").capitalize(), "point"))
    told = ", ".join(record.after[name] for name in TOLD if record.after.get(name))
    words = f"{of}{words.lower() if of else words}{f': {told}' if told else ''}"
    return Fact(record.recorded_at, words, icon, who=str(record.by or "Duebook"), note=record.reason)
