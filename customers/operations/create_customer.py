from dataclasses import replace

from django.db import transaction

from customers.models import Customer
from customers.operations.details import (
    CustomerDetails,
    checked,
    state_of,
    write_details,
)
from office.audit import record
from office.models import Company, User
from office.numbers import next_number


@transaction.atomic
def create_customer(company: Company, details: CustomerDetails, *, by: User | None) -> Customer:
    """Add a customer. Whoever is limited to their own customers owns those they add.

    Raises Refused where a detail cannot be so or the number is taken.
    """
    if by and by.only_own_customers:
        details = replace(details, sales_owner_id=by.pk)
    details = checked(
        replace(
            details,
            currency=details.currency or company.currency,
            net_days=company.net_days if details.net_days is None else details.net_days,
        )
    )
    if not details.number:
        details = replace(details, number=_free_number(company))
    customer = Customer(company=company)
    write_details(customer, details)
    record(by, "create_customer", customer, after={name: value for name, value in state_of(customer).items() if value})
    return customer


def _free_number(company: Company) -> str:
    """The next number of the series that nobody has typed before."""
    while True:
        number = next_number(company, "customer")
        if not Customer.objects.filter(company=company, number=number).exists():
            return number
