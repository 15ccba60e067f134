"""Failures of other products in applying money, and what is right (ALL)."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from billing.models import Invoice
from billing.operations.credit_invoice import credit_invoice
from billing.queries import with_state
from ledger.allocating import Pair
from ledger.balances import open_items_on
from ledger.calendar import bucket, days_late
from ledger.models import Allocation, Line, OpenItem
from ledger.refusals import Refused
from payments.operations.apply_credits import apply_credits, apply_oldest_first, undo_allocation
from payments.operations.refund_credit import RefundDetails, refund_credit
from payments.operations.reverse_receipt import reverse_receipt
from tests import world

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 2)


def state(invoice: Invoice, on: date = DAY) -> str:
    return with_state(Invoice.objects.filter(pk=invoice.pk), on).get().state


def test_all_01_a_part_payment_does_not_mark_the_invoice_paid(customer: Any) -> None:
    invoice = world.issue(customer, "100.00", DAY)
    first, second = (world.receive(customer, "50.00", DAY) for _ in range(2))

    world.apply(first, invoice, "50.00", DAY)
    assert (world.open_of(invoice), world.open_of(first), state(invoice)) == (Decimal("50.00"), 0, "part_paid")

    world.apply(second, invoice, "50.00", DAY)
    assert (world.open_of(invoice), world.open_of(second), state(invoice)) == (0, 0, "paid")


@pytest.mark.parametrize("rest_is_applied", [True, False])
def test_all_02_one_payment_over_two_invoices_takes_neither_below_zero(customer: Any, rest_is_applied: bool) -> None:
    first, second = world.issue(customer, "50.00", DAY), world.issue(customer, "70.00", DAY)
    world.apply(world.receive(customer, "20.00", DAY), first, "20.00", DAY)
    payment = world.receive(customer, "100.00", DAY)
    with pytest.raises(Refused, match=r"70\.00 EUR open"):
        world.apply(payment, second, "100.00", DAY)

    world.apply(payment, second, "70.00", DAY)
    if rest_is_applied:
        apply_oldest_first(customer, dated_on=DAY, by=None)
    rest = Decimal("0.00") if rest_is_applied else Decimal("30.00")

    assert world.open_of(second) == 0
    assert (world.open_of(first), world.open_of(payment)) == (rest, rest)
    assert world.owes(customer, DAY) == 0


def test_all_03_an_old_overpayment_is_spent_on_a_new_invoice(customer: Any) -> None:
    payment = world.receive(customer, "5.95", date(2026, 1, 10))
    invoice = world.issue(customer, "57.10", DAY)

    done = world.apply(payment, invoice, "5.95", DAY)

    assert (world.open_of(invoice), world.open_of(payment)) == (Decimal("51.15"), 0)
    assert (done.dated_on, payment.received_on) == (DAY, date(2026, 1, 10))


def test_all_04_an_unapplied_credit_memo_can_be_used_again(customer: Any) -> None:
    invoice = world.issue(customer, "100.00", date(2026, 1, 5), net_days=10)
    memo = world.issue_credit_memo(customer, "100.00", date(2026, 1, 6))
    done = world.apply(memo, invoice, "100.00", date(2026, 1, 7))
    assert (world.open_of(invoice), world.open_of(memo), world.owes(customer, DAY)) == (0, 0, 0)

    undo_allocation(done.pk, dated_on=date(2026, 2, 1), by=None, reason="wrong invoice")
    assert (world.open_of(invoice), world.open_of(memo)) == (100, 100)
    assert state(invoice) == "overdue"
    assert world.item_of(invoice).due_on == date(2026, 1, 15)
    assert world.owes(customer, DAY) == 0

    world.apply(memo, invoice, "100.00", date(2026, 2, 2))
    assert (world.open_of(invoice), world.open_of(memo), world.owes(customer, DAY)) == (0, 0, 0)


def test_an_allocation_is_undone_once_and_only_with_a_reason(customer: Any) -> None:
    done = world.apply(world.receive(customer, "40", DAY), world.issue(customer, "100", DAY), "40", DAY)
    with pytest.raises(Refused) as refusal:
        undo_allocation(done.pk, dated_on=DAY, by=None, reason=" ")
    assert refusal.value.code == "reason_missing"

    undo_allocation(done.pk, dated_on=DAY, by=None, reason="mistake")
    with pytest.raises(Refused) as refusal:
        undo_allocation(done.pk, dated_on=DAY, by=None, reason="mistake")
    assert refusal.value.code == "already_undone"
    assert Allocation.objects.count() == 2


def test_an_allocation_is_not_dated_before_an_earlier_one_was_undone(customer: Any) -> None:
    """Else the item would, for the days between, have been settled twice."""
    invoice, receipt = world.issue(customer, "100", DAY), world.receive(customer, "100", DAY)
    done = world.apply(receipt, invoice, "100", date(2026, 3, 4))
    undo_allocation(done.pk, dated_on=date(2026, 3, 20), by=None, reason="mistake")
    with pytest.raises(Refused) as refusal:
        world.apply(receipt, invoice, "100", date(2026, 3, 10))

    assert refusal.value.code == "before_an_undoing"
    assert world.open_of(invoice) == 100


def test_all_07_a_returned_cheque_opens_again_what_it_had_settled(customer: Any) -> None:
    a = world.issue(customer, "1000.00", date(2024, 3, 1), due_on=date(2024, 3, 31))
    b = world.issue(customer, "500.00", date(2024, 3, 31), due_on=date(2024, 4, 30))
    cheque = world.receive(customer, "1500.00", date(2024, 4, 5), method="cheque")
    apply_oldest_first(customer, dated_on=date(2024, 4, 5), by=None)

    reverse_receipt(cheque.pk, dated_on=date(2024, 4, 12), by=None, reason="Returned unpaid", fee=Decimal("25.00"))

    assert open_on(customer, date(2024, 4, 8)) == {}
    on_15 = open_on(customer, date(2024, 4, 15))
    fee = f"Fee {cheque.number}"
    assert on_15 == {a.number: (Decimal(1000), "1-30"), b.number: (Decimal(500), "Current"), fee: (Decimal(25), "1-30")}
    assert days_late(world.item_of(a).due_on, date(2024, 4, 15)) == 15
    assert world.owes(customer, date(2024, 4, 15)) == Decimal("1525.00")
    moved = OpenItem.objects.filter(reference=cheque.number).order_by("dated_on").values_list("dated_on", "amount")
    assert list(moved) == [(date(2024, 4, 5), Decimal(-1500)), (date(2024, 4, 12), Decimal(1500))]


def open_on(customer: Any, on: date) -> dict[str, tuple[Decimal, str]]:
    items = open_items_on(customer.company_id, on, customer_id=customer.pk)
    return {item.reference: (item.open, bucket(days_late(item.due_on, on)).name) for item in items}


def test_a_receipt_is_reversed_once(customer: Any) -> None:
    receipt = world.receive(customer, "10", DAY)
    reverse_receipt(receipt.pk, dated_on=DAY, by=None, reason="mistake")
    with pytest.raises(Refused) as refusal:
        reverse_receipt(receipt.pk, dated_on=DAY, by=None, reason="mistake")

    assert refusal.value.code == "invalid_move"
    assert world.owes(customer, DAY) == 0


def test_the_allocation_of_a_reversal_stands(customer: Any) -> None:
    """Undoing it would make a returned payment free again."""
    receipt = world.receive(customer, "10", DAY)
    reverse_receipt(receipt.pk, dated_on=DAY, by=None, reason="returned")
    with pytest.raises(Refused) as refusal:
        undo_allocation(Allocation.objects.get().pk, dated_on=DAY, by=None, reason="mistake")

    assert refusal.value.code == "reversal_stands"
    assert world.open_of(receipt) == 0


def test_all_08_no_more_is_refunded_than_was_paid(customer: Any) -> None:
    invoice = world.issue(customer, "100.00", DAY)
    world.apply(world.receive(customer, "40.00", DAY), invoice, "40.00", DAY)
    memo = credit_invoice(invoice.pk, None, reason="cancelled", by=None, on=DAY)
    assert (world.open_of(invoice), world.open_of(memo)) == (0, Decimal("40.00"))

    credit_id = world.item_of(memo).pk
    with pytest.raises(Refused, match="Only 40.00 EUR"):
        refund_credit(customer, RefundDetails(credit_id, Decimal("40.01"), DAY, "asked for"), by=None)
    refund_credit(customer, RefundDetails(credit_id, Decimal("40.00"), DAY, "asked for"), by=None)
    assert world.owes(customer, DAY) == 0
    with pytest.raises(Refused) as refusal:
        refund_credit(customer, RefundDetails(credit_id, Decimal("40.00"), DAY, "asked for"), by=None)
    assert refusal.value.code == "more_than_open"


def test_all_09_credits_from_several_sources_are_used_oldest_first_and_none_below_zero(customer: Any) -> None:
    older = world.receive(customer, "30.00", date(2026, 1, 1))
    newer = world.receive(customer, "45.00", date(2026, 2, 1))
    invoice = world.issue(customer, "60.00", DAY)

    apply_oldest_first(customer, dated_on=DAY, by=None)

    assert (world.open_of(older), world.open_of(newer), world.open_of(invoice)) == (0, Decimal("15.00"), 0)
    taken = (
        Allocation.objects.filter(debit=world.item_of(invoice))
        .order_by("id")
        .values_list("credit__reference", "amount")
    )
    assert list(taken) == [(older.number, Decimal(30)), (newer.number, Decimal(30))]


def test_an_amount_of_nothing_or_less_is_refused(customer: Any) -> None:
    invoice, receipt = world.issue(customer, "100", DAY), world.receive(customer, "100", DAY)
    for amount in ("0", "-5"):
        with pytest.raises(Refused) as refusal:
            world.apply(receipt, invoice, amount, DAY)
        assert refusal.value.code == "amount_not_positive"


def test_another_customers_item_is_refused(company: Any, customer: Any) -> None:
    other = world.make_customer(company, "Castell AG")
    pair = Pair(
        world.item_of(world.issue(other, "100", DAY)).pk,
        world.item_of(world.receive(customer, "9", DAY)).pk,
        Decimal(9),
    )
    with pytest.raises(Refused) as refusal:
        apply_credits(customer, [pair], dated_on=DAY, by=None)

    assert refusal.value.code == "another_customer"


def test_all_05_the_exchange_difference_of_an_advance_is_a_loss_and_no_payment() -> None:
    company = world.make_company("CNY")
    customer = world.make_customer(company, currency="USD")
    advance = world.receive(customer, "100.00", DAY, exchange_rate=Decimal(6))
    invoice = world.issue(customer, "200.00", DAY, exchange_rate=Decimal(8))

    world.apply(advance, invoice, "100.00", DAY)

    assert world.open_of(invoice) == Decimal("100.00")
    assert exchange_result(company) == Decimal("200.00")


def test_all_06_an_exchange_gain_is_the_same_whichever_way_the_payment_is_entered() -> None:
    company = world.make_company("USD")
    customer = world.make_customer(company, currency="EUR")
    invoice = world.issue(customer, "1000.00", date(2016, 1, 1), exchange_rate=Decimal("1.50"))
    receipt = world.receive(customer, "800.00", date(2016, 2, 2), exchange_rate=Decimal("2.00"))

    world.apply(receipt, invoice, "800.00", date(2016, 2, 2))

    assert world.open_of(invoice) == Decimal("200.00")
    assert exchange_result(company) == Decimal("-400.00")


def exchange_result(company: Any) -> Decimal:
    return sum(
        Line.objects.filter(account__company_id=company.pk, account__role="exchange").values_list(
            "company_amount", flat=True
        )
    )


def test_an_allocation_is_not_undone_in_the_future(customer: Any) -> None:
    invoice, receipt = world.issue(customer, "100.00", DAY), world.receive(customer, "100.00", DAY)
    done = world.apply(receipt, invoice, "100.00", DAY)
    with pytest.raises(Refused) as refusal:
        undo_allocation(done.pk, dated_on=date(9999, 12, 31), by=None, reason="wrong one")

    assert refusal.value.code == "date_in_future"
    assert world.open_of(invoice) == 0


@pytest.mark.parametrize(("reason", "code"), [(" ", "reason_missing"), ("x" * 301, "reason_too_long")])
def test_a_reason_is_there_and_fits(customer: Any, reason: str, code: str) -> None:
    invoice, receipt = world.issue(customer, "100.00", DAY), world.receive(customer, "100.00", DAY)
    done = world.apply(receipt, invoice, "100.00", DAY)
    with pytest.raises(Refused) as refusal:
        undo_allocation(done.pk, dated_on=DAY, by=None, reason=reason)

    assert refusal.value.code == code
