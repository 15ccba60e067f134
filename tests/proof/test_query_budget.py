"""Every page and every door for programs asks the database as often for many rows of everything as for few."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from office.api.docs import description
from tests import world
from tests.api.test_schema_fuzz import things_in
from tests.browser.looking import arguments_of
from tests.browser.page_rows import PAGES
from tests.rules.foreign_things import make_everything
from tests.rules.growing import GROWING, more_months, more_plans
from tests.rules.test_doors import known_permissions

MORE = 5
"""What is read once and kept makes a first look dearer by less than that."""
MOST = 60
DEARER = {
    "customers:customer": 80,
    "customers:person": 170,
    "customers:customer_as_person": 170,
    "customers:privacy_request": 90,
}
"""Each room shows a card of its own of a customer; what is kept of a person is asked of every table that names any."""
OF_ITS_OWNER = "/api/v1/views/{view_id}/"
SLOW = {more_months}
"""Closing a month makes its papers; the list of months has its own test."""
pytestmark = pytest.mark.django_db


def grow(customer: Any) -> None:
    """More of each thing that some list shows."""
    for more in set(GROWING.values()) - SLOW:
        more(customer, MORE)


def reads() -> Iterator[str]:
    """Each door that programs read JSON from and that needs no more than its address."""
    for path, methods in description()["paths"].items():
        read = methods.get("get", {})
        needs = any(one.get("required") for one in read.get("parameters", []) if one["in"] == "query")
        if not needs and "application/json" in read.get("responses", {}).get("200", {}).get("content", {}):
            yield path


def addresses_of(things: dict[str, int]) -> dict[tuple[str, str], str]:
    """By who reads it and what it is called, each page and each door for programs."""
    found: dict[tuple[str, str], str] = {}
    for row in PAGES:
        address = reverse(row.name, args=arguments_of(row, things)) + row.query.format(**things)
        found[row.role, f"{row.name} {row.about}{row.query}"] = address
    others = {"month": "2026-03", "version": things["policy"], "group_id": things["role"]}
    for path in set(reads()) - {OF_ITS_OWNER}:
        found["everybody", path] = path.format(**others | things_in(path))
    return found


def logged_in(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def readers_of(company: Any) -> dict[str, Client]:
    """Somebody of each role whose pages are looked at, and somebody with every right, in whose name programs ask."""
    everybody = world.make_user(company, "auditor")
    codes = {name.split(".")[1] for name in known_permissions()}
    everybody.user_permissions.set(Permission.objects.filter(codename__in=codes))
    roles = {row.role for row in PAGES}
    return {role: logged_in(world.make_user(company, role)) for role in roles} | {"everybody": logged_in(everybody)}


def queries(client: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        answer = client.get(address)
    assert answer.status_code == 200, (address, answer.status_code)
    return len(captured)


def test_all_is_read_by_as_many_queries_when_there_is_more(company: Any, customer: Any, clerk: Any) -> None:
    addresses = addresses_of(make_everything(company, customer, clerk))
    readers = readers_of(company)
    more_plans(customer, 1)  # which the world has of another customer
    few = {key: queries(readers[key[0]], address) for key, address in addresses.items()}
    grow(customer)
    many = {key: queries(readers[key[0]], address) for key, address in addresses.items()}

    assert len(addresses) > 350
    assert {key: (few[key], count) for key, count in many.items() if count > few[key]} == {}
    assert {key: count for key, count in many.items() if count > DEARER.get(key[1].split()[0], MOST)} == {}
