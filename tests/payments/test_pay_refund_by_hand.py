"""A refund that waits for a file and is paid by hand instead: what it enters, what is refused, and undoing it."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from threading import Barrier
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from ledger.models import Entry
from ledger.refusals import Refused
from office.models import AuditRecord, BankAccount
from payments.booked_banks import book_account_of
from payments.models import BankLine, BankMonth, HandPayment, Refund, RepaymentLine
from payments.operations import pay_refund_by_hand as paying
from payments.operations import prepare_repayment as preparing
from payments.operations.pay_refund_by_hand import pay_refund_by_hand, undo_refund_by_hand
from payments.operations.prepare_repayment import RepaymentDetails, cancel_repayment, prepare_repayment
from payments.operations.reconcile_bank import tie_bank_lines
from payments.operations.set_bank_accounts import BankDetails, set_bank_accounts
from payments.operations.take_bank_file import take_bank_file
from payments.repayment_choice import with_payer
from reports.book_check import check_book
from tests import world
from tests.api.calling import Program, refused
from tests.customers.accounts import confirmed, refusal_of, us_account
from tests.payments.bank_samples import camt, entry, statement
from tests.payments.debits import dollar_account, may_debit
from tests.payments.test_refunds import refund, state_of
from tests.payments.test_refunds_clearing import DAY, in_euros, paid_from, savings, standing, untied

__all__ = ["savings"]
pytestmark = pytest.mark.django_db
Parallel = Callable[[list[Callable[[], Any]]], list[Any]]
PAID = date(2026, 3, 5)


@pytest.fixture
def waiting(customer: Any, savings: BankAccount) -> Refund:
    """A refund of 40.00 that waits for a file."""
    confirmed(customer)
    return refund(world.issue_credit_memo(customer, "40.00", DAY))


def pay(row: Refund, account: BankAccount, on: date = PAID, by: Any = None) -> HandPayment:
    return pay_refund_by_hand(row.pk, bank_account_id=account.pk, on=on, by=by)


def undo(row: Refund, reason: str = "Another one was", by: Any = None) -> HandPayment:
    return undo_refund_by_hand(row.pk, reason=reason, by=by)


def payer_of(row: Refund) -> str:
    return with_payer(Refund.objects.all()).get(pk=row.pk).paid_from


def test_it_leaves_the_account_that_is_named_on_its_day_and_no_file_pays_it(
    company: Any, waiting: Refund, savings: BankAccount, manager: Any
) -> None:
    assert payer_of(waiting) == ""
    moved = pay(waiting, savings, by=manager).entry

    told = (moved.kind, moved.reference, moved.memo, moved.dated_on, moved.by_id)
    assert told == ("pay_refund_by_hand", waiting.number, "Paid by hand", PAID, manager.pk)
    assert (standing(company), untied(savings)) == (in_euros(a1010="-40.00"), [Decimal(-40)])
    assert (state_of(waiting), payer_of(waiting)) == ("by_hand", "1010 Savings")
    assert refusal_of(lambda: paid_from(company, savings)) == "nothing_to_pay"
    said = AuditRecord.objects.get(action="pay_refund_by_hand")
    assert said.after == {"from": "Savings", "on": "2026-03-05"}
    assert check_book() == []


def test_a_foreign_one_leaves_clearing_at_what_it_was_worth(company: Any, customer: Any) -> None:
    may_debit(company)
    account = dollar_account(company)
    confirmed(customer, us_account())
    row = refund(world.issue_credit_memo(customer, "40.00", DAY, currency="USD", exchange_rate=Decimal("0.9")))
    pay(row, account)
    assert standing(company) == {book_account_of(account).code: [Decimal(-40), Decimal(-36)]}
    assert check_book() == []


def test_undone_it_waits_again_and_was_never_on_the_account(
    company: Any, waiting: Refund, savings: BankAccount, manager: Any
) -> None:
    first = pay(waiting, savings)
    assert refusal_of(lambda: undo(waiting, " ")) == "reason_missing"
    undone = undo(waiting, by=manager)

    mirror = Entry.objects.get(reverses=first.entry)
    told = (mirror.kind, mirror.memo, mirror.dated_on)
    assert told == ("undo_refund_by_hand", "Another one was", company.today())
    assert (undone.undone_by, undone.undone_reason) == (manager, "Another one was")
    assert (state_of(waiting), standing(company), untied(savings)) == ("to_pay", in_euros(a2900="-40.00"), [])
    assert check_book() == []
    assert refusal_of(lambda: undo(waiting)) == "invalid_move"
    pay(waiting, company.bank_accounts.get(name="Main"))
    assert (standing(company), payer_of(waiting)) == (in_euros(a1000="-40.00"), "1000 Bank")
    assert check_book() == []


def test_it_is_not_undone_while_its_bank_line_is_reconciled(
    company: Any, waiting: Refund, savings: BankAccount
) -> None:
    main = company.bank_accounts.get(name="Main")
    payment = pay(waiting, main)
    content = camt(statement(entry("40.00", sign="DBIT"), opening="40.00", closing="0.00"))
    take_bank_file(company, "out.xml", content, by=None)
    out = BankLine.objects.get()
    tie_bank_lines(main.pk, [out.pk], [payment.entry.lines.get(amount=-40).pk], by=None)

    assert refusal_of(lambda: undo(waiting)) == "paid"
    assert (state_of(waiting), standing(company)) == ("by_hand", in_euros(a1000="-40.00"))


def test_what_is_under_way_or_paid_is_not_paid_again(
    company: Any, customer: Any, waiting: Refund, savings: BankAccount, manager: Any
) -> None:
    batch = prepare_repayment(company, RepaymentDetails(savings.pk, company.today()), by=manager)
    assert refusal_of(lambda: pay(waiting, savings)) == "under_way"
    by_hand = refund(world.receive(customer, "40.00", DAY, method="cash"))
    assert refusal_of(lambda: pay(by_hand, savings)) == "already_paid"
    assert refusal_of(lambda: undo(by_hand)) == "invalid_move"
    assert not HandPayment.objects.exists()
    assert batch.lines.get().is_under_way


def test_a_file_on_its_way_is_not_paid_again_until_it_is_cancelled(
    company: Any, waiting: Refund, savings: BankAccount
) -> None:
    line = paid_from(company, savings)
    assert payer_of(waiting) == "1010 Savings"
    assert refusal_of(lambda: pay(waiting, savings)) == "under_way"
    cancel_repayment(line.batch_id, reason="Never sent", by=None)
    pay(waiting, savings)
    assert refusal_of(lambda: pay(waiting, savings)) == "already_paid"
    assert standing(company) == in_euros(a1010="-40.00")
    assert check_book() == []


def test_another_account_and_a_day_that_cannot_be_are_refused(
    company: Any, waiting: Refund, savings: BankAccount
) -> None:
    other = set_bank_accounts(world.make_company(legal_name="Birch").pk, [BankDetails("B", "B", "1")], by=None)[0]
    BankMonth.objects.create(bank_account=savings, month=date(2026, 3, 1), on=PAID, statement_balance=0, book_balance=0)
    assert refusal_of(lambda: pay(waiting, other)) == "unknown_bank_account"
    assert refusal_of(lambda: pay(waiting, dollar_account(company))) == "another_currency"
    assert refusal_of(lambda: pay(waiting, savings, DAY - timedelta(days=1))) == "before_it_was_made"
    assert refusal_of(lambda: pay(waiting, savings, company.today() + timedelta(days=1))) == "date_in_future"
    assert refusal_of(lambda: pay(waiting, savings)) == "month_closed"
    assert (state_of(waiting), standing(company)) == ("to_pay", in_euros(a2900="-40.00"))


def claimed_twice() -> tuple[int, int]:
    """In how many batches, and how often by hand, refunds are."""
    return RepaymentLine.objects.filter(is_under_way=True).count(), HandPayment.objects.count()


def test_paid_by_hand_while_a_batch_is_prepared_it_is_paid_once(
    transactional_db: None, in_parallel: Parallel, company: Any, waiting: Refund, savings: BankAccount
) -> None:
    for _ in range(4):
        results = in_parallel([lambda: paid_from(company, savings), lambda: pay(waiting, savings)])
        codes = [result.code for result in results if isinstance(result, Refused)]
        assert codes in (["nothing_to_pay"], ["under_way"])
        assert standing(company) == in_euros(a1010="-40.00")
        if isinstance(results[0], RepaymentLine):
            cancel_repayment(results[0].batch_id, reason="Again", by=None)
        else:
            undo(waiting)
    assert check_book() == []


def test_control_without_the_lock_it_is_paid_twice(
    transactional_db: None,
    in_parallel: Parallel,
    company: Any,
    waiting: Refund,
    savings: BankAccount,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    both_looked = Barrier(2, timeout=30)

    def together(look: Callable[..., Any]) -> Callable[..., Any]:
        def look_and_wait(*args: Any) -> Any:
            found = look(*args)
            both_looked.wait()
            return found

        return look_and_wait

    for module in (paying, preparing):
        monkeypatch.setattr(module, "lock_payments", lambda company_id: None)
    monkeypatch.setattr(preparing, "choose_refunds", together(preparing.choose_refunds))
    monkeypatch.setattr(paying, "_require_to_pay", together(paying._require_to_pay))
    in_parallel([lambda: paid_from(company, savings), lambda: pay(waiting, savings)])

    assert claimed_twice() == (1, 1)
    assert standing(company) == in_euros(a1010="-80.00", a2900="40.00")
    assert {finding.check for finding in check_book()} == {
        "what stands on the account of refunds are the refunds that wait to be paid",
        "a refund paid by hand left the account that is named, once, and is in no file",
    }


def test_undone_by_two_at_once_it_comes_back_once(
    transactional_db: None, in_parallel: Parallel, company: Any, waiting: Refund, savings: BankAccount
) -> None:
    pay(waiting, savings)
    results = in_parallel([lambda: undo(waiting)] * 2)

    assert [result.code for result in results if isinstance(result, Refused)] == ["invalid_move"]
    assert standing(company) == in_euros(a2900="-40.00")


def test_the_database_keeps_what_was_said(waiting: Refund, savings: BankAccount) -> None:
    pay(waiting, savings)
    changes = ("paid_on = '2026-01-01'", "undone_at = now(), undone_reason = 'x', entry_id = NULL")
    for change in changes:
        with pytest.raises(IntegrityError, match="does not change"), transaction.atomic(), connection.cursor() as sql:
            sql.execute(f"UPDATE payments_handpayment SET {change}")
    with pytest.raises(IntegrityError, match="hand_payment_undone_for_a_reason"), transaction.atomic():
        HandPayment.objects.update(undone_at=timezone.now())
    with pytest.raises(IntegrityError, match="refund_paid_by_hand_once_until_undone"), transaction.atomic():
        HandPayment.objects.create(refund=waiting, bank_account=savings, paid_on=PAID)


def test_the_page_pays_it_and_undoes_it(company: Any, waiting: Refund, savings: BankAccount, manager: Any) -> None:
    browser = Client()
    browser.force_login(manager)
    address = reverse("payments:refund", args=[waiting.pk])
    assert browser.get(reverse("paper", args=[waiting.entry_id])).url == address
    assert "It was paid by hand" in browser.get(address).content.decode()
    act = reverse("payments:pay_refund_by_hand", args=[waiting.pk])
    early = browser.post(act, {"bank_account_id": savings.pk, "on": "2026-03-01"}).content.decode()
    assert "It was refunded on Mar 2, 2026; not paid before." in early
    assert browser.post(act, {"bank_account_id": savings.pk, "on": "2026-03-05"}).url == address
    payment = HandPayment.objects.get()
    page = browser.get(address).content.decode()
    assert "1010 Savings, " in page
    assert "Pay refund by hand" in page
    assert browser.get(reverse("paper", args=[payment.entry_id])).url == address
    assert "1010 Savings" in browser.get(reverse("payments:refund_list")).content.decode()
    undone = reverse("payments:undo_refund_by_hand", args=[waiting.pk])
    assert "waits to be paid again" in browser.post(undone, {"reason": "x"}, follow=True).content.decode()
    assert "Nobody said that" in browser.post(undone, {"reason": "x"}, follow=True).content.decode()


def test_a_program_pays_it_and_undoes_it(company: Any, waiting: Refund, savings: BankAccount, manager: Any) -> None:
    program, at = Program(manager), f"refunds/{waiting.pk}/"
    assert (program.get(at).json()["state"], program.get(at).json()["paid_from"]) == ("to_pay", "")
    body = {"bank_account": savings.pk, "on": "2026-03-05"}
    paid = program.post(f"{at}pay-by-hand/", body).json()
    assert (paid["state"], paid["paid_from"], paid["amount"]) == ("by_hand", "1010 Savings", "40.00")
    assert refused(program.post(f"{at}pay-by-hand/", body)) == (409, "already_paid")
    [listed] = program.get("refunds/", state="by_hand").json()["results"]
    assert listed == paid
    undone = program.post(f"{at}undo-by-hand/", {"reason": "Another one was"}).json()
    assert (undone["state"], undone["paid_from"]) == ("to_pay", "")
    assert refused(program.post(f"{at}undo-by-hand/", {"reason": "Another one was"})) == (409, "invalid_move")


def test_who_may_not_and_another_company_pay_nothing(company: Any, waiting: Refund, savings: BankAccount) -> None:
    body, at = {"bank_account": savings.pk}, f"refunds/{waiting.pk}/pay-by-hand/"
    stranger = world.make_user(world.make_company(legal_name="Birch"), "manager")
    assert Program(world.make_user(company, "clerk")).post(at, body).status_code == 403
    assert Program(stranger).post(at, body).status_code == 404
    assert not HandPayment.objects.exists()
