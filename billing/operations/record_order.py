from uuid import UUID

from django.db import IntegrityError, transaction

from billing.models import Order, OrderLine
from billing.operations.order_details import OrderDetails, fill_order, require_customer, require_free_numbers
from ledger.refusals import Refused
from office.audit import record
from office.models import Company, User
from office.numbers import next_number


def record_order(company: Company, details: OrderDetails, *, by: User | None, form_key: UUID | None = None) -> Order:
    """Keep what a customer ordered, under a number that was typed or the next of the company's.

    A form's key makes it one order however often it is sent. Raises Refused for details that cannot be so, and for a
    number that another order has.
    """
    if form_key and (known := Order.objects.filter(company=company, form_key=form_key).first()):
        return known
    try:
        return _recorded(company, details, by, form_key)
    except IntegrityError as error:  # somebody was quicker, with the same form or number
        if form_key and (known := Order.objects.filter(company=company, form_key=form_key).first()):
            return known
        raise Refused("An order of that number was recorded just now. Look for it.", code="number_taken") from error


@transaction.atomic
def _recorded(company: Company, details: OrderDetails, by: User | None, form_key: UUID | None) -> Order:
    customer = require_customer(company.pk, details.customer_id)
    order = Order(company=company, created_by=by, form_key=form_key, number=details.number.strip())
    order.source_reference = details.source_reference.strip()
    lines = fill_order(order, customer, details)
    require_free_numbers(order)
    order.number = order.number or free_number(company, details)
    order.save()
    OrderLine.objects.bulk_create(lines)
    record(by, "record_order", order, after={"customer": customer, "po_number": order.po_number, "net": order.net})
    return order


def free_number(company: Company, details: OrderDetails) -> str:
    """The next number of the company's orders that nobody typed before."""
    while True:
        number = next_number(company, "order", details.ordered_on.year)
        if not Order.objects.filter(company=company, number=number).exists():
            return number
