"""Taking a receipt back by the bank line that sent it back."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from ledger.models import Line, OpenItem
from ledger.refusals import Refused
from office.models import BankAccount
from payments.booked_banks import book_account_of
from payments.models import BankLine, Receipt
from payments.operations.match_bank_line import match_bank_line
from payments.operations.receive_payment import Plan
from payments.operations.set_bank_accounts import BankDetails, set_bank_accounts
from payments.operations.take_bank_file import take_bank_file
from payments.operations.take_return import take_return
from payments.reconciling import reconciliation_of
from payments.returns import returns_of
from reports.book_check import check_book
from tests import world
from tests.api.calling import Program, refused
from tests.payments.bank_samples import MT940, OURS, camt, detail, entry, statement

pytestmark = pytest.mark.django_db
DAY, BEFORE = date(2026, 3, 2), date(2026, 2, 1)


@pytest.fixture
def bank(company: Any) -> BankAccount:
    [account] = set_bank_accounts(company.pk, [BankDetails("Main", "Alder Ltd", OURS)], by=None)
    return account


def lines_of(bank: BankAccount, *entries: tuple[str, str, str]) -> list[BankLine]:
    """The lines of a statement: of each its amount, the words, and the end-to-end id."""
    sizes = [(amount.lstrip("-"), "DBIT" if amount[0] == "-" else "CRDT", text, own) for amount, text, own in entries]
    said = [entry(size, detail(size, text, end_to_end=own), sign=way) for size, way, text, own in sizes]
    closing = sum((Decimal(amount) for amount, _, _ in entries), Decimal(0))
    take_bank_file(bank.company, "m.xml", camt(statement(*said, opening="0.00", closing=f"{closing:.2f}")), by=None)
    return list(BankLine.objects.order_by("pk"))


def refusal_of(act: Callable[[], Any]) -> str:
    with pytest.raises(Refused) as refusal:
        act()
    return refusal.value.code


def test_a_returned_payment_is_found_by_its_id_and_opens_what_it_had_settled(bank: Any, customer: Any) -> None:
    invoice = world.issue(customer, "100.00", BEFORE)
    paid, back = lines_of(bank, ("100.00", invoice.number, "E2E-7"), ("-103.50", "Return", "E2E-7"))
    receipt = match_bank_line(paid.pk, customer, Decimal(100), Plan(oldest_first=True), by=None)
    [found] = returns_of(back)
    assert (found.receipt, found.fee) == (receipt, Decimal("3.50"))
    assert found.reasons[0] == "has the payment's own id"
    assert found.reasons[-1] == "is what came in and €3.50 more"

    returned = take_return(back.pk, receipt.pk, by=None, charge=Decimal(5))
    assert (returned.status, returned.reversed_on, returned.was_mistaken) == ("reversed", DAY, False)
    owed = OpenItem.objects.filter(customer_id=customer.pk, balance__gt=0).order_by("pk")
    assert [(item.kind, item.balance, item.due_on) for item in owed] == [
        ("invoice", 100, world.item_of(invoice).due_on),
        ("fee", 5, DAY),
    ]
    charges = Line.objects.filter(account__role="bank_charges")
    assert [line.amount for line in charges] == [Decimal("3.50")]
    sides = reconciliation_of(bank, DAY)
    assert sides
    assert (sides.difference, sides.bank_lines, sides.book_lines) == (0, [], [])
    assert returns_of(back) == []
    assert check_book() == []


def test_imp_04_a_reversal_in_mt940_is_offered_against_the_payment_that_it_reverses(bank: Any, customer: Any) -> None:
    take_bank_file(bank.company, "march.sta", MT940, by=None)
    paid, back, fee = BankLine.objects.order_by("pk")
    assert [line.amount for line in (paid, back, fee)] == [Decimal("204.88"), Decimal("-204.88"), -50]
    invoice = world.issue(customer, "204.88", BEFORE)
    receipt = match_bank_line(paid.pk, customer, paid.amount, Plan(oldest_first=True), by=None)

    assert [each.receipt for each in returns_of(back)] == [receipt]
    assert returns_of(fee) == []
    take_return(back.pk, receipt.pk, by=None)
    assert world.item_of(invoice).balance == Decimal("204.88")


def test_all_07_a_cheque_that_was_typed_by_hand_is_found_by_what_it_paid(bank: Any, customer: Any) -> None:
    first = world.issue(customer, "1000.00", BEFORE)
    second = world.issue(customer, "500.00", BEFORE)
    cheque = world.receive(customer, "1500.00", date(2026, 2, 20), method="cheque")
    world.apply(cheque, first, "1000.00", date(2026, 2, 20))
    world.apply(cheque, second, "500.00", date(2026, 2, 20))
    [back] = lines_of(bank, ("-1500.00", f"Unpaid cheque {first.number}", "NOTPROVIDED"))
    [found] = returns_of(back)
    assert found.receipt == cheque
    assert found.reasons[0] == f"{first.number} in its words"

    take_return(back.pk, cheque.pk, by=None, charge=Decimal(25))
    assert [world.item_of(each).balance for each in (first, second)] == [1000, 500]
    owed = OpenItem.objects.filter(customer_id=customer.pk, balance__gt=0)
    assert sum(item.balance for item in owed) == 1525


def test_what_cannot_be_taken_back_by_a_line_is_refused_and_nothing_changes(bank: Any, customer: Any) -> None:
    paid, small, back = lines_of(bank, ("100.00", "x", "A"), ("-99.00", "x", "A"), ("-100.00", "x", "A"))
    receipt = match_bank_line(paid.pk, customer, Decimal(100), Plan(), by=None)
    elsewhere = BankAccount.objects.create(
        company=bank.company, name="Other", holder="A", iban="DE89370400440532013000", currency="EUR"
    )
    other = world.receive(customer, "100.00", DAY, bank_account_id=book_account_of(elsewhere).pk)

    assert refusal_of(lambda: take_return(paid.pk, receipt.pk, by=None)) == "money_in"
    assert refusal_of(lambda: take_return(small.pk, receipt.pk, by=None)) == "more_than_left"
    assert refusal_of(lambda: take_return(back.pk, other.pk, by=None)) == "another_account"
    assert not Receipt.objects.filter(status="reversed").exists()
    take_return(back.pk, receipt.pk, by=None)
    assert refusal_of(lambda: take_return(back.pk, receipt.pk, by=None)) == "nothing_left"


def test_on_screen_the_first_proposal_is_one_key(bank: Any, company: Any, customer: Any, client: Any) -> None:
    client.force_login(world.make_user(company))
    paid, back = lines_of(bank, ("100.00", "x", "A"), ("-100.00", "y", "A"))
    receipt = match_bank_line(paid.pk, customer, Decimal(100), Plan(), by=None)
    page = client.get(f"/bank/lines/{back.pk}/").content.decode()
    assert "What it probably takes back" in page
    assert f"Take back {receipt}" in page

    typed = {"receipt": receipt.pk, "charge": "5"}
    page = client.post(f"/bank/lines/{back.pk}/return/", typed, follow=True).content.decode()
    assert f"{receipt} is taken back." in page
    assert "In the book" in page
    wrong = client.post(f"/bank/lines/{back.pk}/return/", {"receipt": "x"}, follow=True).content.decode()
    assert "Choose the receipt that came back" in wrong


def test_who_may_not_reverse_receipts_takes_none_back(bank: Any, company: Any, customer: Any, client: Any) -> None:
    client.force_login(world.make_user(company, "auditor"))
    paid, back = lines_of(bank, ("100.00", "x", "A"), ("-100.00", "y", "A"))
    receipt = match_bank_line(paid.pk, customer, Decimal(100), Plan(), by=None)
    assert client.post(f"/bank/lines/{back.pk}/return/", {"receipt": receipt.pk}).status_code == 403


def test_a_program_takes_one_back(bank: Any, company: Any, customer: Any) -> None:
    program = Program(world.make_user(company))
    paid, back = lines_of(bank, ("100.00", "x", "A"), ("-100.00", "y", "A"))
    receipt = match_bank_line(paid.pk, customer, Decimal(100), Plan(), by=None)
    answer = program.post(f"bank-lines/{back.pk}/return/", {"receipt": receipt.pk, "charge": "5.00"}).json()

    assert (answer["id"], answer["status"]) == (receipt.pk, "reversed")
    assert refused(program.post(f"bank-lines/{back.pk}/return/", {"receipt": receipt.pk})) == (409, "nothing_left")


def test_a_line_that_is_far_larger_is_another_payment(bank: Any, customer: Any) -> None:
    paid, back = lines_of(bank, ("10.00", "x", "A"), ("-5000.00", "y", "A"))
    receipt = match_bank_line(paid.pk, customer, Decimal(10), Plan(), by=None)
    assert returns_of(back) == []
    assert refusal_of(lambda: take_return(back.pk, receipt.pk, by=None)) == "another_payment"
