"""Who belongs to whom: two levels, no circles, by every door."""

import re
from dataclasses import replace
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse

from customers.models import Customer, GroupStatement, StatementForm
from customers.operations.create_customer import create_customer
from customers.operations.details import CustomerDetails
from customers.operations.update_customer import update_customer
from ledger.refusals import Refused
from tests import world
from tests.api.calling import Program, refused


def details_of(customer: Customer, **changes: Any) -> CustomerDetails:
    return replace(CustomerDetails(customer.name, number=customer.number), **changes)


def belong(child: Customer, parent: Customer) -> Customer:
    child.refresh_from_db()
    return update_customer(child.pk, details_of(child, parent_id=parent.pk), version=child.version, by=None)


def refusal_of(child: Customer, parent: Customer) -> str:
    with pytest.raises(Refused) as refusal:
        belong(child, parent)
    return refusal.value.code


@pytest.mark.django_db
def test_a_customer_belongs_to_a_parent_and_a_parent_to_nobody(company: Any, customer: Any) -> None:
    parent, third = world.make_customer(company, "Compass plc"), world.make_customer(company, "Third")
    assert belong(customer, parent).parent == parent
    assert refusal_of(parent, third) == "parent_chain"
    assert refusal_of(third, customer) == "parent_chain"
    assert refusal_of(third, third) == "own_parent"
    assert refusal_of(third, world.make_customer(world.make_company(), "Stranger")) == "unknown_parent"


@pytest.mark.django_db
def test_the_database_itself_keeps_it_to_two_levels(company: Any, customer: Any) -> None:
    parent, third = world.make_customer(company, "Compass plc"), world.make_customer(company, "Third")
    belong(customer, parent)
    stranger = world.make_customer(world.make_company(), "Stranger")
    for child, wanted in ((parent, third), (third, customer), (third, third), (third, stranger)):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("UPDATE customers_customer SET parent_id = %s WHERE id = %s", [wanted.pk, child.pk])


@pytest.mark.django_db(transaction=True)
def test_two_who_become_each_others_parent_at_once_make_no_circle(company: Any, in_parallel: Any) -> None:
    for _ in range(5):
        one, two = (world.make_customer(company, name) for name in ("One", "Two"))
        results = in_parallel([lambda a=one, b=two: belong(a, b), lambda a=one, b=two: belong(b, a)])
        assert sorted(type(result).__name__ for result in results) == ["Customer", "Refused"]


@pytest.mark.django_db
def test_programs_say_it_too(customer: Any, manager: Any) -> None:
    program = Program(manager)
    parent = world.make_customer(customer.company, "Compass plc", group_statement=GroupStatement.INSTEAD)
    wanted = {"name": "North", "parent_id": parent.pk, "statement_form": "balance_forward", "statement_excel": True}
    made = program.post("customers/", wanted).json()
    assert (made["parent_id"], made["statement_form"], made["group_statement"]) == (
        parent.pk,
        StatementForm.BALANCE_FORWARD,
        "none",
    )
    assert refused(program.post("customers/", wanted | {"parent_id": made["id"]})) == (409, "parent_chain")


@pytest.mark.django_db
def test_unknown_choices_are_refused(company: Any) -> None:
    for wrong in ({"statement_form": "weekly"}, {"group_statement": "sometimes"}):
        with pytest.raises(Refused):
            create_customer(company, CustomerDetails("X", **wrong), by=None)


@pytest.mark.django_db
def test_who_does_not_see_the_parent_is_not_led_to_it_and_takes_it_not_away(
    company: Any, customer: Any, client: Client
) -> None:
    limited = world.make_user(company, "clerk", only_own_customers=True)
    parent, third = world.make_customer(company, "Compass plc"), world.make_customer(company, "Third")
    belong(customer, parent)
    Customer.objects.filter(pk=customer.pk).update(sales_owner=limited)
    client.force_login(limited)
    assert "belongs to" not in client.get(reverse("customers:customer", args=[customer.pk])).content.decode()

    address = reverse("customers:edit", args=[customer.pk])
    page = client.get(address).content.decode()
    fields = dict(re.findall(r'<input type="hidden" name="(version|parent_id)"[^>]* value="(\d*)"', page))
    typed = {"name": "Bramble AG", "language": "en", "net_days": "30", "currency": "EUR", "sales_owner": limited.pk}
    typed |= {"contacts-TOTAL_FORMS": "0", "contacts-INITIAL_FORMS": "0", **fields}
    answer = client.post(address, typed)
    assert answer.status_code == 302, re.findall(r'class="invalid-feedback[^<]*<[^<]*', answer.content.decode())
    customer.refresh_from_db()
    assert (customer.name, customer.parent) == ("Bramble AG", parent)

    program = Program(limited)
    for parents, status in (({}, 200), ({"parent_id": parent.pk}, 200), ({"parent_id": third.pk}, 404)):
        customer.refresh_from_db()
        change = {"name": "Bramble SE", "version": customer.version, "sales_owner_id": limited.pk} | parents
        assert program.put(f"customers/{customer.pk}/", change).status_code == status
        customer.refresh_from_db()
        assert customer.parent == parent
