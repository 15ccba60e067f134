from collections.abc import Sequence
from dataclasses import replace
from itertools import chain

from django.db import IntegrityError, transaction

from customers.days_to_pay import require_may_give
from customers.models import Address, Contact, Customer, LimitChange
from customers.operations.details import (
    AddressDetails,
    ContactDetails,
    CustomerDetails,
    checked,
    fill_customer,
    state_with,
)
from customers.operations.parents import locked
from customers.operations.tell_apart import asked_of, keep_apart, require_another
from ledger.bulk import insert_all
from ledger.refusals import Refused
from office.audit import record_all
from office.models import Company, User
from office.numbers.series import next_number


@transaction.atomic
def create_customer(
    company: Company, details: CustomerDetails, *, by: User | None, is_another: bool = False
) -> Customer:
    """Add a customer. Whoever is limited to their own customers owns those they add.

    Raises Refused where a detail cannot be so, the number is taken, or more days to pay are given than one may alone,
    and MaybeKnown where they look like one who is there, unless it is said that they are another.
    """
    customer = create_customers(company, [details], by=by)[0]
    hits = require_another(company, asked_of(details), by=by, is_another=is_another, besides=customer)
    keep_apart(customer, hits, by=by)
    return customer


@transaction.atomic
def create_customers(company: Company, batch: Sequence[CustomerDetails], *, by: User | None) -> list[Customer]:
    """Add many at once, as another program has them; all of them or none. Who is there twice is found afterwards."""
    return add_completed(company, [completed(company, details, by) for details in batch], by=by)


@transaction.atomic
def add_completed(company: Company, batch: Sequence[CustomerDetails], *, by: User | None) -> list[Customer]:
    """The same with details as `completed` gives them."""
    require_may_give(company, [(details.net_days, details.terms_id) for details in batch], by)
    locked(details.parent_id for details in batch)
    customers = [Customer(company=company) for _ in batch]
    for customer, details in zip(customers, batch, strict=True):
        fill_customer(customer, details)
    _save(company, customers)
    pairs = list(zip(customers, batch, strict=True))
    contacts = [[_contact(customer, person) for person in details.contacts] for customer, details in pairs]
    addresses = [[_address(customer, place) for place in details.addresses] for customer, details in pairs]
    insert_all(chain.from_iterable(contacts))
    insert_all(chain.from_iterable(addresses))
    states = map(state_with, customers, contacts, addresses)
    told = [{name: value for name, value in state.items() if value} for state in states]
    record_all(by, "create_customer", customers, after=told)
    _keep_limits(company, customers, by)
    return customers


def _keep_limits(company: Company, customers: list[Customer], by: User | None) -> None:
    """Begin the history of the limits that were given."""
    insert_all(
        LimitChange(
            company=company,
            customer=customer,
            limit=customer.credit_limit,
            changed_on=company.today(),
            changed_by=by,
            reason="When they were added",
        )
        for customer in customers
        if customer.credit_limit is not None
    )


def completed(company: Company, details: CustomerDetails, by: User | None) -> CustomerDetails:
    """The details with what the company and the person give where nothing was said; raises Refused as adding does."""
    if by and by.only_own_customers:
        details = replace(details, sales_owner_id=by.pk)
    details = checked(
        replace(
            details,
            currency=details.currency or company.currency,
            language=details.language or company.language,
            net_days=company.net_days if details.net_days is None else details.net_days,
        )
    )
    return details if details.number else replace(details, number=_free_number(company))


def _contact(customer: Customer, details: ContactDetails) -> Contact:
    values = {name: value for name, value in vars(details).items() if name != "id"}
    return Contact(customer=customer, **values)


def _address(customer: Customer, details: AddressDetails) -> Address:
    return Address(customer=customer, **vars(details))


def _save(company: Company, customers: list[Customer]) -> None:
    try:
        with transaction.atomic():
            insert_all(customers)
    except IntegrityError as error:
        if "customer_number_once_per_company" not in str(error):
            raise
        numbers = [customer.number for customer in customers]
        taken = Customer.objects.filter(company=company, number__in=numbers).values_list("number", flat=True).first()
        raise Refused(f"There is a customer {taken or numbers[0]} already.", code="number_taken") from error


def _free_number(company: Company) -> str:
    """The next number of the series that nobody has typed before."""
    while True:
        number = next_number(company, "customer")
        if not Customer.objects.filter(company=company, number=number).exists():
            return number
