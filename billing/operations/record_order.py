from collections.abc import Sequence
from uuid import UUID

from django.db import transaction

from billing.models import Order, OrderLine
from billing.operations.details import CustomersOf, products_of
from billing.operations.order_details import OrderDetails, TakenNumbers, fill_order
from billing.orders.keeping import Filled, insert_with_lines, numbered, once_for_form
from billing.tax_choice import taxes_of
from ledger.refusals import Refused
from office.audit import record_all
from office.models import Company, User
from office.numbers.series import next_number


def record_order(company: Company, details: OrderDetails, *, by: User | None, form_key: UUID | None = None) -> Order:
    """Keep what a customer ordered, under a number that was typed or the next of the company's.

    A form's key makes it one order however often it is sent. Raises Refused for details that cannot be so, and for a
    number that another order has.
    """
    return once_for_form(
        Order.objects.filter(company=company),
        form_key,
        lambda: record_orders(company, [details], by=by, form_key=form_key),
    )


@transaction.atomic
def record_orders(
    company: Company, batch: Sequence[OrderDetails], *, by: User | None, form_key: UUID | None = None
) -> list[Order | Refused]:
    """Keep the orders that can be kept; of each, in its place, the order or why it cannot be.

    Raises Refused where somebody records one of their numbers meanwhile; then none is kept.
    """
    customers = CustomersOf(company, (details.customer_id for details in batch))
    taxes, products = taxes_of(company), products_of(company, batch)
    filled: list[Filled[Order, OrderLine] | Refused] = []
    for details in batch:
        order = Order(company=company, created_by=by, form_key=form_key, number=details.number.strip())
        order.source_reference = details.source_reference.strip()
        try:
            lines = fill_order(order, customers.customer_with(details.customer_id), details, taxes, products)
            filled.append(Filled(order, lines))
        except Refused as refusal:
            filled.append(refusal)
    taken = TakenNumbers([each.paper for each in filled if isinstance(each, Filled)])
    filled = numbered(filled, taken.take, _free_number)
    made = [each for each in filled if isinstance(each, Filled)]
    insert_with_lines(made, "order", "An order")
    orders = [order for order, _ in made]
    told = [{"customer": order.customer, "po_number": order.po_number, "net": order.net} for order in orders]
    record_all(by, "record_order", orders, after=told)
    return [each.paper if isinstance(each, Filled) else each for each in filled]


def _free_number(order: Order) -> str:
    """The next number of the company's orders that nobody typed before."""
    while True:
        number = next_number(order.company, "order", order.ordered_on.year)
        if not Order.objects.filter(company=order.company, number=number).exists():
            return number
