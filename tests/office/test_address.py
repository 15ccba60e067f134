"""Audit and links keep where a request comes from: behind our own proxies by their header, else never by a header."""

import re
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as site
from django.test import Client, RequestFactory

from billing.models import LinkOpening
from billing.operations.mint_link import mint_link
from credit_control.models import AccountOpening
from credit_control.operations.mint_account_link import mint_account_link
from office.models import AuditRecord
from office.web.address import address_of
from tests import world
from tests.credit_control.opening import opened

NOBODY, PROXY, READER = "203.0.113.9", "198.51.100.1", "192.0.2.77"


@pytest.mark.parametrize(
    ("proxies", "told", "expected"),
    [
        (0, None, PROXY),
        (0, READER, PROXY),
        (1, None, PROXY),
        (1, READER, READER),
        (1, f"{NOBODY}, {READER}", READER),
        (1, f"{NOBODY},{READER}", READER),
        (2, f"{NOBODY}, {READER}, 10.0.0.2", READER),
        (2, READER, PROXY),
        (1, "2001:db8:1:2::3", "2001:db8:1:2::3"),
        (1, "", PROXY),
        (1, f"{READER}, unknown", PROXY),
        (1, f"{READER}, \r\nx", PROXY),
    ],
)
def test_the_caller_is_whom_the_outermost_of_our_proxies_saw(
    settings: Any, proxies: int, told: str | None, expected: str
) -> None:
    settings.PROXIES = proxies
    header = {} if told is None else {"HTTP_X_FORWARDED_FOR": told}
    assert address_of(RequestFactory().get("/", REMOTE_ADDR=PROXY, **header)) == expected


def test_without_a_socket_of_its_own_nobody_is_named() -> None:
    request = RequestFactory().get("/")
    del request.META["REMOTE_ADDR"]
    assert address_of(request) == ""


CALL = {"REMOTE_ADDR": PROXY, "HTTP_X_FORWARDED_FOR": f"{NOBODY}, {READER}"}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("proxies", "origin", "network"), [(0, f"web {PROXY}", "198.51.100.0/24"), (1, f"web {READER}", "192.0.2.0/24")]
)
def test_audit_and_links_keep_it(
    settings: Any, customer: Any, clerk: Any, proxies: int, origin: str, network: str
) -> None:
    settings.PROXIES = proxies
    invoice = world.issue(customer, "10.00", customer.company.today())
    staff, reader = Client(), Client()
    staff.force_login(clerk)
    staff.post(f"/customers/{customer.pk}/holds/place/", {"reason": "Asked"}, **CALL)
    assert AuditRecord.objects.get(action="place_hold").origin == origin

    contact = customer.contacts.get()
    reader.get(f"/p/{mint_link(invoice, contact)}/", follow=True, **CALL)
    reader.get(opened(reader, mint_account_link(customer, contact)), **CALL)
    assert LinkOpening.objects.get().address_prefix == AccountOpening.objects.get().address_prefix == network


def test_nothing_else_asks_a_request_where_it_comes_from() -> None:
    asking = re.compile("REMOTE_ADDR|X_FORWARDED_FOR|X-Forwarded-For", re.IGNORECASE)
    rooms = ("billing", "config", "credit_control", "customers", "ledger", "office", "payments", "reports")
    paths = (path for room in rooms for path in Path(site.BASE_DIR, room).rglob("*.py"))
    found = {path.relative_to(site.BASE_DIR).as_posix() for path in paths if asking.search(path.read_text())}
    assert found == {"config/settings.py", "office/web/address.py"}
