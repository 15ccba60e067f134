"""Adding and changing customers."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from customers.models import Customer
from customers.operations.create_customer import create_customer
from customers.operations.details import AddressDetails, ContactDetails, CustomerDetails
from customers.operations.update_customer import update_customer
from ledger.refusals import Refused
from office.models import AuditRecord
from tests import world

pytestmark = pytest.mark.django_db


def test_a_customer_gets_the_next_number_and_the_companys_ways(company: Any, clerk: Any) -> None:
    details = CustomerDetails(
        name=" Müller  & Söhne ",
        tags=["trade", "trade", " "],
        contacts=[ContactDetails("Eva", "eva@mueller.example")],
        addresses=[AddressDetails(street="Ring 1", postal_code="10115", city="Berlin", country="DE")],
    )
    customer = create_customer(company, details, by=clerk)

    assert (customer.number, customer.name, customer.currency, customer.net_days) == (
        "C00001",
        "Müller  & Söhne",
        "EUR",
        30,
    )
    assert (customer.sort_name, customer.tags) == ("muller & sohne", ["trade"])
    assert customer.contacts.get().email == "eva@mueller.example"
    assert str(customer.addresses.get()) == "Ring 1, 10115 Berlin, DE"
    assert AuditRecord.objects.get(action="create_customer").after["number"] == "C00001"


def test_a_number_that_somebody_typed_is_passed_over(company: Any) -> None:
    world.make_customer(company, "First", number="C00001")

    assert world.make_customer(company, "Second").number == "C00002"


@pytest.mark.parametrize(
    ("details", "code"),
    [
        ({"name": "  "}, "name_missing"),
        ({"currency": "ZZZ"}, "bad_currency"),
        ({"credit_limit": Decimal(-1)}, "bad_credit_limit"),
        ({"contacts": [ContactDetails("Eva", "not an address")]}, "bad_email"),
        ({"contacts": [ContactDetails("", "eva@x.example")]}, "contact_name_missing"),
        ({"number": "C7"}, "number_taken"),
    ],
)
def test_details_that_cannot_be_are_refused(company: Any, details: dict[str, Any], code: str) -> None:
    world.make_customer(company, "Taken", number="C7")
    with pytest.raises(Refused) as refusal:
        create_customer(company, CustomerDetails(**{"name": "New"} | details), by=None)

    assert refusal.value.code == code
    assert Customer.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_ten_customers_at_once_get_ten_numbers(
    company: Any, in_parallel: Callable[[list[Callable[[], Any]]], list[Any]]
) -> None:
    made = in_parallel([lambda n=n: world.make_customer(company, f"Customer {n}") for n in range(10)])

    assert sorted(customer.number for customer in made) == [f"C{number:05d}" for number in range(1, 11)]


def test_a_change_is_audited_with_before_and_after(company: Any, clerk: Any) -> None:
    customer = world.make_customer(company)
    contact = customer.contacts.get()
    people = [
        ContactDetails("Eva Brandt", "new@bramble.example", id=contact.pk),
        ContactDetails("Max", "max@b.example"),
    ]
    details = CustomerDetails(name="Bramble AG", number=customer.number, currency="EUR", contacts=people)

    update_customer(customer.pk, details, version=1, by=clerk, reason="merged")

    row = AuditRecord.objects.get(action="update_customer")
    assert (row.before["name"], row.after["name"], row.reason) == ("Bramble GmbH", "Bramble AG", "merged")
    assert "eva@bramble.example" in row.before["contacts"]
    assert "new@bramble.example" in row.after["contacts"]
    assert "currency" not in row.after


def test_a_stale_change_is_refused(company: Any) -> None:
    customer = world.make_customer(company)
    update_customer(customer.pk, CustomerDetails(name="One"), version=1, by=None)
    with pytest.raises(Refused) as refusal:
        update_customer(customer.pk, CustomerDetails(name="Two"), version=1, by=None)

    assert refusal.value.code == "stale"
    assert Customer.objects.get().name == "One"


def test_a_contact_of_another_customer_is_refused(company: Any) -> None:
    customer, other = world.make_customer(company, "One"), world.make_customer(company, "Two")
    theirs = ContactDetails("Eva", "eva@x.example", id=other.contacts.get().pk)
    with pytest.raises(Refused) as refusal:
        update_customer(customer.pk, CustomerDetails(name="One", contacts=[theirs]), version=1, by=None)

    assert refusal.value.code == "unknown_contact"
    assert other.contacts.get().name == "Eva Brandt"
