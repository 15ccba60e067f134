"""Every route names its permission or is marked open, and lets in whoever holds it and nobody else."""

import re
from functools import cache
from typing import Any, NamedTuple

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, resolve

from office.models import Company
from office.roles import ROLES
from office.web.ways import NUMBERS
from tests import world

OPEN = "open"

ARGUMENTS = {"int": "0", "str": "none", "path": "none", "slug": "none"}
"""What stands in an address of a thing that does not exist."""

FOR_ONESELF = {
    "me/",
    "me/password/",
    "me/known/",
    "me/security/",
    "me/security/app/",
    "me/security/passkey/",
    "me/security/codes/",
    "me/security/factors/<int:factor_id>/remove/",
    "me/security/log-ins/<int:log_in_id>/end/",
    "me/security/log-ins/end/",
    "companies/<int:company_id>/choose/",
    "me/tokens/",
    "me/tokens/<int:token_id>/revoke/",
    "me/tokens/<int:token_id>/rotate/",
    "views/new/",
    "files/new/",
    "api/v1/views/",
}
"""Whoever may come in may write here: it changes nothing but one's own way in, and what one keeps for oneself."""


class Door(NamedTuple):
    """One way to call one route."""

    route: str
    method: str
    permission: str

    @property
    def address(self) -> str:
        """The route with arguments that fit and name nothing."""
        return "/" + re.sub(r"<(\w+):\w+>", lambda argument: ARGUMENTS[argument[1]], self.route)


def routes(resolver: Any = None, before: str = "") -> list[tuple[str, Any]]:
    """Every route of the site with its view."""
    found = []
    for pattern in (resolver or get_resolver()).url_patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            found += routes(pattern, route)
        elif isinstance(pattern, URLPattern):
            found.append((route, pattern.callback))
    return found


def doors() -> list[Door]:
    """Every way to call every route that names a permission."""
    found = []
    for route, view in routes():
        if api := api_view(view):
            found += [Door(route, method, name) for method, name in api.permission.items()]
        elif view.door != OPEN:
            found += [Door(route, method, view.door) for method in ("get", "post")]
    return found


def api_view(view: Any) -> Any:
    """The class behind a view for programs."""
    return getattr(view, "cls", None)


def known_permissions() -> set[str]:
    return {name for names in ROLES.values() for name in names}


def test_every_route_names_its_permission_or_is_marked_open():
    assert [route for route, view in routes() if not api_view(view) and not hasattr(view, "door")] == []
    assert [route for route, view in routes() if api_view(view) and not getattr(view.cls, "permission", None)] == []


def test_the_open_routes_are_those_we_know():
    opened = {route for route, view in routes() if getattr(view, "door", "") == OPEN}
    assert sorted(opened) == [
        "api/<path:address>",
        "healthz",
        "log-in/",
        "log-in/code/",
        "log-in/forgot/",
        "log-in/link/",
        "log-in/link/<str:token>/",
        "log-in/passkey/",
        "log-in/saml/back/",
        "log-in/saml/metadata/",
        "log-in/sso/",
        "log-in/sso/back/",
        "log-out/",
        "metrics",
        "p/<str:token>/",
        "p/account/<str:token>/",
        "p/account/d/<str:ref>/",
        "p/account/d/<str:ref>/archive/",
        "p/account/d/<str:ref>/archive/documents.zip",
        "p/account/d/<str:ref>/choices/",
        "p/account/d/<str:ref>/code/",
        "p/account/d/<str:ref>/details/",
        "p/account/d/<str:ref>/documents/",
        "p/account/d/<str:ref>/documents/<str:document>/",
        "p/account/d/<str:ref>/files/<int:invoice_id>/",
        "p/account/d/<str:ref>/logo/",
        "p/account/d/<str:ref>/mandate/",
        "p/account/d/<str:ref>/mandate/<int:mandate_id>/end/",
        "p/account/d/<str:ref>/mandate/<int:mandate_id>/pdf/",
        "p/account/d/<str:ref>/pay/",
        "p/account/d/<str:ref>/pay/<str:reference>/",
        "p/account/d/<str:ref>/pdf/",
        "p/account/d/<str:ref>/plan/<int:plan_id>/",
        "p/account/d/<str:ref>/plan/<int:plan_id>/pdf/",
        "p/account/d/<str:ref>/plan/ask/",
        "p/account/d/<str:ref>/renew/",
        "p/account/d/<str:ref>/seen/",
        "p/account/d/<str:ref>/statement/",
        "p/account/d/<str:ref>/statements/<int:statement_id>/",
        "p/account/d/<str:ref>/xlsx/",
        "p/d/<str:ref>/",
        "p/d/<str:ref>/account/",
        "p/d/<str:ref>/choices/",
        "p/d/<str:ref>/dispute/",
        "p/d/<str:ref>/dispute/<int:dispute_id>/",
        "p/d/<str:ref>/dispute/<int:dispute_id>/files/<int:file_id>/",
        "p/d/<str:ref>/files/<int:attachment_id>/",
        "p/d/<str:ref>/logo/",
        "p/d/<str:ref>/paid/",
        "p/d/<str:ref>/pay/",
        "p/d/<str:ref>/pay/<str:reference>/",
        "p/d/<str:ref>/pdf/",
        "p/d/<str:ref>/promise/",
        "p/d/<str:ref>/receipts/<int:receipt_id>/",
        "p/d/<str:ref>/renew/",
        "p/d/<str:ref>/seen/",
        "p/d/<str:ref>/xml/",
        "p/face/<slug:digits>.css",
        "p/stop/<str:token>/",
        "practice-checkout/<str:token>/",
        "readyz",
        "webhooks/mail/<str:service>/",
        "webhooks/payments/<str:provider>/",
    ]


def test_no_number_in_an_address_says_which_page_it_is_of():
    for route, view in routes():
        address = Door(route, "get", "").address.replace("0", "98765").replace("none", "20-none-26")
        assert resolve(address).func is view, route
        assert resolve(NUMBERS.sub("1", address)).func is view, route


def test_every_permission_that_a_route_names_is_held_by_some_role():
    assert {door.permission for door in doors()} - known_permissions() == set()


def test_every_view_for_programs_names_a_permission_for_just_what_it_answers():
    for route, view in routes():
        if api := api_view(view):
            answers = {method for method in ("get", "post", "put", "patch", "delete") if hasattr(api, method)}
            assert set(api.permission) == answers, route


def test_every_post_for_programs_happens_once_for_each_key():
    posts = [api_view(view).post for _, view in routes() if hasattr(api_view(view), "post")]
    assert len(posts) > 10
    assert [post for post in posts if not getattr(post, "is_idempotent", False)] == []


@pytest.fixture
def passer_by(db: None) -> Client:
    """Somebody who is not logged in."""
    return Client()


def called(browser: Client, door: Door) -> int:
    """The status of a call with nothing in it, about a thing that does not exist."""
    headers = {"Idempotency-Key": "K"} if door.method == "post" else {}
    return getattr(browser, door.method)(door.address, headers=headers).status_code


@pytest.mark.parametrize("role", ROLES)
def test_a_role_comes_in_where_it_holds_the_permission_and_nowhere_else(company: Company, role: str):
    user = world.make_user(company, role)
    browser = Client()
    browser.force_login(user)

    let_in = {door: called(browser, door) != 403 for door in doors()}

    assert let_in == {door: door.permission in ROLES[role] or door in wrong_methods() for door in doors()}


@cache
def wrong_methods() -> set[Door]:
    """The doors that refuse for their method before anybody asks who calls: the same for every role."""
    passer_by = Client()
    return {door for door in doors() if called(passer_by, door) == 405}


def test_whoever_is_not_logged_in_comes_in_nowhere(passer_by: Client):
    statuses = {called(passer_by, door) for door in doors()}
    assert statuses == {302, 401, 405}


def test_an_auditor_can_write_nothing(company: Company):
    browser = Client()
    browser.force_login(world.make_user(company, "auditor"))
    writes = [door for door in doors() if door.method != "get" and door.route not in FOR_ONESELF]

    answers = {door: called(browser, door) for door in writes}

    assert {door: status for door, status in answers.items() if status not in (403, 404, 405)} == {}
