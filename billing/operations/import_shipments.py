"""Importing shipments: the rows of one number are a shipment; sent again, it adds nothing."""

from decimal import Decimal
from typing import IO, Any

from django.db import transaction
from django.db.models import Q

from billing.importing.gathered import Gathered, RowRefused, gathered, take_each
from billing.importing.orders import SHIPMENT_FIELDS, SHIPMENT_HEAD
from billing.models import Order, OrderLine, Shipment, ShipmentKind
from billing.operations.import_orders import Here
from billing.operations.record_shipment import record_shipment
from billing.operations.shipment_details import ShipmentDetails, ShipmentLineDetails
from ledger.money import round_rate
from ledger.refusals import Refused
from office.importing import NEW, Outcome, import_in_one_piece
from office.models import Company, Run, User
from office.reading import Mapping as ColumnMapping
from office.reading import ReadRow, TableReader
from office.runs import RunKind

KNOWN = "Here already"
KINDS = {"": ShipmentKind.DELIVERY_NOTE, "delivery": ShipmentKind.DELIVERY_NOTE, "hours": ShipmentKind.TIMESHEET}


@transaction.atomic
def import_shipments(
    company: Company,
    table: IO[bytes],
    mapping: ColumnMapping,
    *,
    by: User | None,
    dry_run: bool = False,
    all_or_none: bool = False,
) -> Outcome:
    """Bring a table's shipments in, each whole or not at all; one whose number was imported before stays as it is.

    Raises Refused for a file that cannot be read and, where all or none is wanted, for a wrong row.
    """
    outcome, here = Outcome(), Here(company)
    rows = TableReader(table, SHIPMENT_FIELDS, mapping)
    take_each(gathered(rows), SHIPMENT_HEAD, outcome, lambda group: _take(here, group, by))
    if all_or_none and not dry_run:
        outcome.require_none_wrong()
    transaction.set_rollback(dry_run)
    return outcome


def _take(here: Here, group: Gathered, by: User | None) -> str:
    if Shipment.objects.filter(company=here.company, source_reference=group.reference).exists():
        return KNOWN
    customer_id = here.customer_of(group)
    order = order_named(here.company, customer_id, str(group.head("order")))
    lines = list(order.lines.all()) if order else []
    head: dict[str, Any] = {name: group.head(name) for name in ("shipped_on", "carrier", "tracking_number", "note")}
    details = ShipmentDetails(
        customer_id=customer_id,
        kind=_kind(str(group.head("kind"))),
        number=group.reference[: Shipment._meta.get_field("number").max_length],
        source_reference=group.reference,
        order_id=order.pk if order else None,
        lines=[_line(here, row, lines, has_order=order is not None) for row in group.rows],
        **head,
    )
    record_shipment(here.company, details, by=by)
    return NEW


def order_named(company: Company, customer_id: int, name: str) -> Order | None:
    """The customer's order of our number, theirs, or that of where it came from. Raises Refused for one not here."""
    if not name:
        return None
    orders = Order.objects.filter(company=company, customer=customer_id)
    found = orders.filter(Q(number=name) | Q(po_number=name) | Q(source_reference=name)).first()
    if found is None:
        raise Refused(f"The customer has no order {name} here. Import the order first.", code="unknown_order")
    return found


def order_line_of(lines: list[OrderLine], position: int | None, code: str, text: str) -> OrderLine | None:
    """The line that is meant: by its number, else the only one of that code, else of that text."""
    if position is not None:
        return next((line for line in lines if line.position == position), None)
    for found in (
        [line for line in lines if code and line.item_code == code],
        [line for line in lines if text and line.description.casefold() == text.casefold()],
    ):
        if len(found) == 1:
            return found[0]
    return None


def _line(here: Here, row: ReadRow, ordered: list[OrderLine], *, has_order: bool) -> ShipmentLineDetails:
    values = row.values
    position, code = values.get("order_position"), values.get("item_code", "")
    text = values.get("description", "")
    order_line = order_line_of(ordered, None if position is None else int(position), code, text)
    if has_order and order_line is None:
        raise RowRefused(row, "No line of the order is certainly meant. Give the order line's number.", "no_order_line")
    price = values.get("unit_price")
    return ShipmentLineDetails(
        quantity=round_rate(values.get("quantity", Decimal(1))),
        description=text,
        unit=values.get("unit", ""),
        unit_price=None if price is None else round_rate(price),
        item_code=code,
        product_id=None if order_line else here.product_of(row),
        order_line_id=order_line.pk if order_line else None,
        done_on=values.get("done_on"),
        done_by=values.get("done_by", ""),
    )


def _kind(text: str) -> str:
    word = text.strip().casefold().replace(" ", "_")
    if word in ShipmentKind.values:
        return word
    if word not in KINDS:
        raise Refused(f"{text!r} is no kind of shipment. Write delivery note or timesheet.", code="bad_kind")
    return KINDS[word]


def do_piece(run: Run) -> None:
    """The run of an import on screen."""
    import_in_one_piece(
        run,
        lambda table, mapping: import_shipments(
            run.company,
            table,
            mapping,
            by=run.by,
            dry_run=run.is_dry,
            all_or_none=run.parameters.get("all_or_none", False),
        ),
    )


RUN_KIND = RunKind("import_shipments", do_piece, page="billing:import_shipments_mapping")
