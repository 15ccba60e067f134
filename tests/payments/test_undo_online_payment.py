"""Undoing an online payment: all that its money and the customer's credit settled comes back at once, and once."""

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from ledger.allocating import undo_allocation as undo_in_book
from ledger.periods import close_month
from office.models import AuditRecord
from payments.models import OnlinePayment
from payments.online.asking import Asked
from payments.operations.begin_online_payment import begin_online_payment
from payments.operations.receive_payment import Share
from payments.operations.undo_online_payment import undo_online_payment
from reports.book_check import check_book
from tests import world
from tests.api.calling import Program, refused
from tests.payments.online import refusal_of, report, today

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("test_provider")]


@pytest.fixture
def payment(company: Any, customer: Any) -> OnlinePayment:
    """Of 100 and 50, paid with 30 of credit and 120 of money."""
    papers = [world.issue(customer, amount, today(company)) for amount in ("100.00", "50.00")]
    world.receive(customer, "30.00", today(company))
    shares = [Share(world.item_of(paper).pk, paper.total) for paper in papers]
    asked = Asked("EUR", shares, uses_credit=True)
    payment = begin_online_payment(customer, asked, by=None, return_url=lambda _: "http://x.example/")
    assert report(payment) == "applied"
    payment.refresh_from_db()
    return payment


def balances(payment: OnlinePayment) -> list[Decimal]:
    return [part.item.balance for part in payment.parts.select_related("item")]


def undo(payment: OnlinePayment, reason: str = "Wrong invoices", by: Any = None) -> OnlinePayment:
    return undo_online_payment(payment.pk, on=payment.company.today(), by=by, reason=reason)


def test_all_of_it_comes_back_and_the_money_is_on_account(payment: OnlinePayment, clerk: Any) -> None:
    assert balances(payment) == [0, 0]
    undo(payment, by=clerk)
    assert balances(payment) == [100, 50]
    assert world.item_of(payment.receipt).balance == -120
    assert world.owes(payment.customer, payment.company.today()) == 0
    assert AuditRecord.objects.get(action="undo_online_payment", by=clerk).reason == "Wrong invoices"
    assert refusal_of(lambda: undo(payment)).code == "nothing_to_undo"
    assert check_book() == []


def test_what_was_undone_by_itself_is_passed_over(payment: OnlinePayment) -> None:
    first = payment.made.earliest("pk")
    undo_in_book(first.pk, dated_on=payment.company.today(), by_id=None, reason="r")
    undo(payment)
    assert balances(payment) == [100, 50]
    assert check_book() == []


def test_it_needs_a_reason_and_an_open_month(payment: OnlinePayment) -> None:
    assert refusal_of(lambda: undo(payment, " ")).code == "reason_missing"
    company = payment.company
    close_month(company.pk, company.today())
    assert refusal_of(lambda: undo(payment)).code == "period_closed"
    assert balances(payment) == [0, 0]


def test_staff_undo_it_on_its_page_and_programs_by_the_api(payment: OnlinePayment, client: Client) -> None:
    company = payment.company
    client.force_login(world.make_user(company))
    page = reverse("payments:online_payment", args=[payment.pk])
    assert "Undo all of it" in client.get(page).content.decode()
    answer = client.post(reverse("payments:undo_online_payment", args=[payment.pk]), {"reason": "Wrong"}, follow=True)
    assert "its money is on account" in answer.content.decode()
    assert balances(payment) == [100, 50]
    program = Program(world.make_user(company))
    again = program.post(f"online-payments/{payment.pk}/undo/", {"reason": "r"})
    assert refused(again) == (409, "nothing_to_undo")
    assert refused(Program(world.make_user(company, "auditor")).post("online-payments/0/undo/", {}))[0] == 403
