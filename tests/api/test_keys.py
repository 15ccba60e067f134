"""What a key opens: scopes, one company, networks, until when, and its second secret; and who may stop it."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from ledger.refusals import Refused
from office.api import permissions
from office.api.permissions import scope_at
from office.models import ApiToken, AuditRecord, User
from office.operations.create_api_token import KeyDetails, create_api_token
from office.operations.rotate_api_token import rotate_api_token
from office.scopes import EVERYTHING, ROOMS, SCOPES, room_of, scope_of
from tests import world
from tests.api.calling import Program, a_client, refused
from tests.rules.test_doors import api_view, routes

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def api_doors() -> list[tuple[str, str, str]]:
    """Each route for programs, a method that it answers, and the scope that it asks for."""
    views = [(route, api_view(view)) for route, view in routes() if api_view(view)]
    return [(route, method, scope_at(view, method)) for route, view in views for method in view.permission]


def test_each_door_asks_for_just_one_scope_and_each_scope_opens_one() -> None:
    assert [door for door in api_doors() if door[2] not in SCOPES] == []
    assert {scope for _, _, scope in api_doors()} == set(SCOPES)
    words = [word for _, words in ROOMS.values() for word in words]
    assert len(words) == len(set(words))


def test_a_permission_in_no_room_has_no_scope() -> None:
    assert (room_of("office.fly_kite"), scope_of("office.fly_kite", "get")) == ("", "")
    assert scope_of("billing.issue_invoice", "post") == "invoices:write"
    assert scope_of("customers.reveal_account", "get") == "account-numbers:read"


def test_a_key_reads_and_writes_only_where_it_was_given_that(clerk: User) -> None:
    reader = Program(clerk, scopes=["customers:read"])

    assert reader.get("customers/").status_code == 200
    assert refused(reader.get("invoices/")) == (403, "scope_missing")
    assert refused(reader.post("customers/", {"name": "Elm"})) == (403, "scope_missing")
    assert reader.post("customers/", {"name": "Elm"}).json()["detail"] == (
        "This key was not given customers:write. Make one that was."
    )
    writer = Program(clerk, scopes=["customers:write"])
    assert writer.post("customers/", {"name": "Elm"}).status_code == 201
    assert refused(writer.get("customers/")) == (403, "scope_missing")


@pytest.mark.parametrize("scope", SCOPES)
def test_a_scope_opens_its_own_doors_and_no_other(company: Any, scope: str) -> None:
    """Asked of the guard of each door, for somebody with every right."""
    key = ApiToken(scopes=[scope])
    opened = set()
    for route, method, wanted in api_doors():
        try:
            permissions._require_scope(key, wanted)
        except permissions.PermissionDenied:
            continue
        opened.add((route, method))
    assert opened == {(route, method) for route, method, wanted in api_doors() if wanted == scope}


def test_no_scope_gives_a_person_more_than_they_may(company: Any) -> None:
    auditor = world.make_user(company, "auditor")
    program = Program(auditor, scopes=["customers:write", "customers:read"])

    assert program.get("customers/").status_code == 200
    assert refused(program.post("customers/", {"name": "Elm"})) == (403, "permission_denied")


def test_a_key_of_one_company_sees_no_other(company: Any, customer: Any, clerk: User) -> None:
    other = world.make_company(legal_name="Birch Ltd")
    theirs = world.make_customer(other, "Birch")
    clerk.companies.add(other)
    bound = Program(clerk, company=other)

    assert [row["id"] for row in bound.get("companies/").json()["results"]] == [other.pk]
    assert [row["id"] for row in bound.get("customers/").json()["results"]] == [theirs.pk]
    assert refused(bound.get("customers/", company=company.pk)) == (404, "not_found")
    assert refused(bound.get(f"customers/{customer.pk}/")) == (404, "not_found")
    assert Program(clerk).get(f"customers/{customer.pk}/").status_code == 200


def test_a_superusers_key_of_one_company_sees_no_other(company: Any, customer: Any) -> None:
    chief = world.make_user(company, is_superuser=True)
    bound = Program(chief, company=world.make_company(legal_name="Birch Ltd"))
    assert refused(bound.get(f"customers/{customer.pk}/")) == (404, "not_found")


def test_a_key_for_a_company_that_is_not_ones_own_is_not_made(clerk: User) -> None:
    with pytest.raises(Refused) as refusal:
        create_api_token("Shop", KeyDetails(company=world.make_company(legal_name="Birch Ltd")), by=clerk)
    assert (refusal.value.code, ApiToken.objects.count()) == ("other_company", 0)


@pytest.mark.parametrize(
    ("details", "code"),
    [
        ({"scopes": []}, "bad_scope"),
        ({"scopes": ["invoices:read", "invoices:fly"]}, "bad_scope"),
        ({"days": 0}, "bad_days"),
        ({"days": 731}, "bad_days"),
        ({"networks": ["10.0.0.5/8"]}, "bad_network"),
        ({"networks": ["0.0.0.0/0"]}, "bad_network"),
        ({"networks": ["::/0"]}, "bad_network"),
        ({"networks": ["office"]}, "bad_network"),
        ({"networks": ["10.0.0.0/8\x00"]}, "bad_network"),
        ({"networks": [f"10.0.0.{number}" for number in range(51)]}, "too_many_networks"),
    ],
)
def test_a_key_that_cannot_be_is_refused(clerk: User, details: dict[str, Any], code: str) -> None:
    with pytest.raises(Refused) as refusal:
        create_api_token("Shop", KeyDetails(**details), by=clerk)
    assert (refusal.value.code, ApiToken.objects.count()) == (code, 0)


def test_the_database_keeps_no_key_without_a_scope_or_an_end_of_its_old_secret(clerk: User) -> None:
    key, _ = create_api_token("Shop", by=clerk)
    for change in ({"scopes": []}, {"expires_at": key.created_at}, {"old_hash": "x"}, {"old_ends_at": timezone.now()}):
        with pytest.raises(IntegrityError), transaction.atomic():
            ApiToken.objects.filter(pk=key.pk).update(**change)


def test_a_key_ends_on_its_day(clerk: User) -> None:
    program = Program(clerk, days=30)
    assert program.key.expires_at - program.key.created_at > timedelta(days=29, hours=23)
    assert program.get("customers/").status_code == 200

    ApiToken.objects.update(created_at=timezone.now() - timedelta(days=31), expires_at=timezone.now())
    assert refused(program.get("customers/")) == (401, "key_expired")


def test_a_new_secret_works_beside_the_old_one_until_that_ends(clerk: User) -> None:
    program, now = Program(clerk), timezone.now()
    old = dict(program.headers)
    _, secret = rotate_api_token(program.key.pk, beside=HOUR, by=clerk, now=now)
    new = {"Authorization": f"Bearer {secret}"}

    def status(headers: dict[str, str]) -> int:
        return a_client().get("/api/v1/customers/", headers=headers).status_code

    assert (status(old), status(new)) == (200, 200)
    with pytest.raises(Refused) as refusal:
        rotate_api_token(program.key.pk, beside=HOUR, by=clerk, now=now)
    assert refusal.value.code == "two_secrets"
    ApiToken.objects.update(old_ends_at=now)
    assert (status(old), status(new)) == (401, 200)

    rotate_api_token(program.key.pk, beside=timedelta(0), by=clerk, now=now)
    assert (status(old), status(new)) == (401, 401)
    assert list(
        AuditRecord.objects.filter(action="rotate_api_token").order_by("id").values_list("after", flat=True)
    ) == [
        {"the secret before ends": f"{now + HOUR:%Y-%m-%d %H:%M} UTC"},
        {"the secret before ends": "at once"},
    ]
    assert secret not in str(list(AuditRecord.objects.values())) + str(list(ApiToken.objects.values()))


def test_a_key_is_renewed_for_seven_days_at_most_and_while_it_works(clerk: User) -> None:
    key, now = Program(clerk).key, timezone.now()
    for beside, at, code in (
        (timedelta(days=7, seconds=1), now, "too_long_beside"),
        (-HOUR, now, "too_long_beside"),
        (HOUR, key.expires_at, "key_stopped"),
    ):
        with pytest.raises(Refused) as refusal:
            rotate_api_token(key.pk, beside=beside, by=clerk, now=at)
        assert refusal.value.code == code
    assert ApiToken.objects.get().hash == key.hash


@pytest.mark.parametrize(
    ("network", "address", "is_let_in"),
    [
        ("192.0.2.0/24", "192.0.2.77", True),
        ("192.0.2.0/24", "192.0.3.1", False),
        ("192.0.2.0/24", "::ffff:192.0.2.77", True),
        ("2001:db8::/32", "2001:db8::1", True),
        ("2001:db8::/32", "192.0.2.77", False),
        ("192.0.2.7", "192.0.2.7", True),
        ("192.0.2.7", "", False),
    ],
)
def test_a_key_works_only_from_its_networks(clerk: User, network: str, address: str, is_let_in: bool) -> None:
    program = Program(clerk, networks=[network])
    forged = {"X-Forwarded-For": "192.0.2.77"}
    answer = a_client().get("/api/v1/customers/", headers=program.headers | forged, REMOTE_ADDR=address)

    if is_let_in:
        assert answer.status_code == 200
        return
    assert refused(answer) == (403, "address_not_allowed")
    assert answer.json()["detail"] == f"This key may not be used from {address or 'an unknown address'}."
    assert ApiToken.objects.get().last_used_at is None


def test_where_a_key_was_used_last_is_noted(program: Program) -> None:
    for address in ("192.0.2.1", "192.0.2.2"):
        a_client().get("/api/v1/customers/", headers=program.headers, REMOTE_ADDR=address)
        assert ApiToken.objects.get().last_used_from == address


def test_what_a_key_was_given_is_audited(company: Any, clerk: User) -> None:
    given = KeyDetails(["invoices:read", "payments:write"], 90, company, ["10.0.0.0/8", " 10.0.0.0/8 ", ""])
    key, _ = create_api_token("Shop", given, by=clerk)

    assert AuditRecord.objects.get(action="create_api_token").after == {
        "scopes": "invoices:read, payments:write",
        "company": str(company),
        "networks": "10.0.0.0/8",
        "expires": f"{key.expires_at:%Y-%m-%d}",
    }


@pytest.fixture
def browser(clerk: User) -> Client:
    client = Client()
    client.force_login(clerk)
    return client


def test_a_key_is_made_on_the_page_with_what_was_chosen(browser: Client, company: Any) -> None:
    typed = {"name": "Shop", "days": "90", "networks": "10.0.0.0/8\r\n2001:db8::/32"}
    page = browser.post("/me/tokens/", typed | {"scopes": ["invoices:read", "payments:write"]})

    key = ApiToken.objects.get()
    assert (key.scopes, key.networks) == (["invoices:read", "payments:write"], ["10.0.0.0/8", "2001:db8::/32"])
    assert page.context["secret"].startswith("duebook_")
    shown = browser.get("/me/tokens/").content.decode()
    assert "invoices:read, payments:write" in shown
    browser.post("/me/tokens/", typed | {"everything": "on"})
    assert ApiToken.objects.latest("pk").scopes == [EVERYTHING]
    assert "Everything its owner may" in browser.get("/me/tokens/").content.decode()


def test_what_is_wrong_with_a_key_is_said_and_what_was_chosen_stays(browser: Client) -> None:
    page = browser.post("/me/tokens/", {"name": "Shop", "days": "90", "scopes": ["invoices:read"], "networks": "x"})

    assert "“x” is no network" in page.content.decode()
    assert 'value="invoices:read" aria-label="Read: Invoices, credit memos, recurring invoices, usage" checked' in (
        page.content.decode()
    )
    assert not ApiToken.objects.exists()


def test_one_renews_ones_own_keys_alone(browser: Client, clerk: User, manager: User) -> None:
    mine, theirs = Program(clerk).key, Program(manager).key

    page = browser.post(f"/me/tokens/{mine.pk}/rotate/", {"hours": "24"})
    assert page.context["secret"] in page.content.decode()
    assert browser.post(f"/me/tokens/{mine.pk}/rotate/", {"hours": "24"}).status_code == 302
    assert browser.post(f"/me/tokens/{mine.pk}/rotate/", {"hours": "5"}).status_code == 302
    assert browser.post(f"/me/tokens/{theirs.pk}/rotate/", {"hours": "24"}).status_code == 404
    assert ApiToken.objects.get(pk=theirs.pk).hash == theirs.hash


def test_an_administrator_sees_and_stops_every_key_of_the_company(company: Any, clerk: User) -> None:
    other = world.make_company(legal_name="Birch Ltd")
    clerk.companies.add(other)
    program, elsewhere = Program(clerk), Program(clerk, company=other)
    foreign = Program(world.make_user(other, "clerk"))
    browser = Client()
    browser.force_login(world.make_user(company, "administrator"))

    assert [key.pk for key in browser.get("/settings/keys/").context["keys"]] == [program.key.pk]
    for key in (elsewhere.key, foreign.key):
        assert browser.post(f"/settings/keys/{key.pk}/revoke/").status_code == 404
    assert browser.post(f"/settings/keys/{program.key.pk}/revoke/").status_code == 302
    assert refused(program.get("customers/")) == (401, "bad_token")
    assert (elsewhere.get("customers/").status_code, foreign.get("customers/").status_code) == (200, 200)
    browser.force_login(clerk)
    assert browser.get("/settings/keys/").status_code == 403


def test_the_pages_of_keys_read_as_much_for_many_as_for_few(company: Any) -> None:
    chief = world.make_user(company, "administrator")
    browser = Client()
    browser.force_login(chief)

    def queries(address: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert browser.get(address).status_code == 200
        return len(captured)

    def make(count: int) -> None:
        for _ in range(count):
            create_api_token("Shop", KeyDetails(company=company), by=chief)

    for address in ("/me/tokens/", "/settings/keys/"):
        make(4)
        browser.get(address)
        few = queries(address)
        make(12)
        assert queries(address) == few <= 20


def test_the_controls_of_scope_company_and_network(
    company: Any, customer: Any, clerk: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With each guard off its test would fail."""
    other = world.make_company(legal_name="Birch Ltd")
    clerk.companies.add(other)
    narrow = Program(clerk, scopes=["reports:read"], company=other, networks=["192.0.2.0/24"])
    address = f"customers/{customer.pk}/"

    assert refused(narrow.get(address)) == (403, "address_not_allowed")
    monkeypatch.setattr("office.api.authentication.holds", lambda networks, address: True)
    assert refused(narrow.get(address)) == (403, "scope_missing")
    monkeypatch.setattr(permissions, "opens", lambda scopes, wanted: True)
    assert refused(narrow.get(address)) == (404, "not_found")
    ApiToken.objects.update(company=None)
    assert narrow.get(address).status_code == 200
