"""Nobody comes in by a link that is nearly one: whatever is changed of it, it opens nothing and breaks nothing."""

import os
import random
import re
from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client
from django.urls import get_resolver

from billing.operations.mint_link import mint_link
from credit_control.operations.mint_account_link import mint_account_link
from tests import world
from tests.credit_control.opening import opened

BROKEN = int(os.environ.get("BROKEN", "8"))
SIGNS = "ABCDEFabcdef0123456789-_=.~%"
pytestmark = pytest.mark.django_db


def broken(token: str, chance: random.Random) -> str:
    """A token with a few signs changed, added, doubled or cut off, or in other letters."""
    way = chance.randrange(6)
    place = chance.randrange(len(token))
    if way == 0:
        return token[:place] + chance.choice(SIGNS) + token[place + 1 :]
    if way == 1:
        return token[:place] + chance.choice(SIGNS) + token[place:]
    if way == 2:
        return token[:place] or "x"
    if way == 3:
        return token * chance.randint(2, 20)
    if way == 4:
        return token.swapcase()
    return "".join(chance.sample(token, len(token)))


def routes() -> list[str]:
    """Each route behind a customer's link, as its address is written."""
    groups = [group for group in get_resolver().url_patterns if str(group.pattern) == "p/"]
    written = [str(each.pattern) for group in groups for each in group.url_patterns]
    return [route for route in written if re.search("<str:(token|ref)>", route)]


def address_of(route: str, value: str) -> str:
    """The address of a route with a value where the link's own stands."""
    filled = re.sub("<str:(token|ref)>", quote(value, safe=""), route)
    return "/p/" + re.sub("<int:[a-z_]+>", "1", re.sub("<str:[a-z_]+>", "x", filled))


def test_nothing_opens_by_a_broken_link(company: Any, customer: Any) -> None:
    """Also to somebody whose browser holds the true one."""
    invoice = world.issue(customer, "125.00", company.today())
    contact = customer.contacts.get()
    tokens = [mint_link(invoice, contact), mint_account_link(customer, contact)]
    inside = Client()
    document = inside.get(f"/p/{tokens[0]}/")["Location"]
    refs = [document.split("/")[-2], opened(inside, tokens[1]).split("/")[-2]]
    assert inside.get(document).status_code == 200
    chance, found = random.Random(1), {}
    for n in range(BROKEN):
        for route in routes():
            true = tokens if "<str:token>" in route else refs
            changed = broken(chance.choice(true), chance)
            if changed in true:
                continue
            for method in ("get", "post"):
                answer = getattr(inside, method)(address_of(route, changed))
                told = b"".join(answer) if answer.streaming else answer.content
                if answer.status_code not in (404, 405) or b"125.00" in told or customer.name.encode() in told:
                    found[n, method, address_of(route, changed)] = answer.status_code

    assert found == {}
    assert inside.get(document).status_code == 200
