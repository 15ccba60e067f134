from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.db import transaction

from billing.models import Shipment, ShipmentKind, ShipmentLine
from billing.operations.change_shipment import locked_shipment, require_stands
from billing.operations.record_shipment import keep_shipments, lock_orders_of
from billing.operations.shipment_details import ShipmentDetails, ShipmentLineDetails
from billing.order_figures import shipment_figures
from ledger.refusals import Refused
from office.audit import record
from office.models import User
from office.written import plain_day, quantity


@transaction.atomic
def record_return(
    shipment_id: int,
    quantities: Mapping[int, Decimal],
    *,
    on: date,
    number: str = "",
    note: str = "",
    by: User | None,
    form_key: UUID | None = None,
) -> Shipment:
    """Keep that so much of a shipment's lines came back, by the lines' ids.

    Raises Refused for more than was shipped and has not come back, a day before it left, and a shipment that is
    cancelled or is a return itself.
    """
    if form_key and (known := Shipment.objects.filter(form_key=form_key, lines__returns__shipment=shipment_id).first()):
        return known
    shipped = Shipment.objects.get(pk=shipment_id)
    lock_orders_of({shipped.order_id}, set(shipped.lines.values_list("order_line", flat=True)))
    shipment = locked_shipment(shipment_id)
    require_stands(shipment)
    if shipment.is_return:
        raise Refused(f"{shipment} is what came back. Record a new shipment for what leaves again.", code="is_return")
    if on < shipment.shipped_on:
        raise Refused(
            f"It left on {plain_day(shipment.shipped_on)}, so it came back no earlier.", code="returned_before"
        )
    wanted = {pk: so_much for pk, so_much in quantities.items() if so_much}
    lines = shipment.lines.in_bulk(wanted) if wanted else {}
    if lines.keys() != wanted.keys():
        raise Refused("A line named here is not one of this shipment's.", code="unknown_line")
    _require_within(lines, wanted)
    details = ShipmentDetails(
        customer_id=shipment.customer_id,
        shipped_on=on,
        lines=[_line(lines[pk], wanted[pk]) for pk in sorted(wanted, key=lambda pk: lines[pk].position)],
        kind=ShipmentKind.RETURN,
        number=number,
        order_id=shipment.order_id,
        note=note,
    )
    [returned] = keep_shipments(shipment.company, [details], by=by, form_key=form_key)
    if isinstance(returned, Refused):
        raise returned
    record(by, "record_return", returned, after={"customer": returned.customer, "of": shipment})
    return returned


def _require_within(lines: Mapping[int, ShipmentLine], wanted: Mapping[int, Decimal]) -> None:
    figures = shipment_figures(list(lines))
    for pk, so_much in wanted.items():
        left = lines[pk].quantity - figures[pk].returned
        if not 0 < so_much <= left:
            raise Refused(
                f"Line {lines[pk].position}: {quantity(so_much)} cannot come back, as {quantity(left)} are there.",
                code="more_than_shipped",
            )


def _line(line: ShipmentLine, so_much: Decimal) -> ShipmentLineDetails:
    return ShipmentLineDetails(
        quantity=so_much,
        description=line.description,
        unit=line.unit,
        unit_price=line.unit_price,
        item_code=line.item_code,
        product_id=line.product_id,
        order_line_id=line.order_line_id,
        returns_id=line.pk,
    )
