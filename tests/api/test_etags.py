"""What is read has an ETag, and a write that names one holds only for that."""

from datetime import date
from threading import Barrier
from typing import Any

import pytest
from django.http import HttpResponse

from customers.models import Customer
from office.api import etags
from office.api.docs import description
from office.api.etags import needs_match, object_at
from office.models import AuditRecord, Company, User
from tests import world
from tests.api.calling import Program, a_client, refused
from tests.rules.test_doors import Door, api_view, routes

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 2)


def with_header(program: Program, path: str, **headers: str) -> HttpResponse:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return a_client().get(f"/api/v1/{path}", headers=program.headers | named)


def test_what_is_read_has_a_strong_etag_and_is_not_sent_twice(program: Program, customer: Any) -> None:
    path = f"customers/{customer.pk}/"
    first, again = program.get(path), with_header(program, path, Accept="application/json; indent=4")

    assert first["ETag"] == again["ETag"] == etags.etag_of(first.content)
    assert first.content == again.content
    unchanged = with_header(program, path, If_None_Match=f'"other", {first["ETag"]}')
    assert (unchanged.status_code, unchanged.content, unchanged["ETag"]) == (304, b"", first["ETag"])
    Customer.objects.update(name="Elm")
    changed = with_header(program, path, If_None_Match=first["ETag"])
    assert (changed.status_code, changed.json()["name"]) == (200, "Elm")
    assert changed["ETag"] != first["ETag"]


def test_files_and_lists_have_one_too_and_refusals_none(program: Program, customer: Any) -> None:
    invoice = world.issue(customer, "10.00", DAY)
    for path in ("customers/", f"invoices/{invoice.pk}/pdf/"):
        etag = program.get(path)["ETag"]
        assert with_header(program, path, If_None_Match=etag).status_code == 304
    assert not program.get("customers/0/").has_header("ETag")


def test_what_replaces_settings_must_say_what_it_replaces(company: Company) -> None:
    chief = Program(world.make_user(company, "administrator"))
    body = {"mail_until_hour": 20}

    assert refused(chief.put("sending-hours/", body, match="")) == (428, "if_match_missing")
    read = chief.get("sending-hours/")["ETag"]
    assert chief.put("sending-hours/", body, match=read).status_code == 200
    assert refused(chief.put("sending-hours/", {"mail_until_hour": 21}, match=read)) == (412, "changed_meanwhile")
    assert refused(chief.put("sending-hours/", {"mail_until_hour": 21}, match=f"W/{read}")) == (
        412,
        "changed_meanwhile",
    )
    assert Company.objects.get().mail_until_hour == 20
    assert chief.put("sending-hours/", {"mail_until_hour": 21}, match="*").status_code == 200
    assert AuditRecord.objects.filter(action="update_company").count() == 2


def test_a_body_with_a_version_needs_no_etag_and_is_held_to_one_that_comes(program: Program, customer: Any) -> None:
    path = f"customers/{customer.pk}/"
    read = program.get(path)["ETag"]
    world.issue(customer, "10.00", DAY)  # no new version of the customer, but another balance
    body = {"name": "Elm", "version": customer.version}

    assert refused(program.put(path, body, match=read)) == (412, "changed_meanwhile")
    assert Customer.objects.get().name == customer.name
    assert program.put(path, body, match="").status_code == 200


def test_what_changes_a_documents_state_is_held_to_an_etag(program: Program, customer: Any) -> None:
    draft = world.draft(customer, "10.00")
    path = f"invoices/{draft.pk}/"
    stale = program.get(path)["ETag"]
    type(draft).objects.update(note="Another")

    def issue(match: str) -> HttpResponse:
        headers = program.headers | {"If-Match": match, "Idempotency-Key": "K"}
        return a_client().post(f"/api/v1/{path}issue/", {}, format="json", headers=headers)

    assert refused(issue(stale)) == (412, "changed_meanwhile")
    draft.refresh_from_db()
    assert draft.number == ""
    current = program.get(path)["ETag"]
    assert issue(current).status_code == 200
    assert issue(current)["Idempotent-Replay"] == "true"


def test_an_etag_where_there_is_no_object_is_refused(program: Program, company: Any) -> None:
    headers = program.headers | {"If-Match": '"x"', "Idempotency-Key": "K"}
    answer = a_client().post("/api/v1/customers/", {"name": "Elm"}, format="json", headers=headers)
    assert refused(answer) == (400, "nothing_to_match")
    assert not Customer.objects.exists()


def test_an_object_of_somebody_else_is_not_found_by_its_etag(
    stranger: Program, program: Program, customer: Any
) -> None:
    etag = program.get(f"customers/{customer.pk}/")["ETag"]
    for match in (etag, '"x"', "*"):
        body = {"name": "Mine", "version": 1}
        assert refused(stranger.put(f"customers/{customer.pk}/", body, match=match)) == (404, "not_found")


def test_each_door_that_replaces_what_can_be_read_is_guarded_by_version_or_etag() -> None:
    for route, view in routes():
        kind = api_view(view)
        if not kind or not hasattr(kind, "put"):
            continue
        operation = description()["paths"]["/" + Door(route, "put", "").route.replace("<int:", "{").replace(">", "}")]
        reference = operation["put"]["requestBody"]["content"]["application/json"]["schema"]["$ref"]
        named = description()["components"]["schemas"][reference.rpartition("/")[2]]
        assert ("version" in named.get("required", [])) == kind.is_versioned, route
        if "get" in kind.permission:
            assert kind.locks, route
            assert object_at(Door(route, "put", "").address) is not None, route
        needed = [one for one in operation["put"]["parameters"] if one["name"] == "If-Match" and one.get("required")]
        assert bool(needed) == needs_match(kind, "PUT"), route


def test_each_object_names_the_row_that_is_locked() -> None:
    views = [(route, api_view(view)) for route, view in routes() if api_view(view) and route.endswith("_id>/")]
    objects = [(route, kind) for route, kind in views if "get" in kind.permission and not _answers_a_file(kind)]
    assert [route for route, kind in objects if not kind.locks] == []
    assert len(objects) > 35


def _answers_a_file(kind: Any) -> bool:
    return "HttpResponse" in str(kind.get.__annotations__["return"])


def two_puts(chief: User, in_parallel: Any) -> list[int]:
    """The statuses of two changes of the same settings, both made after one reading."""
    program = Program(chief)
    read = program.get("sending-hours/")["ETag"]
    answers = in_parallel(
        [lambda hour=hour: program.put("sending-hours/", {"mail_until_hour": hour}, match=read) for hour in (20, 21)]
    )
    return sorted(answer.status_code for answer in answers)


@pytest.mark.django_db(transaction=True)
def test_of_two_changes_at_once_of_what_was_read_one_is_made(
    company: Company, in_parallel: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    chief = world.make_user(company, "administrator")
    assert two_puts(chief, in_parallel) == [200, 412]

    compare, both_read = etags._read_now, Barrier(2, timeout=20)  # the control: without the lock both are made

    def unlocked(*args: Any) -> str:
        now = compare(*args)
        both_read.wait()
        return now

    monkeypatch.setattr(etags, "_lock", lambda *args: None)
    monkeypatch.setattr(etags, "_read_now", unlocked)
    Company.objects.update(mail_until_hour=19)
    assert two_puts(chief, in_parallel) == [200, 200]
