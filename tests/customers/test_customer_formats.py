"""Lists of customers as other products export them come in as they are, by name where they have no numbers."""

import io
from typing import Any

import pytest

from customers.formats import FORMATS
from customers.importing import FIELDS
from customers.models import Customer
from customers.operations.import_customers import import_customers
from ledger.refusals import Refused
from office.importing import Outcome
from office.models import Company
from office.reading.unpacking import unpacked
from tests import world

pytestmark = pytest.mark.django_db
QUICKBOOKS = """\
"Example Co, LLC",,,,,
Customer Contact List,,,,,

Customer full name,Phone numbers,Email,Full name,Bill address,Ship address
Acme Corp,Phone:(555) 010-1234 Mobile:(555) 010-9999,billing@acme.example,Ann Acme,"1 Main St
Springfield IL",
Shell Oil 123,,,,,

" Wednesday, September 30, 2026 01:46 PM GMT-05:00",,,,,
"""
XERO = """\
*ContactName,AccountNumber,EmailAddress,FirstName,LastName,POAttentionTo,POAddressLine1,POCity,PORegion,POPostalCode,\
POCountry,PhoneNumber,TaxNumber,CompanyNumber
Marlow Constructions Pty Ltd,MAR001,gavin@marlow.example,Gavin,Marlow,,12 Builder St,Parramatta,NSW,2150,Australia,\
02 9000 1111,48 902 337 115,902337115
Elena Reyes,,,,,,,,,,,,,
"""
STRIPE = """\
id,Description,Email,Name,Created (UTC),Delinquent,Currency
cus_N1,Since the fair,ada@fenwick.example,Fenwick Cards,2025-01-02 10:00,false,usd
"""
NINJA = """\
Name,Number,Client User,Balance,Paid to Date,Client Currency,Website,Private Notes,Client Phone,Street,Apt/Suite,City,\
State/Province,Postal Code,Country,VAT Number,ID Number,First Name,Last Name,Email,Contact Phone
Fig Ltd,0001,Ann,121.0,500.0,EUR,fig.example,Since the fair,,Fig Lane 1,2nd floor,Graz,Styria,8010,\
Republic of Austria,ATU12345675,FN 1,Uma,Fig,uma@fig.example,+43 316 1
Gum Ltd,0002,Ann,0.0,0.0,17,,,,,,,,,,,,,,,
"""


def take(company: Company, content: str, **options: Any) -> Outcome:
    mapping = FORMATS.guessed(content.encode(), FIELDS)
    with unpacked(io.BytesIO(content.encode())) as table:
        return import_customers(company, table, mapping, **{"by": None, **options})


def test_a_quickbooks_list_comes_in_without_its_titles(company: Company, clerk: Any) -> None:
    assert dict(take(company, QUICKBOOKS, by=clerk).counts) == {"New": 2}
    acme, shell = Customer.objects.order_by("number")
    assert (acme.name, shell.name) == ("Acme Corp", "Shell Oil 123")
    assert acme.contacts.values_list("name", "email", "phone").get() == (
        "Ann Acme",
        "billing@acme.example",
        "(555) 010-1234",
    )
    assert acme.addresses.get().street == "1 Main St Springfield IL"
    assert (acme.number, shell.number) == ("C00001", "C00002")


def test_xeros_contacts_come_in_with_address_and_tax_id(company: Company) -> None:
    assert dict(take(company, XERO).counts) == {"New": 2}
    marlow = Customer.objects.get(name="Marlow Constructions Pty Ltd")
    assert (marlow.tax_id, marlow.registry_number) == ("48 902 337 115", "902337115")
    assert marlow.contacts.values_list("name", "email", "phone").get() == (
        "Gavin Marlow",
        "gavin@marlow.example",
        "02 9000 1111",
    )
    address = marlow.addresses.get()
    assert (address.street, address.postal_code, address.city, address.country) == (
        "12 Builder St",
        "2150",
        "Parramatta",
        "AU",
    )


def test_stripes_ids_are_numbers(company: Company) -> None:
    assert dict(take(company, STRIPE).counts) == {"New": 1}
    customer = Customer.objects.get(number="cus_N1")
    assert (customer.name, customer.currency, customer.note) == ("Fenwick Cards", "USD", "Since the fair")


def test_invoice_ninjas_clients_come_in_with_address_and_contact(company: Company) -> None:
    assert dict(take(company, NINJA).counts) == {"New": 2}
    fig, gum = Customer.objects.order_by("number")

    assert (fig.number, fig.name, fig.currency, fig.note) == ("0001", "Fig Ltd", "EUR", "Since the fair")
    assert (fig.tax_id, fig.registry_number) == ("ATU12345675", "FN 1")
    assert fig.contacts.values_list("name", "email", "phone").get() == ("Uma Fig", "uma@fig.example", "+43 316 1")
    address = fig.addresses.get()
    assert (address.street, address.postal_code, address.city, address.region, address.country) == (
        "Fig Lane 1, 2nd floor",
        "8010",
        "Graz",
        "Styria",
        "AT",
    )
    assert (gum.number, gum.currency, gum.contacts.count()) == ("0002", company.currency, 0)


@pytest.mark.parametrize("content", [QUICKBOOKS, XERO, STRIPE, NINJA])
def test_a_repeat_changes_nothing(company: Company, clerk: Any, content: str) -> None:
    count = take(company, content, by=clerk).counts["New"]
    assert dict(take(company, content, by=clerk).counts) == {"Same as before": count}
    assert Customer.objects.count() == count


def test_a_changed_row_is_found_by_its_name_in_whatever_letters(company: Company) -> None:
    take(company, QUICKBOOKS)
    outcome = take(company, "Name,E-mail,Contact\nACME CORP,new@acme.example,Ann Acme\n")

    assert dict(outcome.counts) == {"Changed": 1}
    customer = Customer.objects.get(name="ACME CORP")
    assert customer.contacts.get().email == "new@acme.example"


@pytest.mark.parametrize("name", ["İstanbul Kahve", "Große Straße", "Ångström ΣΑΣ"])
def test_a_name_of_whatever_letters_is_found_again(company: Company, name: str) -> None:
    for count in ("New", "Same as before"):
        assert dict(take(company, f"Name,E-mail\n{name},a@b.example\n").counts) == {count: 1}
    assert Customer.objects.count() == 1


def test_a_name_that_several_have_or_that_stands_twice_is_the_rows_trouble(company: Company) -> None:
    for number in ("1", "2"):
        world.make_customer(company, "Twin", number=number)
    outcome = take(company, "Name,E-mail\nTwin,a@b.example\nOnce,\nonce,\n")

    assert [(trouble.line, trouble.column, trouble.advice) for trouble in outcome.troubles] == [
        (2, "", "Several customers have this name. Give the number of the one that is meant."),
        (4, "Name", "The name stands on line 3 already. Keep one of them."),
    ]
    assert dict(outcome.counts) == {"Wrong": 2, "New": 1}


def test_in_a_file_with_numbers_each_row_needs_one(company: Company) -> None:
    outcome = take(company, "Number,Name\n7,Seven\n,Nameless\n")

    assert [(trouble.line, trouble.advice) for trouble in outcome.troubles] == [(3, "It is empty. Fill it in.")]
    assert dict(outcome.counts) == {"New": 1, "Wrong": 1}


def test_a_file_that_is_not_of_the_product_named_is_refused() -> None:
    with pytest.raises(Refused, match="no file of QuickBooks: Customer Contact List: it has no column"):
        FORMATS.guessed(STRIPE.encode(), FIELDS, "QuickBooks: Customer Contact List")
