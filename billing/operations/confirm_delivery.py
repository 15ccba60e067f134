from collections.abc import Sequence
from datetime import date
from hashlib import sha256

from django.db import transaction

from billing.attachments import file_name, media_type_of
from billing.models import DeliveryProof, Shipment
from billing.operations.change_shipment import locked_shipment, require_stands
from ledger.refusals import Refused
from office.audit import record
from office.days import require_bookable_day
from office.models import User
from office.written import plain_day


@transaction.atomic
def confirm_delivery(
    shipment_id: int,
    *,
    delivered_on: date,
    received_by: str = "",
    files: Sequence[tuple[str, bytes]] = (),
    by: User | None,
) -> Shipment:
    """Note when a shipment arrived and who signed for it, with the files that prove it, each a name and its bytes.

    Said again, it says so anew, and files are added. Raises Refused for a day before it left or to come, a cancelled
    shipment, and a file of no known kind or of a name that is taken.
    """
    shipment = locked_shipment(shipment_id)
    require_stands(shipment)
    require_bookable_day(shipment.company, delivered_on)
    if delivered_on < shipment.shipped_on:
        raise Refused(
            f"It left on {plain_day(shipment.shipped_on)}, so it arrived no earlier.", code="delivered_before"
        )
    before = {"delivered_on": shipment.delivered_on, "received_by": shipment.received_by}
    shipment.delivered_on, shipment.received_by = delivered_on, received_by.strip()[:100]
    shipment.version += 1
    shipment.save()
    names = [_keep(shipment, name, content, by).name for name, content in files]
    after = {"delivered_on": delivered_on, "received_by": shipment.received_by, "files": ", ".join(names)}
    record(by, "confirm_delivery", shipment, before=before, after=after)
    return shipment


def _keep(shipment: Shipment, name: str, content: bytes, by: User | None) -> DeliveryProof:
    name = file_name(name)
    media_type = media_type_of(name, content)
    if shipment.proofs.filter(name=name).exists():
        raise Refused(f"There is a file {name} already. Name yours otherwise.", code="name_taken")
    return DeliveryProof.objects.create(
        shipment=shipment,
        name=name,
        media_type=media_type,
        content=content,
        size=len(content),
        sha256=sha256(content).hexdigest(),
        added_by=by,
    )
