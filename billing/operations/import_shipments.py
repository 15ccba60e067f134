"""Importing shipments: the rows of one number are a shipment; sent again, it adds nothing."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from decimal import Decimal
from typing import IO, Any

from django.db import transaction
from django.db.models import Prefetch, Q

from billing.importing.gathered import Gathered, RowRefused, gathered, take_each
from billing.importing.orders import SHIPMENT_FIELDS, SHIPMENT_HEAD
from billing.models import Order, OrderLine, Shipment, ShipmentKind
from billing.operations.import_orders import Here
from billing.operations.record_shipment import record_shipment, record_shipments
from billing.operations.shipment_details import ShipmentDetails, ShipmentLineDetails, require_goes_out
from ledger.money import round_rate
from ledger.refusals import Refused
from office.importing import NEW, Outcome, whole_file
from office.models import Company, User
from office.reading import Mapping as ColumnMapping
from office.reading import ReadRow, TableReader
from office.work.runs import RunKind

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
    take_each(
        gathered(rows),
        SHIPMENT_HEAD,
        outcome,
        lambda groups: _take_together(here, groups, by),
        lambda group: _take(here, group, by),
    )
    if all_or_none and not dry_run:
        outcome.require_none_wrong()
    transaction.set_rollback(dry_run)
    return outcome


def _take_together(here: Here, groups: Sequence[Gathered], by: User | None) -> dict[int, str]:
    """Record the new ones that can be, and see which are here already; what became of them, by line.

    The others are taken one by one, so that each says why.
    """
    references = [group.reference for group in groups]
    kept = Shipment.objects.filter(company=here.company, source_reference__in=references)
    known = set(kept.values_list("source_reference", flat=True))
    done = {group.line: KNOWN for group in groups if group.reference in known}
    wanted = [group for group in groups if group.line not in done]
    orders = OrdersNamed(here.company, (str(group.head("order")) for group in wanted))
    new: dict[int, ShipmentDetails] = {}
    for group in wanted:
        with suppress(Refused):
            new[group.line] = _details(here, group, orders)
    with suppress(Refused):
        made = record_shipments(here.company, list(new.values()), by=by)
        done |= {line: NEW for line, shipment in zip(new, made, strict=True) if isinstance(shipment, Shipment)}
    return done


def _take(here: Here, group: Gathered, by: User | None) -> str:
    if Shipment.objects.filter(company=here.company, source_reference=group.reference).exists():
        return KNOWN
    details = _details(here, group, OrdersNamed(here.company, [str(group.head("order"))]))
    record_shipment(here.company, details, by=by)
    return NEW


def _details(here: Here, group: Gathered, orders: "OrdersNamed") -> ShipmentDetails:
    customer_id = here.customer_of(group)
    order = orders.of(customer_id, str(group.head("order")))
    lines = list(order.lines.all()) if order else []
    head: dict[str, Any] = {name: group.head(name) for name in ("shipped_on", "carrier", "tracking_number", "note")}
    return ShipmentDetails(
        customer_id=customer_id,
        kind=_kind(str(group.head("kind"))),
        number=group.reference[: Shipment._meta.get_field("number").max_length],
        source_reference=group.reference,
        order_id=order.pk if order else None,
        lines=[_line(here, row, lines, has_order=order is not None) for row in group.rows],
        **head,
    )


class OrdersNamed:
    """A company's orders of some names: each our number, the customer's, or that of where it came from."""

    def __init__(self, company: Company, names: Iterable[str]) -> None:
        wanted = {name for name in names if name}
        lines = OrderLine.objects.only("order", "position", "item_code", "description")
        of_company = Order.objects.filter(company=company).order_by("pk").prefetch_related(Prefetch("lines", lines))
        self.found: dict[tuple[int, str], Order] = {}
        for order in of_company.filter(Q(number__in=wanted) | Q(po_number__in=wanted) | Q(source_reference__in=wanted)):
            for name in (order.number, order.po_number, order.source_reference):
                self.found.setdefault((order.customer_id, name), order)

    def of(self, customer_id: int, name: str) -> Order | None:
        """The customer's order of that name; none for no name. Raises Refused for one that is not here."""
        if not name:
            return None
        if order := self.found.get((customer_id, name)):
            return order
        raise Refused(f"The customer has no order {name} here. Import the order first.", code="unknown_order")


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
        require_goes_out(word)
        return word
    if word not in KINDS:
        raise Refused(f"{text!r} is no kind of shipment. Write delivery note or timesheet.", code="bad_kind")
    return KINDS[word]


RUN_KIND = RunKind(
    "import_shipments", whole_file(import_shipments, "all_or_none"), page="billing:import_shipments_mapping"
)
