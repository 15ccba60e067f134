"""A refund that nobody paid is taken back: its credit is free again, once, and no file or hand pays it any more."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from ledger.models import Entry, Line
from office.models import AuditRecord, BankAccount
from payments.booked_banks import book_account_of
from payments.models import BankLine, Refund
from payments.operations.pay_refund_by_hand import pay_refund_by_hand, undo_refund_by_hand
from payments.operations.prepare_repayment import RepaymentDetails, cancel_repayment, prepare_repayment
from payments.operations.reconcile_bank import tie_bank_lines
from payments.operations.refund_credit import RefundDetails, refund_credit
from payments.operations.reverse_receipt import reverse_receipt
from payments.operations.take_bank_file import take_bank_file
from payments.operations.undo_settlement import undo_settlement
from payments.operations.withdraw_refund import withdraw_refund
from payments.repayment_choice import Repayments, choose_refunds, with_payer
from reports.book_check import check_book
from reports.tie_out import tie_out
from tests import world
from tests.api.calling import Program, refused
from tests.customers.accounts import confirmed, refusal_of
from tests.payments.bank_samples import camt, entry, statement
from tests.payments.test_refunds import refund, state_of
from tests.payments.test_refunds_clearing import DAY, in_euros, savings, standing, untied
from tests.payments.test_settle_items import settle

__all__ = ["savings"]
pytestmark = pytest.mark.django_db
Parallel = Callable[[list[Callable[[], Any]]], list[Any]]


def withdraw(row: Refund, reason: str = "They keep it", by: Any = None) -> Refund:
    return withdraw_refund(row.pk, reason=reason, by=by)


@pytest.fixture
def memo(customer: Any, savings: BankAccount) -> Any:
    """A credit memo of 50.00 of a customer whose account we know."""
    confirmed(customer)
    return world.issue_credit_memo(customer, "50.00", DAY)


def test_its_credit_is_free_again_and_nothing_pays_it(
    company: Any, customer: Any, memo: Any, savings: BankAccount, manager: Any
) -> None:
    row = refund(memo)
    assert refusal_of(lambda: withdraw(row, " ")) == "reason_missing"
    withdraw(row, by=manager)
    assert [tie.is_tied for tie in tie_out(company.pk, company.today())] == [True]
    assert [tie.is_tied for tie in tie_out(company.pk, DAY)] == [True]

    assert (world.open_of(memo), world.owes(customer, company.today()), state_of(row)) == (50, -50, "withdrawn")
    assert (standing(company), choose_refunds(company, "EUR")) == ({}, Repayments([], []))
    by_hand = {"bank_account_id": savings.pk, "on": company.today(), "by": None}
    assert refusal_of(lambda: pay_refund_by_hand(row.pk, **by_hand)) == "invalid_move"
    assert refusal_of(lambda: withdraw(row)) == "invalid_move"
    mirror = Entry.objects.get(kind="withdraw_refund")
    assert (mirror.dated_on, mirror.memo, mirror.by_id) == (company.today(), "They keep it", manager.pk)
    assert AuditRecord.objects.get(action="withdraw_refund").reason == "They keep it"
    again = RefundDetails(world.item_of(memo).pk, Decimal(50), company.today(), "Now they want it")
    assert refund_credit(customer, again, by=None).amount == 50
    assert check_book() == []


def test_what_was_called_paid_at_once_and_never_left_is_taken_back_too(
    company: Any, memo: Any, savings: BankAccount
) -> None:
    row = refund(memo, method="cash", bank_account_id=savings.pk)
    assert (standing(company), untied(savings)) == (in_euros(a1010="-40.00"), [Decimal(-40)])
    withdraw(row)
    assert (standing(company), untied(savings), world.open_of(memo)) == ({}, [], 50)
    assert with_payer(Refund.objects.all()).get().paid_from == ""
    assert check_book() == []


def test_while_a_file_a_person_or_the_bank_pays_it_it_stands(company: Any, memo: Any, savings: BankAccount) -> None:
    row = refund(memo, "10.00")
    batch = prepare_repayment(company, RepaymentDetails(savings.pk, company.today()), by=None)
    assert refusal_of(lambda: withdraw(row)) == "under_way"
    cancel_repayment(batch.pk, reason="Never sent", by=None)
    pay_refund_by_hand(row.pk, bank_account_id=savings.pk, on=DAY, by=None)
    assert refusal_of(lambda: withdraw(row)) == "already_paid"
    undo_refund_by_hand(row.pk, reason="It was not", by=None)
    assert state_of(withdraw(row)) == "withdrawn"

    main = company.bank_accounts.get(name="Main")
    other = world.issue_credit_memo(memo.customer, "12.34", DAY)
    paid = refund(other, "12.34", method="cash", bank_account_id=main.pk)
    content = camt(statement(entry("12.34", sign="DBIT"), opening="12.34", closing="0.00"))
    take_bank_file(company, "out.xml", content, by=None)
    book_line = Line.objects.get(entry=paid.entry, account=book_account_of(main))
    tie_bank_lines(main.pk, [BankLine.objects.get().pk], [book_line.pk], by=None)
    assert refusal_of(lambda: withdraw(paid)) == "paid"
    assert check_book() == []


def test_one_whose_payment_came_back_owes_nothing_any_more(company: Any, customer: Any, savings: BankAccount) -> None:
    confirmed(customer)
    receipt = world.receive(customer, "40.00", DAY)
    row = refund(receipt)
    reverse_receipt(receipt.pk, dated_on=DAY, by=None, reason="Returned")
    assert world.owes(customer, company.today()) == 40
    withdraw(row)
    assert (world.owes(customer, company.today()), standing(company)) == (0, {})
    assert check_book() == []


def test_what_one_save_settled_is_undone_once_its_refund_is_taken_back(company: Any, customer: Any) -> None:
    invoice, receipt = world.issue(customer, "100.00", DAY), world.receive(customer, "130.00", DAY)
    done = settle(receipt, (invoice, "100.00"), refund="Paid too much")
    undo = {"on": company.today(), "by": None, "reason": "Of another"}
    assert refusal_of(lambda: undo_settlement(done.pk, **undo)) == "refunded"
    withdraw(Refund.objects.get())
    undo_settlement(done.pk, **undo)
    assert (world.open_of(invoice), world.open_of(receipt)) == (100, 130)
    assert check_book() == []


def test_taken_back_by_two_at_once_its_credit_is_free_once(
    transactional_db: None, memo: Any, in_parallel: Parallel
) -> None:
    row = refund(memo)
    results = in_parallel([lambda: withdraw(row)] * 3)
    assert sorted(type(each).__name__ for each in results) == ["Refund", "Refused", "Refused"]
    assert world.open_of(memo) == 50
    assert check_book() == []


def test_the_page_and_a_program_take_it_back(memo: Any, manager: Any, clerk: Any) -> None:
    first, second = refund(memo, "10.00"), refund(memo, "20.00")
    browser = Client()
    browser.force_login(manager)
    page = browser.get(reverse("payments:refund", args=[first.pk])).content.decode()
    act = reverse("payments:withdraw_refund", args=[first.pk])
    assert act in page
    said = browser.post(act, {"reason": "They keep it"}, follow=True).content.decode()
    assert "what it paid back is free again" in said
    assert act not in said
    assert "is taken back already" in browser.post(act, {"reason": "x"}, follow=True).content.decode()

    at = f"refunds/{second.pk}/withdraw/"
    assert Program(clerk).post(at, {"reason": "x"}).status_code == 403
    stranger = world.make_user(world.make_company(legal_name="Birch"), "manager")
    assert Program(stranger).post(at, {"reason": "x"}).status_code == 404
    assert Program(manager).post(at, {"reason": "They keep it"}).json()["state"] == "withdrawn"
    assert refused(Program(manager).post(at, {"reason": "again"})) == (409, "invalid_move")
    assert world.open_of(memo) == 50
