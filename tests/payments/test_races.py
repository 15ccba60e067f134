"""Many payments at once on one invoice: it is paid once, whoever comes first."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from ledger.models import Allocation
from ledger.refusals import Refused
from payments.models import Receipt
from payments.operations.apply_credits import apply_oldest_first, undo_allocation
from payments.operations.receive_payment import Plan, receive_payment
from payments.operations.record_receipt import ReceiptDetails, record_receipt
from payments.operations.refund_credit import RefundDetails, refund_credit
from payments.operations.reverse_receipt import reverse_receipt
from reports.book_check import check_book
from tests import world
from tests.unguarded import without

DAY = date(2026, 3, 2)
pytestmark = pytest.mark.django_db(transaction=True)
Parallel = Callable[[list[Callable[[], Any]]], list[Any]]


def test_twenty_full_payments_at_once_leave_the_invoice_paid_once(customer: Any, in_parallel: Parallel) -> None:
    invoice = world.issue(customer, "500.00", DAY)

    def pay() -> None:
        receipt = world.receive(customer, "500.00", DAY)
        apply_oldest_first(customer, dated_on=DAY, by=None, only_credits=[world.item_of(receipt).pk])

    results = in_parallel([pay] * 20)

    assert [result for result in results if result is not None and not isinstance(result, Refused)] == []
    assert world.open_of(invoice) == 0
    assert sum(Allocation.objects.values_list("amount", flat=True)) == Decimal("500.00")
    assert world.owes(customer, DAY) == Decimal("-9500.00")
    assert check_book() == []


GUARD = "item_balance_between_zero_and_amount"


def test_control_without_the_balance_check_the_invoice_is_paid_many_times(
    customer: Any, in_parallel: Parallel, superuser_cursor: Any
) -> None:
    """The CHECK on the balance is what holds when the lock is gone; without both, more is applied than is owed."""
    invoice = world.issue(customer, "500.00", DAY)
    receipts = [world.receive(customer, "500.00", DAY) for _ in range(5)]
    debit = world.item_of(invoice)

    def apply_unlocked(receipt: Any) -> None:
        credit = world.item_of(receipt)
        Allocation.objects.create(
            debit=debit,
            credit=credit,
            amount=500,
            debit_company_amount=500,
            credit_company_amount=500,
            dated_on=DAY,
        )

    with without(superuser_cursor, GUARD, forget=("ledger_allocation",)):
        in_parallel([lambda receipt=receipt: apply_unlocked(receipt) for receipt in receipts])
        assert world.item_of(invoice).balance == Decimal("-2000.00")


def test_one_notice_three_times_is_one_receipt(customer: Any, in_parallel: Parallel) -> None:
    """API-03, beneath the API."""
    details = ReceiptDetails(customer.pk, DAY, Decimal("50.00"), external_id="pay_1")
    first = record_receipt(customer.company, details, by=None)
    results = in_parallel([lambda: record_receipt(customer.company, details, by=None)] * 2)
    other = record_receipt(
        customer.company, ReceiptDetails(customer.pk, DAY, Decimal("50.00"), external_id="pay_2"), by=None
    )

    assert {first.pk, *(receipt.pk for receipt in results)} == {first.pk}
    assert other.pk != first.pk
    assert world.owes(customer, DAY) == Decimal("-100.00")


def test_one_new_notice_twice_at_once_is_one_receipt(customer: Any, in_parallel: Parallel) -> None:
    details = ReceiptDetails(customer.pk, DAY, Decimal("50.00"), external_id="pay_1")
    results = in_parallel([lambda: record_receipt(customer.company, details, by=None)] * 2)

    assert len({receipt.pk for receipt in results}) == 1
    assert world.owes(customer, DAY) == Decimal("-50.00")


def test_a_credit_is_refunded_once_when_two_ask_at_once(customer: Any, in_parallel: Parallel) -> None:
    receipt = world.receive(customer, "40.00", DAY)
    details = RefundDetails(world.item_of(receipt).pk, Decimal("40.00"), DAY, "asked for")

    results = in_parallel([lambda: refund_credit(customer, details, by=None)] * 2)

    assert sorted(type(result).__name__ for result in results) == ["Refund", "Refused"]
    assert world.owes(customer, DAY) == 0


def test_payments_over_the_same_invoices_in_opposite_orders_do_not_deadlock(
    customer: Any, in_parallel: Parallel
) -> None:
    invoices = [world.issue(customer, "100.00", DAY) for _ in range(4)]

    def pay(order: int) -> None:
        receipt = world.receive(customer, "40.00", DAY)
        for invoice in invoices[::order]:
            world.apply(receipt, invoice, "10.00", DAY)

    results = in_parallel([lambda n=n: pay(1 if n % 2 else -1) for n in range(8)])

    assert results == [None] * 8
    assert sum(world.open_of(invoice) for invoice in invoices) == Decimal("80.00")


def test_an_allocation_undone_by_two_at_once_comes_back_once(customer: Any, in_parallel: Parallel) -> None:
    invoice, receipt = world.issue(customer, "100.00", DAY), world.receive(customer, "100.00", DAY)
    done = world.apply(receipt, invoice, "60.00", DAY)

    undo = [lambda: undo_allocation(done.pk, dated_on=DAY, by=None, reason="wrong one")]
    results = in_parallel(undo * 2)

    assert sorted(type(result).__name__ for result in results) == ["Allocation", "Refused"]
    assert (world.open_of(invoice), world.open_of(receipt)) == (100, 100)
    assert check_book() == []


def test_a_receipt_reversed_while_it_is_applied_settles_nothing(customer: Any, in_parallel: Parallel) -> None:
    for _ in range(5):
        invoice, receipt = world.issue(customer, "100.00", DAY), world.receive(customer, "100.00", DAY)
        results = in_parallel(
            [
                lambda receipt=receipt: reverse_receipt(receipt.pk, dated_on=DAY, by=None, reason="bounced"),
                lambda receipt=receipt, invoice=invoice: world.apply(receipt, invoice, "100.00", DAY),
            ]
        )

        assert isinstance(results[0], Receipt)
        assert isinstance(results[1], Allocation | Refused)
        assert (world.open_of(invoice), world.open_of(receipt)) == (100, 0)
    assert check_book() == []


def test_an_old_credit_applied_while_a_payment_comes_in_does_not_deadlock(customer: Any, in_parallel: Parallel) -> None:
    """The credit is older than the invoice: who applies it locks it first, and then waits for the invoice."""
    details = ReceiptDetails(customer.pk, DAY, Decimal("30.00"))
    for _ in range(8):
        credit, invoice = world.receive(customer, "30.00", DAY), world.issue(customer, "60.00", DAY)
        results = in_parallel(
            [
                lambda credit=credit, invoice=invoice: world.apply(credit, invoice, "30.00", DAY),
                lambda: receive_payment(customer, details, Plan(oldest_first=True), by=None),
            ]
        )

        assert [type(result).__name__ for result in results] == ["Allocation", "Receipt"]
        assert world.open_of(invoice) == 0
