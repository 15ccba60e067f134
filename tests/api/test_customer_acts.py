"""Programs read what customers did on their pages, and decide it as staff do."""

from datetime import timedelta
from typing import Any

import pytest

from credit_control.operations.ask_plan import Wish, ask_plan
from customers.operations.ask_change import ask_change
from payments.operations.note_paid import PaidDetails, note_paid
from tests import world
from tests.api.calling import Program, refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def program(company: Any) -> Program:
    return Program(world.make_user(company, "collector"))


def test_a_payment_told_of_is_read_and_closed_once(program: Program, customer: Any) -> None:
    today = customer.company.today()
    invoice, contact = world.issue(customer, "120.00", today), customer.contacts.get()
    told = note_paid(invoice.pk, PaidDetails(invoice.total, today, "card", "V 1"), contact=contact, on=today).pk
    [row] = program.get("paid-notices/", state="open").json()["results"]
    assert (row["amount"], row["how"], row["state"], row["contact"]) == ("120.00", "card", "open", "Eva Brandt")
    assert program.get(f"paid-notices/{told}/").json() == row
    assert refused(program.post(f"paid-notices/{told}/close/", {"found": False})) == (409, "reason_missing")
    closed = program.post(f"paid-notices/{told}/close/", {"found": False, "answer": "Nothing came"}).json()
    assert (closed["state"], closed["answer"]) == ("not_found", "Nothing came")
    assert refused(program.post(f"paid-notices/{told}/close/", {"found": True})) == (409, "invalid_move")
    assert program.get("paid-notices/", state="open").json()["results"] == []


def test_a_change_is_read_with_its_difference_and_decided(program: Program, customer: Any) -> None:
    asked = ask_change(customer.contacts.get().pk, "address", {"street": "2 New Road"}).pk
    [row] = program.get("change-requests/", status="open", topic="address").json()["results"]
    assert (row["wanted"], row["contact"]) == ({"street": "2 New Road"}, "Eva Brandt")
    whole = program.get(f"change-requests/{asked}/").json()
    different = {"label": "Street", "before": "", "now": "", "wanted": "2 New Road", "is_stale": False}
    assert whole["differences"] == [different]
    assert program.post(f"change-requests/{asked}/approve/").json()["status"] == "approved"
    assert customer.addresses.get().street == "2 New Road"
    assert refused(program.post(f"change-requests/{asked}/refuse/", {"reason": "r"})) == (409, "invalid_move")
    other = ask_change(customer.contacts.get().pk, "tax_id", {"tax_id": "123/456"}).pk
    assert program.post(f"change-requests/{other}/refuse/", {"reason": "Which one?"}).json()["reason"] == "Which one?"


def test_a_plan_asked_for_is_read_and_declined(program: Program, customer: Any) -> None:
    today = customer.company.today()
    world.issue(customer, "90.00", today - timedelta(days=40), due_on=today - timedelta(days=9))
    asked = ask_plan(customer.contacts.get().pk, Wish("EUR", 3, today + timedelta(days=9)), on=today).pk
    [row] = program.get("plan-requests/", status="open").json()["results"]
    assert (row["amount"], row["parts"], row["plan"]) == ("90.00", 3, None)
    assert program.get(f"plan-requests/{asked}/").json() == row
    assert program.post(f"plan-requests/{asked}/decline/", {"answer": "Too many"}).json()["status"] == "declined"


@pytest.mark.parametrize("role", ["sales", "auditor"])
def test_without_the_right_a_program_decides_nothing(company: Any, customer: Any, role: str) -> None:
    asked = ask_change(customer.contacts.get().pk, "address", {"street": "2 New Road"}).pk
    program = Program(world.make_user(company, role))
    assert refused(program.post(f"change-requests/{asked}/approve/"))[0] == 403
    assert refused(program.post("paid-notices/1/close/", {"found": True}))[0] == 403
    assert refused(program.post("plan-requests/1/decline/", {"answer": "a"}))[0] == 403
