"""Money for what was written off is a receipt and income, makes relieved tax payable again, and exceeds no debt."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from ledger.models import AccountRole
from ledger.refusals import Refused
from payments.models import PaymentMethod, Receipt, Recovery, WriteOff
from payments.operations.apply_credits import undo_allocation
from payments.operations.record_recovery import RecoveryDetails, record_recovery
from payments.operations.reverse_receipt import reverse_receipt
from payments.operations.reverse_write_off import reverse_write_off
from payments.operations.set_payment_policy import set_payment_policy
from reports.book_check import check_book
from reports.taxes import TaxQuestion, tax_report
from tests import world
from tests.api.calling import Program, refused
from tests.payments.test_write_off import book, give_up, refusal

DAY = date(2026, 3, 2)
pytestmark = pytest.mark.django_db
Parallel = Callable[[list[Callable[[], Any]]], list[Any]]


@pytest.fixture
def lost(company: Any, customer: Any) -> WriteOff:
    """119.00 written off, of which 19.00 was tax and is relieved."""
    set_payment_policy(company, {"relieves_tax": True}, by=None)
    invoice = world.issue(customer, [world.line("100.00", tax=world.make_tax(company, "19"))], DAY)
    return give_up(customer, (invoice, "119.00"))[0]


def recover(row: WriteOff, amount: str, on: date = DAY, **details: Any) -> Recovery:
    return record_recovery(row.pk, RecoveryDetails(Decimal(amount), on, **details), by=None)


def test_it_is_a_receipt_and_income_and_its_tax_is_payable_again(company: Any, customer: Any, lost: WriteOff) -> None:
    receipt = recover(lost, "59.50", reference="From the estate", method=PaymentMethod.CHEQUE).receipt

    assert (receipt.number, receipt.amount, receipt.method) == ("RC-2026-0001", Decimal("59.50"), "cheque")
    assert (world.open_of(receipt), world.owes(customer, DAY)) == (0, 0)
    assert book(AccountRole.BAD_DEBT_RECOVERED) == Decimal("-50.00")
    assert (book(AccountRole.BANK), book(AccountRole.TAX)) == (Decimal("59.50"), Decimal("-9.50"))
    assert [foot.difference for foot in tax_report(TaxQuestion(company.pk, DAY, DAY)).feet] == [0]
    assert check_book() == []


def test_parts_one_after_another_bring_back_exactly_the_tax(lost: WriteOff) -> None:
    for part in ("33.33", "33.33", "52.34"):
        recover(lost, part)
    assert (book(AccountRole.TAX), book(AccountRole.BAD_DEBT_RECOVERED)) == (-19, -100)


def test_more_than_was_written_off_is_refused(lost: WriteOff) -> None:
    recover(lost, "100.00")
    assert refusal(lambda: recover(lost, "19.01")) == "more_than_left"
    assert refusal(lambda: recover(lost, "0")) == "amount_not_positive"
    assert Receipt.objects.count() == 1


def test_not_before_it_was_written_off_nor_once_it_is_reversed(lost: WriteOff) -> None:
    assert refusal(lambda: recover(lost, "1.00", on=date(2026, 3, 1))) == "before_it_was_made"
    reverse_write_off(lost.pk, on=DAY, by=None, reason="They pay")
    assert refusal(lambda: recover(lost, "1.00")) == "invalid_move"


def test_while_money_stands_the_write_off_stands(lost: WriteOff) -> None:
    receipt = recover(lost, "10.00").receipt
    early = refusal(lambda: reverse_write_off(lost.pk, on=DAY, by=None, reason="Mistake"))
    reverse_receipt(receipt.pk, dated_on=DAY, by=None, reason="Bounced")
    reverse_write_off(lost.pk, on=DAY, by=None, reason="Mistake")
    assert early == "recovered"
    assert check_book() == []


def test_a_receipt_that_bounces_takes_the_recovery_back(company: Any, customer: Any, lost: WriteOff) -> None:
    receipt = recover(lost, "119.00").receipt
    reverse_receipt(receipt.pk, dated_on=DAY, by=None, reason="Bounced")

    assert (book(AccountRole.BAD_DEBT_RECOVERED), book(AccountRole.TAX), book(AccountRole.BANK)) == (0, 0, 0)
    assert world.owes(customer, DAY) == 0
    assert [foot.difference for foot in tax_report(TaxQuestion(company.pk, DAY, DAY)).feet] == [0]
    recover(lost, "119.00")
    assert check_book() == []


def test_its_allocation_is_not_undone_by_itself(lost: WriteOff) -> None:
    allocation = recover(lost, "10.00").entry.items.get().credits_taken.get()
    undo = refusal(lambda: undo_allocation(allocation.pk, dated_on=DAY, by=None, reason="No"))
    assert undo == "of_a_recovery"


@pytest.mark.django_db(transaction=True)
def test_two_at_once_recover_no_more_than_was_written_off(lost: WriteOff, in_parallel: Parallel) -> None:
    results = in_parallel([lambda: recover(lost, "100.00")] * 2)
    assert sorted(type(result).__name__ for result in results) == ["Recovery", "Refused"]
    assert check_book() == []


@pytest.mark.django_db(transaction=True)
def test_reversed_while_money_comes_in_one_of_both_is_refused(lost: WriteOff, in_parallel: Parallel) -> None:
    undo = lambda: reverse_write_off(lost.pk, on=DAY, by=None, reason="x")  # noqa: E731
    results = in_parallel([undo, lambda: recover(lost, "10.00")])
    assert sum(isinstance(result, Refused) for result in results) == 1
    assert check_book() == []


def test_not_even_by_sql_is_more_recovered(lost: WriteOff, customer: Any) -> None:
    kept = recover(lost, "10.00")
    receipt = world.receive(customer, "119.00", DAY)
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        Recovery.objects.create(write_off=lost, receipt=receipt, entry=receipt.entry, amount=receipt.amount)
    assert error.value.__cause__.diag.constraint_name == "recoveries_within_write_off"
    assert list(Recovery.objects.all()) == [kept]


def test_on_screen_and_by_program_it_is_recorded_on_the_write_off(customer: Any, clerk: Any, lost: WriteOff) -> None:
    browser, program = Client(), Program(clerk)
    browser.force_login(clerk)
    bank = world.receive(customer, "1.00", DAY).bank_account_id
    typed = {"amount": "19.00", "received_on": "2026-03-02", "method": "transfer", "bank_account": bank}
    page = browser.post(reverse("payments:record_recovery", args=[lost.pk]), typed, follow=True).content.decode()
    assert "bad debt recovered" in page
    answer = program.post(f"write-offs/{lost.pk}/recoveries/", {"amount": "20.00", "received_on": "2026-03-02"})
    assert (answer.status_code, answer.json()["amount"], answer.json()["free"]) == (201, "20.00", "0.00")
    assert program.get(f"write-offs/{lost.pk}/").json()["recovered"] == "39.00"
    more = {"amount": "80.01", "received_on": "2026-03-02"}
    assert refused(program.post(f"write-offs/{lost.pk}/recoveries/", more)) == (409, "more_than_left")


def test_one_without_the_right_is_refused(company: Any, lost: WriteOff) -> None:
    program = Program(world.make_user(company, "collector"))
    assert refused(program.post(f"write-offs/{lost.pk}/recoveries/", {"amount": "1.00"}))[0] == 403
