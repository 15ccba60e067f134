"""A payment that falls short: each rest gets its word, in one save that does all or nothing, and is undone as one."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse

from billing.disputes import disputed_now
from billing.models import Dispute, Invoice, ReasonCode
from billing.queries import account_of, with_state
from customers.operations.manage_terms import PartDetails, TermsDetails, add_terms
from ledger.models import AccountRole, Allocation
from office.operations.set_approval_rules import set_approval_rules
from payments.models import Receipt, Refund, Rest, Settlement, WriteOff
from payments.operations.apply_credits import undo_allocation
from payments.operations.reverse_receipt import reverse_receipt
from payments.operations.set_payment_policy import set_payment_policy
from payments.operations.settle_items import SettlementDetails, Settling, settle_items
from payments.operations.undo_settlement import undo_settlement
from payments.short_payments import filled, named_items
from reports.book_check import check_book
from tests import world
from tests.api.calling import Program, refused
from tests.payments.test_write_off import book, refusal

DAY, LATER = date(2026, 3, 2), date(2026, 3, 5)
pytestmark = pytest.mark.django_db
Parallel = Callable[[list[Callable[[], Any]]], list[Any]]


def settle(receipt: Receipt, *parts: tuple, by: Any = None, refund: str = "") -> Settlement:
    """Apply a receipt: each part is an invoice, an amount, and perhaps the word for the rest and its reason."""
    items = [Settling(world.item_of(paper).pk, Decimal(amount), *more) for paper, amount, *more in parts]
    details = SettlementDetails(world.item_of(receipt).pk, items, LATER, refund)
    return settle_items(receipt.customer, details, by=by)


@pytest.fixture
def early(company: Any) -> Any:
    """2 % off when paid within 10 days."""
    return add_terms(company, TermsDetails("2/10", [PartDetails(net_days=30)], Decimal(2), 10), by=None)


@pytest.fixture
def discounted(company: Any, customer: Any, early: Any) -> Invoice:
    """119.00, of which 19.00 is tax, with a discount of 2.38."""
    lines = [world.line("100.00", tax=world.make_tax(company, "19"))]
    return world.issue(customer, lines, DAY, terms_id=early.pk)


def test_an_earned_discount_is_credited_with_its_tax(customer: Any, discounted: Invoice, manager: Any) -> None:
    receipt = world.receive(customer, "116.62", LATER)
    done = settle(receipt, (discounted, "116.62", Rest.DISCOUNT), by=manager)

    memo = done.items.get().credit_memo
    assert (memo.total, memo.tax, memo.reason) == (
        Decimal("2.38"),
        Decimal("0.38"),
        "Early-payment discount: paid by 2026-03-12",
    )
    assert (world.open_of(discounted), world.open_of(receipt), book(AccountRole.TAX)) == (0, 0, Decimal("-18.62"))
    assert check_book() == []


def test_a_cheque_that_bounces_takes_the_discount_with_it(customer: Any, discounted: Invoice) -> None:
    receipt = world.receive(customer, "116.62", LATER, method="cheque")
    settle(receipt, (discounted, "116.62", Rest.DISCOUNT))
    reverse_receipt(receipt.pk, dated_on=LATER, by=None, reason="No cover")
    assert (world.open_of(discounted), book(AccountRole.TAX)) == (Decimal(119), -19)
    assert check_book() == []


def test_a_discount_that_was_not_earned_is_refused_and_nothing_is_kept(customer: Any, discounted: Invoice) -> None:
    short = world.receive(customer, "110.00", LATER)
    late = world.receive(customer, "116.62", date(2026, 4, 20))

    assert refusal(lambda: settle(short, (discounted, "110.00", Rest.DISCOUNT))) == "discount_not_earned"
    details = SettlementDetails(
        world.item_of(late).pk,
        [Settling(world.item_of(discounted).pk, Decimal("116.62"), Rest.DISCOUNT)],
        date(2026, 4, 20),
    )
    assert refusal(lambda: settle_items(customer, details, by=None)) == "discount_not_earned"
    assert (Allocation.objects.count(), Settlement.objects.count()) == (0, 0)
    assert world.open_of(discounted) == Decimal("119.00")


def test_a_discount_taken_too_late_can_be_allowed_all_the_same(customer: Any, discounted: Invoice) -> None:
    receipt = world.receive(customer, "110.00", LATER)
    done = settle(receipt, (discounted, "110.00", Rest.LATE_DISCOUNT))
    assert (done.items.get().credit_memo.total, account_of(discounted)["due"]) == (9, 0)


def test_a_bank_fee_goes_to_bank_charges(customer: Any, clerk: Any) -> None:
    invoice, receipt = world.issue(customer, "100.00", DAY), world.receive(customer, "92.50", LATER)
    done = settle(receipt, (invoice, "92.50", Rest.BANK_FEE), by=clerk)

    row = done.items.get().write_off
    assert (row.kind, row.amount, row.taxes.count()) == ("bank_fee", Decimal("7.50"), 0)
    assert with_state(Invoice.objects.all(), LATER).get().state == "paid"
    assert (book(AccountRole.BANK_CHARGES), book(AccountRole.BAD_DEBT), world.open_of(invoice)) == (
        Decimal("7.50"),
        0,
        0,
    )
    assert check_book() == []


@pytest.mark.parametrize(("paid", "is_allowed"), [("99.50", True), ("99.49", False), ("97.00", False)])
def test_a_small_difference_passes_within_amount_and_percent(
    company: Any, customer: Any, paid: str, is_allowed: bool
) -> None:
    set_payment_policy(company, {"tolerance_amount": Decimal(2), "tolerance_percent": Decimal("0.5")}, by=None)
    invoice, receipt = world.issue(customer, "100.00", DAY), world.receive(customer, paid, LATER)
    if is_allowed:
        settle(receipt, (invoice, paid, Rest.TOLERANCE))
        assert (world.open_of(invoice), book(AccountRole.ROUNDING)) == (0, Decimal("0.50"))
    else:
        assert refusal(lambda: settle(receipt, (invoice, paid, Rest.TOLERANCE))) == "above_tolerance"
        assert world.open_of(receipt) == Decimal(paid)


def test_without_a_policy_no_difference_passes(customer: Any) -> None:
    invoice, receipt = world.issue(customer, "100.00", DAY), world.receive(customer, "99.99", LATER)
    assert refusal(lambda: settle(receipt, (invoice, "99.99", Rest.TOLERANCE))) == "above_tolerance"


def test_a_foreign_difference_is_measured_in_the_companys_currency(company: Any, customer: Any) -> None:
    set_payment_policy(company, {"tolerance_amount": Decimal(1), "tolerance_percent": Decimal(100)}, by=None)
    invoice = world.issue(customer, "100.00", DAY, currency="USD", exchange_rate=Decimal("0.5"))
    money = {"currency": "USD", "exchange_rate": Decimal("0.5")}
    settle(world.receive(customer, "98.00", LATER, **money), (invoice, "98.00", Rest.TOLERANCE))
    assert world.open_of(invoice) == 0
    assert check_book() == []


def test_a_dispute_keeps_the_rest_open_and_is_noted_by_its_code(company: Any, customer: Any) -> None:
    code = ReasonCode.objects.get(company=company, code="price_disputed")
    invoice, receipt = world.issue(customer, "100.00", DAY), world.receive(customer, "80.00", LATER)
    settle(receipt, (invoice, "80.00", Rest.DISPUTE, code.pk))

    dispute, item = Dispute.objects.get(), world.item_of(invoice)
    assert (dispute.amount, dispute.reason_code, dispute.invoice) == (20, code, invoice)
    assert dispute.source == "short_payment"
    assert disputed_now([item.pk]) == {item.pk: 20}
    assert world.open_of(invoice) == 20
    other = ReasonCode.objects.get(company=company, code="insolvent")
    more = world.receive(customer, "5.00", LATER)
    for wrong, why in ((other.pk, "unknown_reason"), (None, "reason_missing")):
        assert refusal(lambda wrong=wrong: settle(more, (invoice, "5.00", Rest.DISPUTE, wrong))) == why
    settle(more, (invoice, "5.00", Rest.DISPUTE, code.pk))
    assert (Dispute.objects.get(), disputed_now([item.pk])) == (dispute, {item.pk: 15})
    first, second = Settlement.objects.order_by("pk")
    undo_settlement(second.pk, on=LATER, by=None, reason="Twice")
    assert disputed_now([item.pk]) == {item.pk: 20}
    undo_settlement(first.pk, on=LATER, by=None, reason="Twice")
    dispute.refresh_from_db()
    assert (disputed_now([item.pk]), dispute.outcome, world.open_of(invoice)) == ({}, "withdrawn", 100)
    assert check_book() == []


def test_what_is_left_stays_on_account_or_is_paid_back(customer: Any, manager: Any, clerk: Any) -> None:
    invoice, receipt = world.issue(customer, "100.00", DAY), world.receive(customer, "130.00", LATER)
    assert refusal(lambda: settle(receipt, (invoice, "100.00"), by=clerk, refund="Paid too much")) == "may_not"
    done = settle(receipt, (invoice, "100.00"), by=manager, refund="Paid too much")
    assert (done.refund, done.refund.amount, world.open_of(receipt)) == (Refund.objects.get(), 30, 0)
    exact = world.receive(customer, "10.00", LATER)
    other = world.issue(customer, "10.00", DAY)
    assert refusal(lambda: settle(exact, (other, "10.00"), refund="x")) == "nothing_left"


def test_one_refusal_leaves_nothing_of_the_whole_save(customer: Any) -> None:
    good, bad, receipt = (
        world.issue(customer, "50.00", DAY),
        world.issue(customer, "50.00", DAY),
        world.receive(customer, "90.00", LATER),
    )
    assert (
        refusal(lambda: settle(receipt, (good, "45.00", Rest.BANK_FEE), (bad, "45.00", Rest.TOLERANCE)))
        == "above_tolerance"
    )
    assert (world.open_of(good), world.open_of(receipt), WriteOff.objects.count()) == (50, 90, 0)


def test_more_than_there_is_nothing_and_a_word_without_a_rest_are_refused(company: Any, customer: Any) -> None:
    invoice, receipt = world.issue(customer, "50.00", DAY), world.receive(customer, "50.00", LATER)
    foreign = world.issue(world.make_customer(company, "Castell AG"), "5.00", DAY)
    assert refusal(lambda: settle(receipt, (invoice, "50.01"))) == "more_than_open"
    assert refusal(lambda: settle(receipt, (invoice, "0"))) == "nothing_chosen"
    assert refusal(lambda: settle(receipt, (invoice, "50.00", Rest.BANK_FEE))) == "nothing_left"
    assert refusal(lambda: settle(receipt, (foreign, "1.00"))) == "another_customer"
    assert refusal(lambda: settle(receipt, (invoice, "1.00"), (invoice, "1.00"))) == "item_named_twice"
    assert refusal(lambda: settle(receipt, (receipt, "1.00"))) == "another_customer"


def test_who_may_not_write_off_or_credit_may_not_do_it_here(company: Any, customer: Any, discounted: Invoice) -> None:
    user = world.make_user(company, "collector")
    receipt = world.receive(customer, "116.62", LATER)
    for rest in (Rest.DISCOUNT, Rest.LATE_DISCOUNT, Rest.BANK_FEE):
        assert refusal(lambda rest=rest: settle(receipt, (discounted, "116.62", rest), by=user)) == "may_not"


def test_what_needs_another_persons_word_is_refused_here_whole(company: Any, customer: Any, clerk: Any) -> None:
    set_approval_rules(company, {"write_off": (Decimal(5), "manager")}, by=None)
    invoice, receipt = world.issue(customer, "50.00", DAY), world.receive(customer, "40.00", LATER)
    assert refusal(lambda: settle(receipt, (invoice, "40.00", Rest.BANK_FEE), by=clerk)) == "approval_needed"
    assert world.open_of(invoice) == 50


# Undoing


def five(customer: Any, discounted: Invoice) -> tuple[Receipt, list[Invoice]]:
    """A receipt of 406.12 for five invoices, one with its discount, one short by a bank fee of 10.50."""
    others = [world.issue(customer, "75.00", DAY) for _ in range(4)]
    return world.receive(customer, "406.12", LATER), [discounted, *others]


def test_one_receipt_over_five_invoices_with_a_discount_and_a_fee_and_all_of_it_undone(
    customer: Any, discounted: Invoice, manager: Any
) -> None:
    receipt, papers = five(customer, discounted)
    shares = [("116.62", Rest.DISCOUNT), ("64.50", Rest.BANK_FEE), ("75.00",), ("75.00",), ("75.00",)]
    done = settle(receipt, *((paper, *share) for paper, share in zip(papers, shares, strict=True)), by=manager)
    assert [world.open_of(paper) for paper in (*papers, receipt)] == [0, 0, 0, 0, 0, 0]

    undo_settlement(done.pk, on=LATER, by=manager, reason="Wrong customer")
    assert [world.open_of(paper) for paper in papers] == [119, 75, 75, 75, 75]
    assert (world.open_of(receipt), book(AccountRole.BANK_CHARGES), book(AccountRole.TAX)) == (
        Decimal("406.12"),
        0,
        -19,
    )
    assert refusal(lambda: undo_settlement(done.pk, on=LATER, by=manager, reason="Again")) == "already_undone"
    assert check_book() == []


def test_what_was_undone_by_itself_meanwhile_is_passed_over(customer: Any) -> None:
    first, second, receipt = (
        *(world.issue(customer, "10.00", DAY) for _ in range(2)),
        world.receive(customer, "20.00", LATER),
    )
    done = settle(receipt, (first, "10.00"), (second, "10.00"))
    undo_allocation(done.items.first().allocation_id, dated_on=LATER, by=None, reason="x")
    undo_settlement(done.pk, on=LATER, by=None, reason="x")
    assert (world.open_of(first), world.open_of(second), world.open_of(receipt)) == (10, 10, 20)


def test_undoing_needs_a_reason_and_no_refund(customer: Any) -> None:
    invoice, receipt = world.issue(customer, "10.00", DAY), world.receive(customer, "20.00", LATER)
    done = settle(receipt, (invoice, "10.00"), refund="Too much")
    assert refusal(lambda: undo_settlement(done.pk, on=LATER, by=None, reason=" ")) == "reason_missing"
    assert refusal(lambda: undo_settlement(done.pk, on=LATER, by=None, reason="x")) == "refunded"


@pytest.mark.django_db(transaction=True)
def test_two_people_apply_one_receipt_and_one_of_them_is_told(customer: Any, in_parallel: Parallel) -> None:
    first, second = (world.issue(customer, "10.00", DAY) for _ in range(2))
    receipt = world.receive(customer, "10.00", LATER)
    results = in_parallel([lambda: settle(receipt, (first, "10.00")), lambda: settle(receipt, (second, "10.00"))])

    assert sorted(type(result).__name__ for result in results) == ["Refused", "Settlement"]
    assert (world.open_of(receipt), world.open_of(first) + world.open_of(second)) == (0, 10)
    assert check_book() == []


@pytest.mark.django_db(transaction=True)
def test_undone_by_two_at_once_it_comes_back_once(customer: Any, in_parallel: Parallel) -> None:
    invoice, receipt = world.issue(customer, "10.00", DAY), world.receive(customer, "8.00", LATER)
    done = settle(receipt, (invoice, "8.00", Rest.BANK_FEE))
    results = in_parallel([lambda: undo_settlement(done.pk, on=LATER, by=None, reason="x")] * 2)
    assert sorted(type(result).__name__ for result in results) == ["Refused", "Settlement"]
    assert (world.open_of(invoice), world.open_of(receipt)) == (10, 8)


@pytest.mark.parametrize(
    ("sql", "constraint"),
    [
        ("UPDATE payments_settlement SET settled_on = settled_on - 1", "settlement_frozen"),
        ("DELETE FROM payments_settlement", "settlement_frozen"),
        ("UPDATE payments_settlement SET undone_on = now()", "settlement_undone_with_a_reason"),
    ],
)
def test_not_even_by_sql_is_it_changed(customer: Any, sql: str, constraint: str) -> None:
    settle(world.receive(customer, "10.00", LATER), (world.issue(customer, "10.00", DAY), "10.00"))
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        connection.cursor().execute(sql)
    assert error.value.__cause__.diag.constraint_name == constraint


# Filling the boxes


def test_a_row_takes_what_is_open_or_what_is_left_and_gives_it_back(customer: Any) -> None:
    small, large = (
        world.item_of(world.issue(customer, "30.00", DAY)),
        world.item_of(world.issue(customer, "90.00", DAY)),
    )
    credit = world.item_of(world.receive(customer, "100.00", LATER))
    items = [small, large]

    first = filled(str(small.pk), credit, items, {})
    second = filled(str(large.pk), credit, items, first)
    assert (first[small.pk], second[large.pk]) == (30, 70)
    assert filled(str(small.pk), credit, items, second) == {small.pk: 0, large.pk: 70}
    assert filled("oldest", credit, items, {large.pk: Decimal(5)}) == {small.pk: 30, large.pk: 70}


def test_what_it_names_is_found_as_whole_words_only(customer: Any) -> None:
    papers = [world.issue(customer, "30.00", DAY) for _ in range(3)]
    items = [world.item_of(paper) for paper in papers]
    text = f"for {papers[1].number.lower()}, and X{papers[0].number}9"
    credit = world.item_of(world.receive(customer, "25.00", LATER, reference=text))
    assert named_items(credit, items) == [items[1]]
    assert filled("references", credit, items, {items[0].pk: Decimal(5)})[items[1].pk] == 25


# Doors


def test_on_screen_a_rest_is_coded_shown_and_undone(company: Any, customer: Any, manager: Any) -> None:
    browser = Client()
    browser.force_login(manager)
    invoice, receipt = world.issue(customer, "100.00", DAY), world.receive(customer, "90.00", LATER)
    item, credit, code = world.item_of(invoice), world.item_of(receipt), ReasonCode.objects.get(code="quality_disputed")
    typed = {"credit": credit.pk, "on": "2026-03-05", f"item_{item.pk}": "90", f"rest_{item.pk}": f"dispute:{code.pk}"}
    piece = browser.post(reverse("payments:allocation_totals", args=[customer.pk]), typed).content.decode()
    assert "€0.00" in piece
    assert "€10.00 short" in piece
    page = browser.post(reverse("payments:allocate", args=[customer.pk]), typed, follow=True).content.decode()
    assert "Goods or work faulty" in page
    world.receive(customer, "1.00", LATER)
    assert "Disputed" in browser.get(reverse("payments:allocate", args=[customer.pk])).content.decode()
    browser.post(reverse("payments:withdraw_disputes", args=[item.pk]))
    assert disputed_now([item.pk]) == {}
    browser.post(reverse("payments:undo_settlement", args=[Settlement.objects.get().pk]), {"reason": "No"})
    assert world.open_of(invoice) == 100


def test_without_script_a_button_fills_the_boxes_and_applies_nothing(customer: Any, clerk: Any) -> None:
    browser = Client()
    browser.force_login(clerk)
    invoice, receipt = world.issue(customer, "100.00", DAY), world.receive(customer, "90.00", LATER)
    typed = {"credit": world.item_of(receipt).pk, "on": "2026-03-05", "fill": "oldest"}
    page = browser.post(reverse("payments:allocate", args=[customer.pk]), typed).content.decode()
    assert f'name="item_{world.item_of(invoice).pk}" id="id_item_{world.item_of(invoice).pk}" value="90"' in page
    assert world.open_of(receipt) == 90


def test_a_program_does_the_same_and_undoes_it(customer: Any, manager: Any) -> None:
    program = Program(manager)
    invoice, receipt = world.issue(customer, "100.00", DAY), world.receive(customer, "90.00", LATER)
    item, credit = world.item_of(invoice).pk, world.item_of(receipt).pk
    body = {"customer": customer.pk, "credit": credit, "items": [{"item": item, "amount": "90.00", "rest": "bank_fee"}]}
    answer = program.post("settlements/", body | {"on": "2026-03-05"})
    [row] = answer.json()["items"]
    assert (answer.status_code, row["applied"], row["rest_amount"], row["rest"]) == (201, "90.00", "10.00", "bank_fee")
    undone = program.post(f"settlements/{answer.json()['id']}/undo/", {"reason": "No"}).json()
    assert (undone["undo_reason"], world.open_of(invoice)) == ("No", 100)
    assert refused(program.post("settlements/", body | {"items": [{"item": item, "amount": "0"}]})) == (
        409,
        "nothing_chosen",
    )
    assert program.post(f"open-items/{item}/not-disputed/").json() == {"withdrawn": 0}
