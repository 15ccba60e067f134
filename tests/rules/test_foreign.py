"""Whatever an address names, it is "not found" for who may not see it: by every route, by each method, and untouched.

Somebody with every right, but in another company; and somebody of this one who sees only the customers they own. A
route with something in its address that stands in no table here fails the first test.
"""

import re
import sys
from collections import Counter
from collections.abc import Iterable
from functools import cache
from itertools import groupby
from typing import Any, NamedTuple
from uuid import uuid4

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import Permission
from django.db import connection, transaction
from django.test import Client

from office import access
from office.models import ApiToken, Company, LogIn, Run, SavedView, User
from office.operations.create_api_token import create_api_token
from tests import world
from tests.rules.foreign_things import kind_in, make_everything, thing_of
from tests.rules.test_doors import OPEN, api_view, known_permissions, routes

pytestmark = pytest.mark.django_db
NO_THING = {
    "settings/mail-texts/": "a text of one's own company",
    "billing-runs/new/": "a kind of run",
    "reports/close/": "a month of one's own company",
    "api/v1/close/": "a month of one's own company",
    "reports/book-checks/": "a check or a kind of finding of one's own company",
    "settings/policies/": "a version of one's own company's rules",
    "api/v1/policy-versions/": "a version of one's own company's rules",
    "settings/roles/": "a role, which is of the whole install",
    "api/v1/roles/": "a role, which is of the whole install",
    "doubtful/": "a day of one's own company",
    "companies/": "chosen only among one's own: tests/office/test_settings.py",
}
"""Addresses that name nothing of somebody's."""
OF_THE_COMPANY = {
    "billing.DatedRate",
    "billing.PriceList",
    "billing.Product",
    "billing.ReasonCode",
    "billing.Tax",
    "billing.Tolerance",
    "credit_control.LateChargeRule",
    "credit_control.ReminderLadder",
    "customers.PaymentTerms",
    "office.Deputy",
    "office.OwnDay",
    "office.Team",
    "office.User",
    "office.WebhookDelivery",
    "office.WebhookEndpoint",
}
"""What tells of no customer: settings and prices, of whoever may keep them."""
BY_ADMINISTRATORS = "settings/keys/"
"""What whoever keeps the staff may stop, whosever it is."""
LEFT_OUT = (
    r"/(pdf|xlsx|preview|import)/|/undo-match/|opening/loads/<int:run_id>/$|remittances/<int:remittance_id>/join/"
)
"""What takes long to draw, where a page beside it names the same; and what needs more than its name."""
PARTS = {"about_type": "billing.invoice", "position": "0"}
NOTES = {"django_session", "office_idempotentanswer", "office_apitoken"}
"""What is written of a call, whatever comes of it: a key's row is taken back, a token's last use is noted."""


class Door(NamedTuple):
    """One way to call a route that names something."""

    route: str
    method: str
    kind: str

    @property
    def is_api(self) -> bool:
        return self.route.startswith("api/")


@cache
def doors() -> list[Door]:
    """Every way to call every route that names something of a company."""
    found = []
    for route, view in routes():
        methods = api_view(view).permission if api_view(view) else () if view.door == OPEN else ("get", "post")
        if "<" in route and not any(route.startswith(start) for start in NO_THING):
            found += [Door(route, method, kind_in(route)) for method in methods]
    return found


class Caller:
    """Somebody who holds every permission, on screen and by program."""

    def __init__(self, company: Company, **details: Any) -> None:
        self.user = world.make_user(company, "auditor", **details)
        codes = {name.split(".")[1] for name in known_permissions()}
        self.user.user_permissions.set(Permission.objects.filter(codename__in=codes))
        self.browser = Client()
        self.browser.force_login(self.user)
        self.secret = create_api_token("tests", by=self.user)[1]

    def call(self, door: Door) -> tuple[int, list[str]]:
        """The status of a call with nothing in it, and the tables that it wrote to; all of it is taken back."""
        before = written()
        more: dict[str, Any] = {}
        if door.is_api:
            more["headers"] = {"Authorization": f"Bearer {self.secret}", "Idempotency-Key": uuid4().hex}
        if door.is_api and door.method != "get":
            more |= {"data": "{}", "content_type": "application/json"}
        with transaction.atomic():
            status = getattr(self.browser, door.method)(address_of(door), **more).status_code
            tables = sorted((written() - before).keys() - NOTES)
            transaction.set_rollback(True)
        return status, tables


def address_of(door: Door) -> str:
    """The route with the ids of what it names."""

    def part(named: re.Match[str]) -> str:
        kind = kind_in(door.route[: named.end()])
        return PARTS.get(named[1]) or str(thing_of(kind).pk)

    return "/" + re.sub(r"<\w+:(\w+)>", part, door.route)


def written() -> Counter[str]:
    """How many rows of each table were written in this transaction, those taken back again among them."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname, n_tup_ins + n_tup_upd + n_tup_del FROM pg_stat_xact_user_tables")
        return Counter(dict(cursor.fetchall()))


@pytest.fixture
def everything(company: Company, customer: Any, clerk: Any) -> None:
    make_everything(company, customer, clerk)


def leaks(caller: Caller, called: Iterable[Door]) -> dict[Door, tuple[int, list[str]]]:
    """Of these doors those that answer something else than "not found", or write anything."""
    answers = {door: caller.call(door) for door in called}
    return {door: told for door, told in answers.items() if told[0] not in (404, 405) or told[1]}


def test_every_route_says_what_it_names() -> None:
    assert [door.route for door in doors() if not door.kind] == []
    assert len(doors()) > 500


def test_nothing_of_another_company_is_found_or_touched(everything: None, monkeypatch: pytest.MonkeyPatch) -> None:
    stranger = Caller(world.make_company(legal_name="Other Ltd"))
    assert leaks(stranger, doors()) == {}

    without_scope(monkeypatch)  # the control
    assert len(leaks(stranger, [door for door in doors() if door.is_api and door.method == "get"])) > 50


def without_scope(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let everybody see every company, wherever that is asked."""
    scope = access.companies_for
    for module in list(sys.modules.values()):
        if getattr(module, "companies_for", None) is scope:
            monkeypatch.setattr(module, "companies_for", lambda user: Company.objects.all())


def test_nothing_of_another_customer_is_found_or_touched(company: Company, everything: None) -> None:
    limited = Caller(company, only_own_customers=True)
    theirs = [door for door in doors() if door.kind not in OF_THE_COMPANY]
    theirs = [door for door in theirs if not door.route.startswith(BY_ADMINISTRATORS)]
    assert leaks(limited, theirs) == {}

    User.objects.update(only_own_customers=False)  # the control: each is found by who may see it
    owned = ((Run, "by"), (ApiToken, "user"), (SavedView, "owner"), (LogIn, "user"), (Authenticator, "user"))
    for model, owner in owned:  # some are shown to one person alone
        model.objects.filter(**{f"{owner}__isnull": False}).update(**{owner: limited.user})
    by_route = groupby((door for door in theirs if not re.search(LEFT_OUT, door.route)), lambda door: door.route)
    assert [route for route, ways in by_route if not any(is_found(limited, door) for door in ways)] == []


def is_found(caller: Caller, door: Door) -> bool:
    return caller.call(door)[0] not in (404, 405)
