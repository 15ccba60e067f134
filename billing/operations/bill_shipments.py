"""Drafts of what was shipped and is not billed yet."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from django.db import transaction

from billing.models import BilledWhy, Invoice, InvoiceLine, Order, Shipment, ShipmentLine
from billing.operations.details import InvoiceDetails, LineDetails
from billing.operations.draft_invoice import draft_invoice
from billing.order_figures import shipment_figures, to_bill
from billing.tax_choice import offered_taxes
from customers.models import Customer
from ledger.refusals import Refused
from office.audit import record
from office.models import Company, User
from office.written import plain_day

MOST = 500
LONGEST_SECTION = InvoiceLine._meta.get_field("section").max_length


@dataclass(frozen=True)
class Bill:
    """What becomes one draft: a customer's shipments of one order or of none, each with its lines and what is left."""

    customer: Customer
    order: Order | None
    shipments: Sequence[Shipment]
    lines: Sequence[tuple[ShipmentLine, LineDetails]]

    @property
    def currency(self) -> str:
        """The order's, else the customer's."""
        return self.order.currency if self.order else self.customer.currency


@transaction.atomic
def bill_shipments(
    company: Company, shipment_ids: Collection[int], *, one_each: bool = False, by: User | None
) -> list[Invoice]:
    """Draft what is left to bill of shipments: one draft for each customer, order and currency, or for each shipment.

    A line costs what its order says, else what the shipment says, else what the price lists say; what came back or
    waits in a draft is not billed again. All of it or nothing. Raises Refused where nothing is left, for a cancelled
    shipment, one that is a return, too many at once, and a line that has no price anywhere.
    """
    bills = bills_of(company, _locked(company, shipment_ids), one_each=one_each)
    if not bills:
        raise Refused("Nothing of these shipments is left to bill.", code="nothing_to_bill")
    return [_draft(company, bill, by) for bill in bills]


def _locked(company: Company, shipment_ids: Collection[int]) -> list[Shipment]:
    """The shipments, their rows locked by id, so that of two who bill one at once the second sees the first's draft."""
    if len(set(shipment_ids)) > MOST:
        raise Refused(f"At most {MOST} shipments are billed at once. Narrow the list first.", code="too_many")
    rows = Shipment.objects.select_for_update(no_key=True, of=("self",)).filter(company=company, pk__in=shipment_ids)
    shipments = list(rows.select_related("customer", "order").order_by("pk"))
    if len(shipments) < len(set(shipment_ids)):
        raise Refused("One of these shipments is not this company's.", code="unknown_shipment")
    for shipment in shipments:
        if shipment.is_cancelled:
            raise Refused(f"{shipment} is cancelled.", code="shipment_cancelled")
        if shipment.is_return:
            raise Refused(f"{shipment} came back: credit the invoice that billed it.", code="shipment_is_return")
    return shipments


def bills_of(company: Company, shipments: Iterable[Shipment], *, one_each: bool = False) -> list[Bill]:
    """What would become drafts of these shipments, in the order of customers and numbers."""
    by_id = {shipment.pk: shipment for shipment in shipments}
    rows = ShipmentLine.objects.filter(shipment__in=by_id).select_related("order_line__order", "product")
    lines = list(rows.order_by("shipment", "position"))
    figures = shipment_figures([line.pk for line in lines])
    usual = next((tax.pk for tax in offered_taxes(company, company.today())), None)
    groups: dict[tuple[int, ...], list[tuple[ShipmentLine, LineDetails]]] = {}
    for line in lines:
        if left := to_bill(line.quantity, figures[line.pk]):
            order_id = line.order_line.order_id if line.order_line else 0
            key = (by_id[line.shipment_id].customer_id, order_id, line.shipment_id if one_each else 0)
            groups.setdefault(key, []).append((line, replace(_details(line, usual), quantity=left)))
    return [_bill(by_id, lines) for lines in groups.values()]


def _bill(by_id: dict[int, Shipment], lines: list[tuple[ShipmentLine, LineDetails]]) -> Bill:
    shipments = [by_id[pk] for pk in dict.fromkeys(line.shipment_id for line, _ in lines)]
    order_line = lines[0][0].order_line
    return Bill(shipments[0].customer, order_line.order if order_line else None, shipments, lines)


def _details(line: ShipmentLine, usual_tax_id: int | None) -> LineDetails:
    """A line of an invoice that bills this one; how much of it is said by the caller."""
    ordered = line.order_line
    own_price = line.unit_price if ordered is None else ordered.unit_price
    return LineDetails(
        description=line.description,
        unit_price=own_price,
        unit=line.unit,
        discount_percent=ordered.discount_percent if ordered else LineDetails.discount_percent,
        tax_id=ordered.tax_id if ordered else None if line.product_id else usual_tax_id,
        product_id=line.product_id,
        usual_tax=bool(line.product_id) and ordered is None,
        order_line_id=line.order_line_id,
        shipment_line_id=line.pk,
        billed_why=BilledWhy.DRAFTED,
    )


def _draft(company: Company, bill: Bill, by: User | None) -> Invoice:
    details = InvoiceDetails(
        customer_id=bill.customer.pk,
        lines=list(_under_headings(bill)),
        currency=bill.currency,
        po_number=bill.order.po_number if bill.order else "",
    )
    try:
        draft = draft_invoice(company, details, by=by)
    except Refused as refusal:
        names = ", ".join(str(shipment) for shipment in bill.shipments[:3])
        raise Refused(f"{bill.customer.name}, {names}: {refusal.message}", code=refusal.code) from refusal
    for shipment in bill.shipments:
        record(by, "bill_shipments", shipment, after={"draft": draft})
    return draft


def _under_headings(bill: Bill) -> Iterable[LineDetails]:
    """The lines, the first of each shipment under a heading that names it."""
    named: set[int] = set()
    numbered = {shipment.pk: shipment for shipment in bill.shipments}
    for line, details in bill.lines:
        if line.shipment_id in named:
            yield details
            continue
        named.add(line.shipment_id)
        shipment = numbered[line.shipment_id]
        heading = f"{shipment.get_kind_display()} {shipment}, {plain_day(shipment.shipped_on)}"
        yield replace(details, section=heading[:LONGEST_SECTION])
