"""Paid documents: each in the days in which it was paid, and what came back in its own."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from billing.models import Invoice
from billing.operations.void_invoice import void_invoice
from payments.models import Receipt
from payments.operations.receive_payment import Share
from payments.operations.reverse_receipt import reverse_receipt
from payments.operations.write_off import WriteOffDetails, write_off
from tests import world
from tests.api.calling import Program

pytestmark = pytest.mark.django_db
MARCH = {"first_day": "2026-03-01", "last_day": "2026-03-31"}
APRIL = {"first_day": "2026-04-01", "last_day": "2026-04-30"}
COLUMNS = ("number", "paid_on", "days", "net", "tax", "total", "paid", "credited", "written_off")


@pytest.fixture
def invoice(company: Any, customer: Any) -> Invoice:
    """120.00 with 20.00 of tax, of the first of March."""
    return world.issue(customer, [world.line("100.00", tax=world.make_tax(company, "20"))], date(2026, 3, 1))


def pay(invoice: Invoice, amount: str, on: date) -> Receipt:
    receipt = world.receive(invoice.customer, amount, on)
    world.apply(receipt, invoice, amount, on)
    return receipt


def asked(user: Any, days: dict[str, str], **more: Any) -> dict[str, Any]:
    answer = Program(user).get("reports/paid/", **days, **more)
    assert answer.status_code == 200, answer.content
    return answer.json()


def rows(user: Any, days: dict[str, str], **more: Any) -> list[tuple[Any, ...]]:
    answer = asked(user, days, **more)
    assert {proof["difference"] for proof in answer["proofs"]} <= {"0.00"}
    return [tuple(row["values"][column] for column in COLUMNS) for row in answer["tables"][0]["rows"]]


def test_a_document_is_paid_on_the_day_of_its_last_part(invoice: Invoice, manager: Any) -> None:
    pay(invoice, "50.00", date(2026, 3, 5))
    assert rows(manager, MARCH) == []
    pay(invoice, "70.00", date(2026, 3, 11))
    row = (invoice.number, "2026-03-11", 10, "100.00", "20.00", "120.00", "120.00", "0.00", "0.00")
    assert rows(manager, MARCH) == [row]
    assert rows(manager, APRIL) == []


def test_what_came_back_stands_in_its_own_days_and_the_past_stays(invoice: Invoice, manager: Any) -> None:
    receipt = pay(invoice, "120.00", date(2026, 3, 11))
    before = asked(manager, MARCH)
    reverse_receipt(receipt.pk, dated_on=date(2026, 4, 2), by=None, reason="No funds")
    assert asked(manager, MARCH) == before
    back = (invoice.number, "2026-04-02", 32, "-100.00", "-20.00", "-120.00", "-120.00", "0.00", "0.00")
    assert rows(manager, APRIL) == [back]
    pay(invoice, "120.00", date(2026, 4, 9))
    assert [(row[1], row[6]) for row in rows(manager, APRIL)] == [("2026-04-02", "-120.00"), ("2026-04-09", "120.00")]
    [foot] = asked(manager, APRIL)["tables"][0]["foot"]
    assert (foot["values"]["number"], foot["values"]["paid"]) == ("1 paid, 1 taken back", "0.00")


def test_what_was_credited_and_written_off_is_told_apart(invoice: Invoice, manager: Any) -> None:
    world.apply(
        world.issue_credit_memo(invoice.customer, "15.00", date(2026, 3, 3)), invoice, "15.00", date(2026, 3, 3)
    )
    pay(invoice, "100.00", date(2026, 3, 8))
    lose(invoice, "5.00", date(2026, 3, 20))
    [row] = rows(manager, MARCH)
    assert row[1:] == ("2026-03-20", 19, "100.00", "20.00", "120.00", "100.00", "15.00", "5.00")


def lose(invoice: Invoice, amount: str, on: date) -> None:
    """Write so much of it off."""
    share = Share(world.item_of(invoice).pk, Decimal(amount))
    write_off(invoice.customer, WriteOffDetails([share], reason="Not to be had"), on=on, by=None)


def test_what_was_only_credited_or_voided_was_not_paid(customer: Any, invoice: Invoice, manager: Any) -> None:
    world.apply(world.issue_credit_memo(customer, "120.00", date(2026, 3, 3)), invoice, "120.00", date(2026, 3, 3))
    void = world.issue(customer, "9.00", date(2026, 3, 2))
    void_invoice(void.pk, reason="A slip", by=manager, on=date(2026, 3, 4))
    assert rows(manager, MARCH) == []


def test_of_a_payment_that_a_write_off_replaced_on_one_day_the_payment_is_taken_back(
    invoice: Invoice, manager: Any
) -> None:
    receipt = pay(invoice, "120.00", date(2026, 3, 11))
    reverse_receipt(receipt.pk, dated_on=date(2026, 4, 2), by=None, reason="No funds")
    lose(invoice, "120.00", date(2026, 4, 2))
    assert [row[6] for row in rows(manager, APRIL)] == ["-120.00"]


def test_a_return_and_another_payment_of_one_day_change_nothing(invoice: Invoice, manager: Any) -> None:
    receipt = pay(invoice, "120.00", date(2026, 3, 11))
    reverse_receipt(receipt.pk, dated_on=date(2026, 4, 2), by=None, reason="No funds")
    pay(invoice, "120.00", date(2026, 4, 2))
    assert rows(manager, APRIL) == []


def test_a_sales_person_sees_their_own_alone_and_others_choose(company: Any, invoice: Invoice, manager: Any) -> None:
    sales = world.make_user(company, "sales", only_own_customers=True, name="Ada")
    theirs = world.make_customer(company, "Cedar Ltd", sales_owner_id=sales.pk)
    own = world.issue(theirs, "30.00", date(2026, 3, 2))
    pay(own, "30.00", date(2026, 3, 4))
    pay(invoice, "120.00", date(2026, 3, 4))
    assert [row[0] for row in rows(sales, MARCH)] == [own.number]
    assert [row[0] for row in rows(manager, MARCH)] == [invoice.number, own.number]
    assert [row[0] for row in rows(manager, MARCH, owner=sales.pk)] == [own.number]
    by_owner = asked(manager, MARCH)["tables"][1]["rows"]
    assert [(row["values"]["owner"], row["values"]["paid"]) for row in by_owner] == [
        ("Ada", "30.00"),
        ("Nobody", "120.00"),
    ]


@pytest.mark.parametrize("form", ["", "&format=xlsx", "&format=csv", "&format=pdf"])
def test_its_page_and_files_open_for_sales(company: Any, invoice: Invoice, client: Client, form: str) -> None:
    sales = world.make_user(company, "sales")
    pay(invoice, "120.00", date(2026, 3, 4))
    client.force_login(sales)
    answer = client.get(reverse("reports:paid") + "?first_day=2026-03-01&last_day=2026-03-31" + form)
    assert answer.status_code == 200
    if not form:
        assert reverse("billing:invoice", args=[invoice.pk]) in answer.content.decode()
