"""The bank against the book: both balances, what each has alone, tying, booking and closing months."""

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import psycopg2
import pytest

from ledger.accounts import default_accounts
from ledger.models import Account, AccountRole, Line
from ledger.refusals import Refused
from office.models import BankAccount, Company
from payments.booked_banks import book_account_of
from payments.matching.asking import waiting_lines
from payments.models import BankLine, BankTie, Receipt
from payments.operations.match_bank_line import match_bank_line
from payments.operations.receive_payment import Plan
from payments.operations.reconcile_bank import (
    book_bank_line,
    book_opening_balance,
    close_bank_month,
    reopen_bank_month,
    tie_bank_lines,
    untie_bank_line,
)
from payments.operations.reverse_receipt import reverse_receipt
from payments.operations.set_bank_accounts import BankDetails, set_bank_accounts
from payments.operations.take_bank_file import take_bank_file
from payments.reconciling import Reconciliation, fitting_pairs, reconciliation_of
from reports.book_check import check_book
from tests import world
from tests.api.calling import Program, refused
from tests.payments.bank_samples import OURS, camt, detail, entry, statement

pytestmark = pytest.mark.django_db
DAY, END = date(2026, 3, 2), date(2026, 3, 31)


@pytest.fixture
def bank(company: Any) -> BankAccount:
    """Our account at the bank."""
    [account] = set_bank_accounts(company.pk, [BankDetails("Main", "Alder Ltd", OURS)], by=None)
    return account


def told(bank: BankAccount, *amounts: str, opening: str = "0.00") -> list[BankLine]:
    """The lines of a statement that adds up."""
    entries = [
        entry(
            amount.lstrip("-"), detail(amount.lstrip("-"), f"line {place}"), sign="DBIT" if amount[0] == "-" else "CRDT"
        )
        for place, amount in enumerate(amounts)
    ]
    closing = sum(map(Decimal, amounts), Decimal(opening))
    content = camt(statement(*entries, opening=opening, closing=f"{closing:.2f}"))
    take_bank_file(bank.company, "march.xml", content, by=None)
    return list(BankLine.objects.order_by("pk"))


def found_of(bank: BankAccount) -> Reconciliation:
    found = reconciliation_of(bank, END)
    assert found
    return found


def figures(bank: BankAccount) -> tuple[Decimal, Decimal, Decimal, Decimal]:
    found = found_of(bank)
    return found.difference, found.only_bank, found.only_book, found.unexplained


def code_of(act: Callable[[], Any]) -> str:
    with pytest.raises(Refused) as refusal:
        act()
    return refusal.value.code


def role(company: Company, name: str) -> Account:
    return default_accounts(company.pk)[name]


def book_line_of(receipt: Receipt) -> Line:
    return receipt.entry.lines.get(account__role=AccountRole.BANK)


def test_before_a_statement_there_is_nothing_to_hold_against_the_book(bank: BankAccount) -> None:
    assert reconciliation_of(bank, END) is None


def test_a_matched_line_is_in_the_book_and_what_is_in_neither_explains_the_difference(
    bank: BankAccount, customer: Any
) -> None:
    paid, _fee = told(bank, "120.00", "-5.00")
    match_bank_line(paid.pk, customer, Decimal(120), Plan(), by=None)
    world.receive(customer, "30.00", DAY)

    assert figures(bank) == (Decimal(-35), Decimal(-5), Decimal(30), 0)
    assert [line.untied for line in found_of(bank).book_lines] == [30]


def test_a_receipt_typed_by_hand_is_tied_to_its_line_which_is_then_matched(bank: BankAccount, customer: Any) -> None:
    [line] = told(bank, "30.00")
    receipt = world.receive(customer, "30.00", DAY)
    assert [(a.pk, b.pk) for a, b in fitting_pairs(found_of(bank))] == [(line.pk, book_line_of(receipt).pk)]
    [tie] = tie_bank_lines(bank.pk, [line.pk], [book_line_of(receipt).pk], by=None)

    assert figures(bank) == (0, 0, 0, 0)
    assert not waiting_lines(bank.company).exists()
    assert code_of(lambda: match_bank_line(line.pk, customer, Decimal(30), Plan(), by=None)) == "more_than_left"
    untie_bank_line(tie.pk, by=None)
    assert figures(bank) == (0, Decimal(30), Decimal(30), 0)
    assert code_of(lambda: untie_bank_line(tie.pk, by=None)) == "invalid_move"


def test_one_line_of_the_bank_may_be_several_of_the_book(bank: BankAccount, customer: Any) -> None:
    [line] = told(bank, "70.00")
    receipts = [world.receive(customer, amount, DAY) for amount in ("30.00", "40.00")]
    ties = tie_bank_lines(bank.pk, [line.pk], [book_line_of(each).pk for each in receipts], by=None)

    assert sorted(tie.amount for tie in ties) == [30, 40]
    assert figures(bank) == (0, 0, 0, 0)


def test_what_does_not_come_to_the_same_or_is_not_there_is_refused(bank: BankAccount, customer: Any) -> None:
    line, other = told(bank, "70.00", "1.00")
    first, second = (book_line_of(world.receive(customer, amount, DAY)).pk for amount in ("30.00", "40.00"))

    assert code_of(lambda: tie_bank_lines(bank.pk, [line.pk], [first], by=None)) == "sums_differ"
    assert code_of(lambda: tie_bank_lines(bank.pk, [line.pk, other.pk], [first, second], by=None)) == "many_with_many"
    assert code_of(lambda: tie_bank_lines(bank.pk, [line.pk], [], by=None)) == "unknown_line"
    assert code_of(lambda: tie_bank_lines(bank.pk, [line.pk + 99], [first], by=None)) == "unknown_line"
    assert not BankTie.objects.exists()


def test_money_in_and_out_are_not_one_line(bank: BankAccount, customer: Any) -> None:
    [line] = told(bank, "100.00")
    came = world.receive(customer, "150.00", DAY)
    back = world.receive(customer, "50.00", DAY)
    reverse_receipt(back.pk, dated_on=DAY, by=None, reason="returned")
    mirror = back.entry.reversed_by.lines.get(account__role=AccountRole.BANK)
    both = [book_line_of(came).pk, mirror.pk]

    assert code_of(lambda: tie_bank_lines(bank.pk, [line.pk], both, by=None)) == "mixed_signs"


def test_a_fee_that_only_the_bank_has_is_booked(bank: BankAccount, company: Any, customer: Any) -> None:
    [fee] = told(bank, "-5.00")
    charges = role(company, AccountRole.BANK_CHARGES)
    booked = book_bank_line(fee.pk, charges, memo="Fees of March", by=None)

    assert (booked.dated_on, booked.memo) == (DAY, "Fees of March")
    assert sorted(booked.lines.values_list("account__role", "amount")) == [("bank", -5), ("bank_charges", 5)]
    assert figures(bank) == (0, 0, 0, 0)
    assert check_book() == []
    assert code_of(lambda: book_bank_line(fee.pk, charges, memo="again", by=None)) == "nothing_left"


@pytest.mark.parametrize(
    ("name", "memo", "code"),
    [
        (AccountRole.RECEIVABLE, "x", "unknown_account"),
        (AccountRole.TAX, "x", "unknown_account"),
        (AccountRole.BANK, "x", "same_account"),
        (AccountRole.BANK_CHARGES, " ", "reason_missing"),
    ],
)
def test_what_is_not_booked_by_hand_is_refused(
    bank: BankAccount, company: Any, name: str, memo: str, code: str
) -> None:
    [fee] = told(bank, "-5.00")
    assert code_of(lambda: book_bank_line(fee.pk, role(company, name), memo=memo, by=None)) == code


def test_money_moved_between_two_banks_is_booked_once_and_tied_at_the_other(bank: BankAccount, company: Any) -> None:
    savings = BankAccount.objects.create(
        company=company, name="Savings", holder="Alder Ltd", iban="DE89370400440532013000", currency="EUR"
    )
    out = told(bank, "-100.00", opening="100.00")[0]
    inside = camt(statement(entry("100.00"), opening="0.00", closing="100.00", iban=savings.iban))
    take_bank_file(company, "savings.xml", inside, by=None)
    arrived = BankLine.objects.get(bank_account=savings)
    moved = book_bank_line(out.pk, book_account_of(savings), memo="To savings", by=None)

    assert book_account_of(savings) != book_account_of(bank)
    other_side = moved.lines.get(account=book_account_of(savings))
    tie_bank_lines(savings.pk, [arrived.pk], [other_side.pk], by=None)
    assert figures(savings) == (0, 0, 0, 0)


def test_what_stood_on_the_account_before_is_explained_once_it_is_booked(bank: BankAccount) -> None:
    told(bank, "-5.00", opening="1000.00")
    assert figures(bank) == (Decimal(995), Decimal(-5), 0, Decimal(1000))
    book_opening_balance(bank.pk, by=None)

    assert figures(bank) == (Decimal(-5), Decimal(-5), 0, 0)
    assert code_of(lambda: book_opening_balance(bank.pk, by=None)) == "invalid_move"
    assert check_book() == []


def test_a_mistaken_receipt_and_its_mirror_are_no_news_of_the_bank_and_a_returned_one_is(
    bank: BankAccount, customer: Any
) -> None:
    paid, back = told(bank, "30.00", "-30.00")
    mistaken = match_bank_line(paid.pk, customer, Decimal(30), Plan(), by=None)
    reverse_receipt(mistaken.pk, dated_on=DAY, by=None, reason="no", mistaken=True)
    assert figures(bank)[2] == 0
    returned = match_bank_line(paid.pk, customer, Decimal(30), Plan(), by=None)
    reverse_receipt(returned.pk, dated_on=DAY, by=None, reason="returned")

    [mirror] = found_of(bank).book_lines
    tie_bank_lines(bank.pk, [back.pk], [mirror.pk], by=None)
    assert figures(bank) == (0, 0, 0, 0)


def test_a_month_closes_when_all_is_explained_and_then_nothing_of_it_changes(
    bank: BankAccount, company: Any, customer: Any, clerk: Any
) -> None:
    line, fee = told(bank, "30.00", "-5.00", opening="10.00")
    receipt = world.receive(customer, "30.00", DAY)
    assert code_of(lambda: close_bank_month(bank.pk, DAY, by=clerk)) == "unexplained"
    book_opening_balance(bank.pk, by=clerk)
    [tie] = tie_bank_lines(bank.pk, [line.pk], [book_line_of(receipt).pk], by=clerk)
    closed = close_bank_month(bank.pk, DAY, by=clerk)

    assert (closed.month, closed.on, closed.statement_balance, closed.book_balance) == (date(2026, 3, 1), DAY, 35, 40)
    charges = role(company, AccountRole.BANK_CHARGES)
    assert code_of(lambda: untie_bank_line(tie.pk, by=clerk)) == "month_closed"
    assert code_of(lambda: book_bank_line(fee.pk, charges, memo="fee", by=clerk)) == "month_closed"
    assert code_of(lambda: close_bank_month(bank.pk, DAY, by=clerk)) == "invalid_move"
    assert code_of(lambda: reopen_bank_month(closed.pk, reason=" ", by=clerk)) == "reason_missing"

    reopen_bank_month(closed.pk, reason="A fee was forgotten", by=clerk)
    book_bank_line(fee.pk, charges, memo="fee", by=clerk)
    assert close_bank_month(bank.pk, DAY, by=clerk).book_balance == 35
    assert code_of(lambda: reopen_bank_month(closed.pk, reason="again", by=clerk)) == "invalid_move"


def test_a_month_that_is_not_over_or_without_a_statement_does_not_close(bank: BankAccount) -> None:
    assert code_of(lambda: close_bank_month(bank.pk, bank.company.today(), by=None)) == "month_not_over"
    assert code_of(lambda: close_bank_month(bank.pk, DAY, by=None)) == "no_statement"


def test_each_bank_account_has_an_account_of_the_book_of_its_own(bank: BankAccount, company: Any) -> None:
    other = BankAccount.objects.create(company=company, name="Dollars", holder="A", iban="123", currency="USD")
    assert book_account_of(other).code == "1010"
    assert book_account_of(bank) == role(company, AccountRole.BANK)
    assert book_account_of(other) == book_account_of(other)


def test_no_tie_takes_more_than_a_line_holds_whoever_writes_it(
    bank: BankAccount, customer: Any, superuser_cursor: Any
) -> None:
    line, _ = told(bank, "30.00", "1.00")
    book_line = book_line_of(world.receive(customer, "30.00", DAY))
    [tie] = tie_bank_lines(bank.pk, [line.pk], [book_line.pk], by=None)
    more = "INSERT INTO payments_banktie (line_id, book_line_id, amount, at) VALUES (%s, %s, %s, now())"
    smaller = book_line_of(world.receive(customer, "1.00", DAY))

    with pytest.raises(psycopg2.Error, match="takes more than a line holds"):
        superuser_cursor.execute(more, [line.pk, smaller.pk, 1])
    with pytest.raises(psycopg2.Error, match="stands: undo it"):
        superuser_cursor.execute("UPDATE payments_banktie SET amount = 1 WHERE id = %s", [tie.pk])


@pytest.mark.django_db(transaction=True)
def test_two_who_reconcile_a_line_at_once_do_it_once(
    in_parallel: Callable[[Sequence[Callable[[], Any]]], list[Any]],
) -> None:
    company = world.make_company()
    customer = world.make_customer(company)
    bank = BankAccount.objects.create(company=company, name="Main", holder="A", iban=OURS, currency="EUR")
    [line] = told(bank, "30.00")
    receipts = [book_line_of(world.receive(customer, "30.00", DAY)).pk for _ in range(2)]
    results = in_parallel([lambda pk=pk: tie_bank_lines(bank.pk, [line.pk], [pk], by=None) for pk in receipts])

    assert sum(isinstance(each, Refused) for each in results) == 1
    assert BankTie.objects.count() == 1


def test_the_page_reconciles_books_and_closes(bank: BankAccount, company: Any, customer: Any, client: Any) -> None:
    client.force_login(world.make_user(company, "manager"))
    _, fee = told(bank, "30.00", "-5.00")
    world.receive(customer, "30.00", DAY)
    address = f"/bank/{bank.pk}/reconcile/"
    page = client.get(address).content.decode()
    assert "Reconcile 1 pair that fits" in page

    page = client.post(f"/bank/{bank.pk}/tie/", {"fitting": "1"}, follow=True).content.decode()
    assert "1 pair reconciled." in page
    charges = role(company, AccountRole.BANK_CHARGES)
    typed = {"account": charges.pk, "memo": "Fees"}
    page = client.post(f"/bank/lines/{fee.pk}/book/", typed, follow=True).content.decode()
    assert f"Booked on {charges}." in page
    page = client.post(f"/bank/{bank.pk}/close/", {"until": "2026-03-02"}, follow=True).content.decode()
    assert "March 2026 is closed." in page


def test_others_may_look_and_not_reconcile(bank: BankAccount, company: Any, client: Any) -> None:
    client.force_login(world.make_user(company, "auditor"))
    [line] = told(bank, "30.00")
    assert client.get(f"/bank/{bank.pk}/reconcile/").status_code == 200
    assert client.post(f"/bank/{bank.pk}/tie/", {"bank": line.pk}).status_code == 403
    stranger = world.make_user(world.make_company(legal_name="Birch Ltd"), "manager")
    client.force_login(stranger)
    assert client.get(f"/bank/{bank.pk}/reconcile/").status_code == 404


def test_a_program_reconciles_books_closes_and_reopens(bank: BankAccount, company: Any, customer: Any) -> None:
    program = Program(world.make_user(company, "manager"))
    line, fee = told(bank, "30.00", "-5.00")
    book_line = book_line_of(world.receive(customer, "30.00", DAY))
    sides = program.get("bank-reconciliation/", account=OURS, until="2026-03-31").json()
    assert (sides["difference"], sides["unexplained"]) == ("-5.00", "0.00")
    assert ([each["id"] for each in sides["only_bank"]], [each["id"] for each in sides["only_book"]]) == (
        [line.pk, fee.pk],
        [book_line.pk],
    )

    tied = program.post("bank-ties/", {"account": OURS, "bank_lines": [line.pk], "book_lines": [book_line.pk]}).json()
    assert tied["results"][0]["amount"] == "30.00"
    booked = program.post(f"bank-lines/{fee.pk}/book/", {"account": "6200", "memo": "Fees"}).json()
    assert booked["dated_on"] == "2026-03-02"
    month = program.post("bank-months/", {"account": OURS, "month": "2026-03-02"}).json()
    assert (month["statement_balance"], month["book_balance"]) == ("25.00", "25.00")
    untie = f"bank-ties/{tied['results'][0]['id']}/untie/"
    assert refused(program.post(untie)) == (409, "month_closed")
    assert program.post(f"bank-months/{month['id']}/reopen/", {"reason": "More"}).json()["reopened_at"]
    assert program.post(untie).json()["undone_at"]
    assert refused(program.post(f"bank-lines/{line.pk}/book/", {"account": "9999", "memo": "x"})) == (
        409,
        "unknown_account",
    )


def test_the_opening_is_booked_only_as_far_as_the_book_lacks_it(bank: BankAccount, customer: Any) -> None:
    world.receive(customer, "400.00", date(2026, 2, 1))
    told(bank, "-5.00", opening="1000.00")
    assert figures(bank) == (Decimal(595), Decimal(-5), 0, Decimal(600))
    book_opening_balance(bank.pk, by=None)

    assert figures(bank) == (Decimal(-5), Decimal(-5), 0, 0)


def test_what_is_tied_across_a_months_end_was_outstanding_at_it(bank: BankAccount, company: Any, customer: Any) -> None:
    entries = [entry("1.00", detail("1.00", "x"), day="2026-01-31")]
    january = camt(statement(*entries, opening="0.00", closing="1.00")).replace(b"2026-03-02", b"2026-01-31")
    take_bank_file(company, "january.xml", january, by=None)
    told(bank, "30.00", opening="1.00")
    early = BankLine.objects.get(amount=1)
    match_bank_line(early.pk, customer, Decimal(1), Plan(), by=None)
    receipt = world.receive(customer, "30.00", date(2026, 1, 31))
    line = BankLine.objects.get(amount=30)
    tie_bank_lines(bank.pk, [line.pk], [book_line_of(receipt).pk], by=None)

    found = reconciliation_of(bank, date(2026, 1, 31))
    assert found
    assert (found.difference, found.only_book, found.unexplained) == (-30, 30, 0)
    assert figures(bank) == (0, 0, 0, 0)


def test_money_is_not_booked_against_a_bank_of_another_currency(bank: BankAccount, company: Any) -> None:
    dollars = BankAccount.objects.create(company=company, name="Dollars", holder="A", iban="123", currency="USD")
    [line] = told(bank, "-5.00")
    other = book_account_of(dollars)
    assert code_of(lambda: book_bank_line(line.pk, other, memo="moved", by=None)) == "another_currency"


def test_calling_a_receipt_mistaken_unties_it(bank: BankAccount, customer: Any) -> None:
    [line] = told(bank, "30.00")
    receipt = world.receive(customer, "30.00", DAY)
    tie_bank_lines(bank.pk, [line.pk], [book_line_of(receipt).pk], by=None)
    reverse_receipt(receipt.pk, dated_on=DAY, by=None, reason="no", mistaken=True)

    assert figures(bank) == (Decimal(30), Decimal(30), 0, 0)
