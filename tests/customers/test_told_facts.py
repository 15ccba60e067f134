"""A customer's timeline says what became of what in people's words."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from customers.operations.create_customer import create_customer
from customers.operations.details import CustomerDetails
from customers.operations.update_customer import update_customer
from customers.panels import timeline_of
from tests import world

pytestmark = pytest.mark.django_db


def test_ids_are_names_and_flags_are_yes_or_no(company: Any, client: Client) -> None:
    eva, tom = (world.make_user(company, "sales", name=name) for name in ("Eva Lund", "Tom Whitfield"))
    clerk = world.make_user(company)
    customer = create_customer(company, CustomerDetails("Bramble GmbH", sales_owner_id=eva.pk), by=clerk)
    details = CustomerDetails("Bramble GmbH", sales_owner_id=tom.pk, is_active=False)
    update_customer(customer.pk, details, version=customer.version, by=clerk)

    updated, created = (event.facts for event in timeline_of(clerk, customer))
    assert sorted(updated) == [("Is active", "yes", "no"), ("Sales owner", "Eva Lund", "Tom Whitfield")]
    assert ("Sales owner", "", "Eva Lund") in created
    assert ("Is active", "", "yes") in created

    client.force_login(clerk)
    page = " ".join(client.get(reverse("customers:customer", args=[customer.pk])).content.decode().split())
    assert "Sales owner: Eva Lund → Tom Whitfield" in page


def test_a_parent_is_named_to_those_who_may_see_it(company: Any) -> None:
    seller = world.make_user(company, "sales", only_own_customers=True)
    parent = world.make_customer(company, "Parent plc")
    details = CustomerDetails("Bramble GmbH", sales_owner_id=seller.pk, parent_id=parent.pk)
    customer = create_customer(company, details, by=None)

    def told(reader: Any) -> list[str]:
        [created] = timeline_of(reader, customer)
        return [fact.after for fact in created.facts if fact.words == "Parent"]

    assert (told(world.make_user(company)), told(seller)) == (["C00001 Parent plc"], [])
