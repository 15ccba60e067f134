from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from django.db import IntegrityError, transaction

from billing.models import Order, OrderLine
from billing.operations.details import CustomersOf, products_of
from billing.operations.order_details import OrderDetails, TakenNumbers, fill_order
from billing.tax_choice import taxes_of
from ledger.bulk import insert_all
from ledger.refusals import Refused
from office.audit import record_all
from office.models import Company, User
from office.numbers.series import next_number


class Filled(NamedTuple):
    """An order as it is to be kept, with its lines."""

    order: Order
    lines: list[OrderLine]


def record_order(company: Company, details: OrderDetails, *, by: User | None, form_key: UUID | None = None) -> Order:
    """Keep what a customer ordered, under a number that was typed or the next of the company's.

    A form's key makes it one order however often it is sent. Raises Refused for details that cannot be so, and for a
    number that another order has.
    """
    if known := _of_form(company, form_key):
        return known
    try:
        [order] = record_orders(company, [details], by=by, form_key=form_key)
        if isinstance(order, Refused):
            raise order
        return order
    except Refused:
        if known := _of_form(company, form_key):  # somebody was quicker, with the same form
            return known
        raise


@transaction.atomic
def record_orders(
    company: Company, batch: Sequence[OrderDetails], *, by: User | None, form_key: UUID | None = None
) -> list[Order | Refused]:
    """Keep the orders that can be kept; of each, in its place, the order or why it cannot be.

    Raises Refused where somebody records one of their numbers meanwhile; then none is kept.
    """
    customers = CustomersOf(company, (details.customer_id for details in batch))
    taxes, products = taxes_of(company), products_of(company, batch)
    filled: list[Filled | Refused] = []
    for details in batch:
        order = Order(company=company, created_by=by, form_key=form_key, number=details.number.strip())
        order.source_reference = details.source_reference.strip()
        try:
            lines = fill_order(order, customers.customer_with(details.customer_id), details, taxes, products)
            filled.append(Filled(order, lines))
        except Refused as refusal:
            filled.append(refusal)
    filled = _numbered(filled)
    _insert([each for each in filled if isinstance(each, Filled)], by)
    return [each.order if isinstance(each, Filled) else each for each in filled]


def _numbered(filled: Sequence[Filled | Refused]) -> list[Filled | Refused]:
    """Those whose numbers are free under them; a number that nobody typed is the company's next."""
    taken = TakenNumbers([each.order for each in filled if isinstance(each, Filled)])
    numbered: list[Filled | Refused] = []
    for each in filled:
        try:
            if isinstance(each, Filled):
                taken.take(each.order)
                each.order.number = each.order.number or _free_number(each.order)
            numbered.append(each)
        except Refused as refusal:
            numbered.append(refusal)
    return numbered


def _insert(filled: Sequence[Filled], by: User | None) -> None:
    orders = [order for order, _ in filled]
    try:
        with transaction.atomic():
            insert_all(orders)
    except IntegrityError as error:  # somebody was quicker, with the same form or number
        raise Refused("An order of that number was recorded just now. Look for it.", code="number_taken") from error
    for order, lines in filled:
        for line in lines:
            line.order = order  # which has its id only now
    insert_all(line for _, lines in filled for line in lines)
    told = [{"customer": order.customer, "po_number": order.po_number, "net": order.net} for order in orders]
    record_all(by, "record_order", orders, after=told)


def _of_form(company: Company, form_key: UUID | None) -> Order | None:
    return Order.objects.filter(company=company, form_key=form_key).first() if form_key else None


def _free_number(order: Order) -> str:
    """The next number of the company's orders that nobody typed before."""
    while True:
        number = next_number(order.company, "order", order.ordered_on.year)
        if not Order.objects.filter(company=order.company, number=number).exists():
            return number
