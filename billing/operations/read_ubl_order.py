"""An order or a despatch advice that came as UBL is kept as an order or a shipment here, whole or not at all."""

import re
from collections.abc import Sequence
from typing import TypeVar

from django.db import transaction
from django.db.models import QuerySet

from billing.models import Order, Product, Shipment
from billing.operations.import_orders import keep_changes
from billing.operations.import_shipments import OrdersNamed, order_line_of
from billing.operations.order_details import OrderDetails, OrderLineDetails
from billing.operations.record_order import record_order
from billing.operations.record_shipment import record_shipment
from billing.operations.shipment_details import ShipmentDetails, ShipmentLineDetails
from billing.orders.ubl_reading import ORDER, SaidLine, SaidOrder, SaidParty, said_by
from billing.units import unit_word
from customers.access import customers_for
from customers.models import Customer
from ledger.money import round_rate
from ledger.refusals import Refused
from office.audit import record
from office.models import Company, User

LONGEST = 60
LineT = TypeVar("LineT", OrderLineDetails, ShipmentLineDetails)


@transaction.atomic
def read_ubl_order(
    company: Company, content: bytes, *, by: User | None, customer_id: int | None = None
) -> Order | Shipment:
    """Record what a UBL Order or DespatchAdvice says, for its buyer or for the customer named.

    Read again, an order is changed to what it says now, and a despatch advice stays as it is. Raises Refused for what
    is neither, where the customer is not certain, and, line by line, for what fits nothing here.
    """
    said = said_by(content)
    customer = _customer(company, said.customer, by, customer_id)
    keep = _order if said.kind == ORDER else _shipment
    paper: Order | Shipment = keep(company, customer, said, said.number[:LONGEST], by)
    record(by, "read_ubl_order", paper, after={"from": said.number, "kind": said.kind})
    return paper


def _order(company: Company, customer: Customer, said: SaidOrder, reference: str, by: User | None) -> Order:
    products = _products(company, said)
    details = OrderDetails(
        customer_id=customer.pk,
        ordered_on=said.dated_on or company.today(),
        lines=_without_trouble([_order_line(line, products) for line in said.lines]),
        po_number=said.number,
        currency=said.currency,
        valid_until=said.valid_until,
        note=said.note,
        source_reference=reference,
    )
    known = Order.objects.filter(company=company, customer=customer, po_number=said.number).first()
    if known is None:
        return record_order(company, details, by=by)
    keep_changes(known, details, by)
    return known


def _shipment(company: Company, customer: Customer, said: SaidOrder, reference: str, by: User | None) -> Shipment:
    known = Shipment.objects.filter(company=company, source_reference=reference).first()
    if known:
        return known
    order = OrdersNamed(company, [said.order]).of(customer.pk, said.order)
    ordered = list(order.lines.all()) if order else []
    products = _products(company, said)
    lines: list[ShipmentLineDetails | str] = []
    for line in said.lines:
        position = int(line.ordered) if line.ordered.isdecimal() else None
        order_line = order_line_of(ordered, position, line.seller_code or line.buyer_code, line.name)
        if order and order_line is None:
            lines.append(f"Line {line.number}: no line of order {order} is certainly meant.")
            continue
        lines.append(
            ShipmentLineDetails(
                quantity=round_rate(line.quantity),
                description=line.name,
                unit="" if order_line else unit_word(line.unit),
                item_code=line.seller_code or line.buyer_code,
                product_id=None if order_line else products.get(line.seller_code),
                order_line_id=order_line.pk if order_line else None,
            )
        )
    details = ShipmentDetails(
        customer_id=customer.pk,
        shipped_on=said.dated_on or company.today(),
        lines=_without_trouble(lines),
        number=reference[:40],
        order_id=order.pk if order else None,
        carrier=said.carrier,
        tracking_number=said.tracking_number,
        note=said.note,
        source_reference=reference,
    )
    return record_shipment(company, details, by=by)


def _products(company: Company, said: SaidOrder) -> dict[str, int]:
    """The products by the code that the seller, which is us, gave them."""
    codes = {line.seller_code for line in said.lines if line.seller_code}
    return dict(Product.objects.filter(company=company, code__in=codes).values_list("code", "pk"))


def _order_line(line: SaidLine, products: dict[str, int]) -> OrderLineDetails | str:
    product_id = products.get(line.seller_code)
    if line.seller_code and product_id is None:
        return f"Line {line.number}: there is no product {line.seller_code} here. Add it first."
    if product_id is None and line.unit_price is None:
        return f"Line {line.number}: it names no product of ours and no price."
    if not line.name and product_id is None:
        return f"Line {line.number}: it does not say what is ordered."
    return OrderLineDetails(
        description=line.name,
        quantity=round_rate(line.quantity),
        unit=unit_word(line.unit),
        unit_price=None if line.unit_price is None else round_rate(line.unit_price),
        product_id=product_id,
        usual_tax=product_id is not None,
        item_code=line.seller_code or line.buyer_code,
        wanted_on=line.wanted_on,
    )


def _without_trouble(lines: Sequence[LineT | str]) -> list[LineT]:
    """The lines. Raises Refused with all that is wrong, line by line."""
    troubles = [line for line in lines if isinstance(line, str)]
    if troubles:
        raise Refused(" ".join(troubles), code="order_lines_unknown")
    return [line for line in lines if not isinstance(line, str)]


def _customer(company: Company, said: SaidParty, by: User | None, customer_id: int | None) -> Customer:
    """The customer named, or the one with the buyer's tax id, number, endpoint or name, whichever is certain first."""
    seen = (customers_for(by) if by else Customer.objects.all()).filter(company=company)
    for found in [seen.filter(pk=customer_id)] if customer_id else _same(seen, said):
        if (customer := found.first()) and found.count() == 1:
            return customer
    raise Refused(f"Nobody here is certainly the buyer {said}. Choose the customer.", code="order_customer_unknown")


def _same(seen: QuerySet[Customer], said: SaidParty) -> list[QuerySet[Customer]]:
    numbers = {_plain(number) for number in (*said.numbers, said.endpoint) if number}
    known = seen.exclude(tax_id="").values_list("pk", "tax_id") if numbers else []
    with_id = [pk for pk, tax_id in known if _plain(tax_id) in numbers]
    names = [name.casefold() for name in said.names]
    by_name = [pk for pk, name in seen.values_list("pk", "name") if name.casefold() in names] if names else []
    return [
        seen.filter(pk__in=with_id),
        seen.filter(number__in=[*said.numbers, said.endpoint]),
        seen.filter(pk__in=by_name),
    ]


def _plain(tax_id: str) -> str:
    return re.sub(r"[\s.-]", "", tax_id).upper()
