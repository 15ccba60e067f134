from collections.abc import Mapping, Sequence

from django.db import transaction

from billing.models import Shipment, ShipmentLine, ShipmentVersion
from billing.operations.order_details import changed_facts
from billing.operations.record_shipment import lock_orders_of, require_open_orders
from billing.operations.shipment_details import (
    NamedIn,
    ShipmentDetails,
    ShipmentLineDetails,
    TakenShipmentNumbers,
    fill_shipment,
    shipment_facts,
)
from billing.order_figures import Figures, shipment_figures
from ledger.refusals import Refused
from office.audit import record
from office.models import User
from office.reasons import optional_reason
from office.written import plain_day, quantity


@transaction.atomic
def change_shipment(
    shipment_id: int, details: ShipmentDetails, *, version: int, reason: str = "", by: User | None
) -> Shipment:
    """Save a shipment that was read at `version`, and keep the version before; without a change nothing is kept.

    Lines that name the id they had stay the same lines. Raises Refused where somebody saved meanwhile, for a cancelled
    one, another customer or kind, a quantity below what was billed or came back, and a line that is named and would go.
    """
    lock_orders_of({details.order_id}, {line.order_line_id for line in details.lines})
    shipment, reason = locked_shipment(shipment_id), optional_reason(reason)
    if shipment.version != version:
        raise Refused("Somebody saved this shipment while you were editing. Load it again.", code="stale")
    require_stands(shipment)
    if (details.customer_id, details.kind) != (shipment.customer_id, shipment.kind):
        raise Refused(
            "A shipment stays with its customer and kind. Cancel it, and record another.", code="other_customer"
        )
    before, was_for = shipment_facts(shipment), shipment.order_id
    known = {line.pk: line for line in shipment.lines.all()}
    figures = shipment_figures(list(known))
    lines = fill_shipment(shipment, shipment.customer, details, NamedIn(shipment.company, [details]))
    if shipment.order_id != was_for:
        require_open_orders(shipment, lines)
    shipment.number = details.number.strip() or shipment.number
    TakenShipmentNumbers([shipment]).take(shipment)
    _require_left_before_delivered(shipment)
    _keep_lines(lines, details.lines, known, figures)
    after = shipment_facts(shipment)
    if after == before:
        return shipment
    ShipmentVersion.objects.create(
        shipment=shipment, version=shipment.version, facts=before, reason=reason, changed_by=by
    )
    shipment.version += 1
    shipment.save()
    told = changed_facts(before, after)
    record(
        by,
        "change_shipment",
        shipment,
        before={name: was for name, (was, _) in told.items()} | {"version": version},
        after={name: now for name, (_, now) in told.items()} | {"version": shipment.version},
        reason=reason,
    )
    return shipment


def locked_shipment(shipment_id: int) -> Shipment:
    """The shipment, its row locked until the transaction ends."""
    rows = Shipment.objects.select_for_update(no_key=True, of=("self",))
    return rows.select_related("company", "customer__company", "order").get(pk=shipment_id)


def require_stands(shipment: Shipment) -> None:
    """Refuse where it was cancelled."""
    if shipment.is_cancelled:
        raise Refused(f"{shipment} is cancelled. Record another.", code="shipment_cancelled")


def _require_left_before_delivered(shipment: Shipment) -> None:
    if shipment.delivered_on and shipment.delivered_on < shipment.shipped_on:
        raise Refused(
            f"It was delivered on {plain_day(shipment.delivered_on)}, so it left no later.", code="delivered_before"
        )


def _keep_lines(
    lines: Sequence[ShipmentLine],
    typed: Sequence[ShipmentLineDetails],
    known: Mapping[int, ShipmentLine],
    figures: Mapping[int, Figures],
) -> None:
    """Write the lines: those named by their id as what they are now, the others anew; those not named go."""
    kept = [each.line_id for each in typed if each.line_id]
    if len(kept) != len(set(kept)) or not known.keys() >= set(kept):
        raise Refused("A line named here is not one of this shipment's.", code="unknown_line")
    for pk in known.keys() - set(kept):
        line = known[pk]
        if line.billed_lines.exists() or line.returned_in.exists():
            raise Refused(
                f"Line {line.position}, {line.description[:60]}, is billed or came back, so it stays.",
                code="line_in_use",
            )
        line.delete()
    for line, each in zip(lines, typed, strict=True):
        if each.line_id:
            _require_enough(line, figures[each.line_id])
            _require_same_order(line, known[each.line_id])
            line.pk, line.returns_id = each.line_id, known[each.line_id].returns_id
        line.save()


def _require_same_order(line: ShipmentLine, before: ShipmentLine) -> None:
    if line.order_line_id != before.order_line_id and before.billed_lines.exists():
        raise Refused(f"Line {line.position} is billed, so it stays what was ordered there.", code="line_in_use")


def _require_enough(line: ShipmentLine, figures: Figures) -> None:
    for done, so_much in (("came back", figures.returned), ("are billed", figures.billed + figures.drafted)):
        if line.quantity < so_much:
            raise Refused(
                f"Line {line.position}: {quantity(so_much)} of it {done}, so it cannot go below that.",
                code="below_billed",
            )
