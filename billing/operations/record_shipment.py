from collections.abc import Collection, Sequence
from uuid import UUID

from django.db import transaction

from billing.locking import lock_orders
from billing.models import OrderLine, Shipment, ShipmentLine
from billing.operations.shipment_details import (
    NamedIn,
    ShipmentDetails,
    TakenShipmentNumbers,
    fill_shipment,
    require_goes_out,
)
from billing.orders.keeping import Filled, insert_with_lines, numbered, once_for_form
from ledger.refusals import Refused
from office.audit import record_all
from office.models import Company, User
from office.numbers.series import next_number


def record_shipment(
    company: Company, details: ShipmentDetails, *, by: User | None, form_key: UUID | None = None
) -> Shipment:
    """Keep what left for a customer or was done for them, for an order or without one.

    More than was ordered may leave: what is then billed is compared with the order. A form's key makes it one shipment
    however often it is sent. Raises Refused for details that cannot be so, and on an order that has ended.
    """
    return once_for_form(
        Shipment.objects.filter(company=company),
        form_key,
        lambda: record_shipments(company, [details], by=by, form_key=form_key),
    )


@transaction.atomic
def record_shipments(
    company: Company, batch: Sequence[ShipmentDetails], *, by: User | None, form_key: UUID | None = None
) -> list[Shipment | Refused]:
    """Keep the shipments that can be kept; of each, in its place, the shipment or why it cannot be.

    Raises Refused where somebody records one of their numbers meanwhile; then none is kept.
    """
    for details in batch:
        require_goes_out(details.kind)
    found = keep_shipments(company, batch, by=by, form_key=form_key)
    kept = [each for each in found if isinstance(each, Shipment)]
    told = [{"customer": shipment.customer, "order": shipment.order} for shipment in kept]
    record_all(by, "record_shipment", kept, after=told)
    return found


def keep_shipments(
    company: Company, batch: Sequence[ShipmentDetails], *, by: User | None, form_key: UUID | None = None
) -> list[Shipment | Refused]:
    """Write shipments of any kind with their lines; their orders stay locked. Needs a transaction."""
    lock_orders_of(
        {details.order_id for details in batch}, {line.order_line_id for each in batch for line in each.lines}
    )
    named = NamedIn(company, batch)
    filled: list[Filled[Shipment, ShipmentLine] | Refused] = []
    for details in batch:
        shipment = Shipment(company=company, kind=details.kind, created_by=by, form_key=form_key)
        shipment.number, shipment.source_reference = details.number.strip(), details.source_reference.strip()
        try:
            lines = fill_shipment(shipment, named.customers.customer_with(details.customer_id), details, named)
            require_open_orders(shipment, lines)
            filled.append(Filled(shipment, lines))
        except Refused as refusal:
            filled.append(refusal)
    taken = TakenShipmentNumbers([each.paper for each in filled if isinstance(each, Filled)])
    filled = numbered(filled, taken.take, _free_number)
    insert_with_lines([each for each in filled if isinstance(each, Filled)], "shipment", "A shipment")
    return [each.paper if isinstance(each, Filled) else each for each in filled]


def lock_orders_of(order_ids: Collection[int | None], line_ids: Collection[int | None]) -> None:
    """Lock orders and those of some order lines, before any shipment, so that none changes meanwhile."""
    of_lines = OrderLine.objects.filter(pk__in=[pk for pk in line_ids if pk]).values_list("order", flat=True)
    lock_orders({pk for pk in order_ids if pk} | set(of_lines))


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


def _free_number(shipment: Shipment) -> str:
    """The next number of the company's shipments of that kind that nobody typed before."""
    company, kind = shipment.company, shipment.kind
    while True:
        number = next_number(company, kind, shipment.shipped_on.year)
        if not Shipment.objects.filter(company=company, kind=kind, number=number).exists():
            return number
