"""What a person may say of an order, checked the same for every door."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from billing.models import Invoice, Order, OrderLine, Product, Tax
from billing.operations.details import TOO_LATE, InvoiceDetails, LineDetails, fill_draft
from billing.operations.shipment_details import plain
from customers.models import Customer
from ledger.money import round_money
from ledger.refusals import Refused
from office.card_numbers import without_card_numbers
from office.days import FIRST_DAY
from office.reading.lengths import require_lengths

ZERO = Decimal(0)
HEAD = ("po_number", "ordered_on", "valid_from", "valid_until", "tolerance_percent", "note")
"""What of an order stands on it as it was typed."""
LINE = ("description", "quantity", "unit", "unit_price", "discount_percent", "tax", "net", "product", "item_code")
LINE_OWN = ("wanted_on", "tolerance_percent")


@dataclass(frozen=True)
class OrderLineDetails(LineDetails):
    """A line as typed. `line_id` is that of the line it was before, where the order is changed."""

    line_id: int | None = None
    item_code: str = ""
    wanted_on: date | None = None
    tolerance_percent: Decimal | None = None


@dataclass(frozen=True)
class OrderDetails:
    """An order as typed. Without a number it takes the next of the company's; an empty currency is the customer's."""

    customer_id: int
    ordered_on: date
    lines: Sequence[OrderLineDetails] = ()
    number: str = ""
    po_number: str = ""
    currency: str = ""
    valid_from: date | None = None
    valid_until: date | None = None
    blanket_amount: Decimal | None = None
    tolerance_percent: Decimal | None = None
    note: str = ""
    source_reference: str = ""


def fill_order(
    order: Order,
    customer: Customer,
    details: OrderDetails,
    taxes: dict[int, Tax],
    products: Mapping[int, Product],
) -> list[OrderLine]:
    """Write the details on an unsaved order; returns its lines, unsaved, in their order and without an id.

    Raises Refused for days or amounts that cannot be so, and for what no invoice of these lines could say.
    """
    _check(details)
    for name in HEAD:
        setattr(order, name, getattr(details, name))
    order.customer = customer
    order.po_number, order.note = details.po_number.strip(), without_card_numbers(details.note.strip())
    order.currency = details.currency or customer.currency
    draft, priced = _as_draft(order, customer, details, taxes, products)
    amount = details.blanket_amount
    order.blanket_amount = None if amount is None else round_money(amount, order.currency)
    order.net = draft.net
    lines = [_line(order, line, typed) for line, typed in zip(priced, details.lines, strict=True)]
    require_lengths(order, *lines)
    return lines


def _as_draft(
    order: Order,
    customer: Customer,
    details: OrderDetails,
    taxes: dict[int, Tax],
    products: Mapping[int, Product],
) -> tuple[Invoice, list[Any]]:
    """The lines priced as an invoice of them would be. The rate of a foreign currency does not matter for that."""
    typed = InvoiceDetails(
        customer_id=customer.pk,
        lines=details.lines,
        currency=order.currency,
        exchange_rate=None if order.currency == order.company.currency else Decimal(1),
    )
    draft = Invoice(company=order.company)
    lines, _ = fill_draft(draft, customer, typed, taxes, products)
    return draft, lines


def _line(order: Order, priced: Any, typed: OrderLineDetails) -> OrderLine:
    values = {name: getattr(priced, name) for name in LINE} | {name: getattr(typed, name) for name in LINE_OWN}
    values["item_code"] = typed.item_code.strip() or values["item_code"]
    if not values["description"]:
        raise Refused(f"Line {priced.position}: say what was ordered.", code="no_description")
    if values["quantity"] <= 0:
        raise Refused(f"Line {priced.position}: the quantity is above zero.", code="bad_quantity")
    return OrderLine(order=order, position=priced.position, **values)


def _check(details: OrderDetails) -> None:
    days = (details.ordered_on, details.valid_from, details.valid_until, *(line.wanted_on for line in details.lines))
    if any(day and not (day >= FIRST_DAY and day.year < TOO_LATE) for day in days):
        raise Refused("A day is too far away. Was its year mistyped?", code="bad_day")
    first = details.valid_from or details.ordered_on
    if details.valid_until and details.valid_until < first:
        raise Refused("The order ends before it begins.", code="validity_not_in_order")
    if details.blanket_amount is not None and not 0 < details.blanket_amount < 10**12:
        raise Refused("The most that may be billed is above zero.", code="bad_blanket_amount")
    if not details.lines and details.blanket_amount is None:
        raise Refused("Nothing is ordered. Add a line, or say up to which amount.", code="nothing_ordered")
    for percent in (details.tolerance_percent, *(line.tolerance_percent for line in details.lines)):
        if percent is not None and not 0 <= percent <= 100:
            raise Refused("A tolerance is between 0 and 100 percent.", code="bad_tolerance")


class TakenNumbers:
    """The numbers, customers' numbers and references that other orders than these have."""

    def __init__(self, orders: Sequence[Order]) -> None:
        others = Order.objects.exclude(pk__in=[order.pk for order in orders if order.pk])
        of_company = others.filter(company__in={order.company_id for order in orders})
        numbers = {order.number for order in orders}
        po_numbers = {order.po_number for order in orders} - {""}
        references = {order.source_reference for order in orders} - {""}
        self.numbers = set(of_company.filter(number__in=numbers).values_list("number", flat=True))
        twins = others.filter(customer__in={order.customer_id for order in orders}, po_number__in=po_numbers)
        self.po_numbers = {(twin.customer_id, twin.po_number): twin for twin in twins}
        self.references = {twin.source_reference: twin for twin in of_company.filter(source_reference__in=references)}

    def take(self, order: Order) -> None:
        """Let an order have its numbers. Raises Refused for one that another has, and then it takes none."""
        if order.number in self.numbers:
            raise Refused(f"There is an order {order.number} already.", code="number_taken")
        po_number, reference = (order.customer_id, order.po_number), order.source_reference
        if twin := self.po_numbers.get(po_number):
            raise Refused(
                f"{order.customer.name}'s order {order.po_number} is here already as {twin}.", code="po_taken"
            )
        if twin := self.references.get(reference):
            raise Refused(f"{reference} is here already as {twin}.", code="reference_taken")
        self.numbers |= {order.number} - {""}
        if order.po_number:
            self.po_numbers[po_number] = order
        if reference:
            self.references[reference] = order


def order_facts(order: Order) -> dict[str, Any]:
    """The order and its lines as they stand, in plain words and numbers, to be kept and compared."""
    return facts_with(order, order.lines.select_related("product", "tax").order_by("position"))


def facts_with(order: Order, lines: Iterable[OrderLine]) -> dict[str, Any]:
    """The facts of an order that has these lines."""
    head = {name: plain(getattr(order, name)) for name in ("number", "currency", "blanket_amount", "net", *HEAD)}
    told = [
        {"id": line.pk, "position": line.position} | {name: plain(getattr(line, name)) for name in (*LINE, *LINE_OWN)}
        for line in lines
    ]
    return head | {"lines": told}


def changed_facts(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """What differs of the head of two kept states: by name, before and after."""
    names = [name for name in after if name != "lines"]
    return {name: (before.get(name, ""), after[name]) for name in names if before.get(name, "") != after[name]}
