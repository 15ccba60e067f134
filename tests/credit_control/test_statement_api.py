"""What can be done about statements on screen, programs do by the same operations."""

from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from credit_control.models import Statement, StatementRow
from credit_control.operations.send_statement import send_statement
from credit_control.statements.asking import Period
from credit_control.statements.usual import usual_asked
from customers.models import Customer
from customers.operations.create_customer import create_customer
from customers.operations.details import CustomerDetails
from office.models import OutgoingMail
from office.work.runs import carry_out
from tests import world
from tests.api.calling import Program, refused

pytestmark = pytest.mark.django_db
JAN, END = date(2026, 1, 1), date(2026, 1, 31)


@pytest.fixture
def program(clerk: Any) -> Program:
    return Program(clerk)


def test_a_statement_over_subsidiaries_is_for_who_sees_them_all(company: Any, clerk: Any, client: Client) -> None:
    limited = world.make_user(company, "clerk", only_own_customers=True)
    parent = world.make_customer(company, "Compass plc", sales_owner_id=limited.pk)
    details = CustomerDetails("North", parent_id=parent.pk)
    north = create_customer(company, details, by=None)
    world.issue(north, "77.00", JAN, due_on=JAN)
    kept = send_statement(Period(company, JAN, END), usual_asked(parent, is_combined=True), by=clerk)

    path, combined = f"customers/{parent.pk}/statement/", {"on": "2026-01-31", "combined": "true"}
    assert Program(clerk).get(path, **combined).json()["sections"][0]["name"] == "North"
    assert refused(Program(limited).get(path, **combined)) == (409, "not_all_seen")
    assert refused(Program(limited).post(path, {"on": "2026-01-31", "combined": True})) == (409, "not_all_seen")
    assert Program(limited).get(f"statements/{kept.pk}/").status_code == 404
    client.force_login(limited)
    page = client.get(reverse("credit_control:statement_now", args=[parent.pk]), combined, follow=True)
    assert "North" not in page.content.decode()
    Customer.objects.filter(pk=north.pk).update(sales_owner=limited)
    assert Program(limited).get(path, **combined).json()["sections"][0]["name"] == "North"
    assert Program(limited).get(f"statements/{kept.pk}/").status_code == 200


def test_a_statement_is_read_sent_and_read_again(customer: Any, program: Program) -> None:
    invoice = world.issue(customer, "100.00", JAN, due_on=JAN)
    path = f"customers/{customer.pk}/statement/"
    said = program.get(path, **{"from": "2026-01-01", "on": "2026-01-31"}).json()
    [part] = said["sections"][0]["parts"]
    assert (part["opening"], part["closing"], part["overdue"]) == ("0.00", "100.00", "100.00")
    assert part["items"][0] | {"due_on": "2026-01-01", "pay_on": "2026-01-01"} == {
        "kind": "invoice",
        "reference": invoice.number,
        "dated_on": "2026-01-01",
        "due_on": "2026-01-01",
        "pay_on": "2026-01-01",
        "amount": "100.00",
        "open": "100.00",
        "disputed": "0.00",
    }
    assert {row["column"]: row["amount"] for row in part["ageing"]}["days_1_30"] == "100.00"

    sent = program.post(path, {"from": "2026-01-01", "on": "2026-01-31"}).json()
    assert sent["figures"]["totals"][0]["closing"] == "100.00"
    assert [mail["to_email"] for mail in sent["mails"]] == ["eva@bramble.example"]
    assert program.get(f"statements/{sent['id']}/").json()["closing"] == {str(customer.pk): {"EUR": "100.00"}}
    assert program.get(f"statements/{sent['id']}/pdf/")["Content-Type"] == "application/pdf"
    [row] = program.get("statements/", customer=customer.pk).json()["results"]
    assert row["id"] == sent["id"]
    assert refused(program.post(path, {"contacts": [999999]})) == (409, "contact_unreachable")
    assert refused(program.get(path, on="2999-01-01")) == (409, "future_day")


def test_a_run_is_prepared_started_and_followed(company: Any, customer: Any, program: Program) -> None:
    world.issue(customer, "100.00", JAN)
    other = world.make_customer(company, "Other")
    made = program.post("statement-runs/", {"from": "2026-01-01", "on": "2026-01-31"}).json()
    path = f"statement-runs/{made['id']}/"
    list(carry_out(made["id"]))
    assert program.get(path).json()["outcomes"] == [
        {"outcome": "waiting", "count": 1},
        {"outcome": "left_out", "count": 1},
    ]
    rows = program.get(f"{path}rows/").json()["results"]
    assert [(row["customer"]["id"], row["note"]) for row in rows] == [(customer.pk, ""), (other.pk, "Nothing is open.")]
    assert program.post(f"{path}start/", {}).json()["is_dry"] is False
    list(carry_out(made["id"]))
    assert program.get(path).json()["mails"] == [{"state": "queued", "count": 1}]
    [row] = program.get(f"{path}rows/", mail="queued").json()["results"]
    assert row["statement_id"] == Statement.objects.get().pk
    assert refused(program.post(f"{path}start/", {})) == (409, "invalid_move")
    for act in ("stop", "resume", "look-again"):
        assert refused(program.post(f"{path}{act}/", {}))[0] == 409
    assert OutgoingMail.objects.filter(kind="statement").count() == 1
    assert len(program.get("statement-runs/").json()["results"]) == 1


def test_some_can_be_taken_off(company: Any, customer: Any, program: Program) -> None:
    other = world.make_customer(company, "Other")
    for each in (customer, other):
        world.issue(each, "100.00", JAN)
    wanted = {"from": "2026-01-01", "on": "2026-01-31", "customers": [customer.pk, other.pk]}
    made = program.post("statement-runs/", wanted).json()
    list(carry_out(made["id"]))
    row = StatementRow.objects.get(customer=other)
    program.post(f"statement-runs/{made['id']}/start/", {"without": [row.pk]})
    list(carry_out(made["id"]))
    assert Statement.objects.get().customer == customer
    strangers = world.make_customer(world.make_company(), "Stranger")
    asked = wanted | {"customers": [strangers.pk]}
    assert refused(program.post("statement-runs/", asked)) == (409, "unknown_customer")


def test_the_schedule_is_set_by_who_may(company: Any, program: Program) -> None:
    assert program.get("statement-schedule/").json()["day_of_month"] is None
    assert program.put("statement-schedule/", {"day_of_month": 1}).status_code == 403
    administrator = Program(world.make_user(company, "administrator"))
    said = administrator.put("statement-schedule/", {"day_of_month": 31, "at": "07:30", "sends": True}).json()
    assert (said["day_of_month"], said["at"], said["sends"], bool(said["next_on"])) == (31, "07:30:00", True, True)
    assert administrator.put("statement-schedule/", {"day_of_month": 32}).status_code == 400


def test_others_customers_are_not_found(customer: Any) -> None:
    stranger = Program(world.make_user(world.make_company()))
    assert stranger.get(f"customers/{customer.pk}/statement/").status_code == 404
    assert stranger.post(f"customers/{customer.pk}/statement/", {}).status_code == 404
