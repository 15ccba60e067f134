"""Out of which account of the book a refund is paid: clearing until its file, its provider's, or the one named."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db.models import Sum
from django.test import Client
from django.urls import reverse

from ledger.models import Account, Allocation, Entry, Line
from office.models import BankAccount
from payments.booked_banks import book_account_of
from payments.models import BankLine, Receipt, Refund, RepaymentLine
from payments.operations.apply_credits import undo_allocation
from payments.operations.prepare_repayment import RepaymentDetails, cancel_repayment, prepare_repayment
from payments.operations.reconcile_bank import book_bank_line, tie_bank_lines
from payments.operations.record_payout import record_payout
from payments.operations.refund_credit import RefundDetails, refund_credit
from payments.operations.reject_repayment_line import reject_repayment_line
from payments.operations.set_bank_accounts import BankDetails, set_bank_accounts
from payments.operations.take_bank_file import take_bank_file
from payments.reconciling import untied_book_lines
from reports.book_check import check_book
from tests import world
from tests.api.calling import Program, refused
from tests.customers.accounts import confirmed, refusal_of, us_account
from tests.payments.bank_samples import OURS, camt, entry, statement
from tests.payments.debits import dollar_account, may_debit
from tests.payments.test_match_bank_line import line_of
from tests.payments.test_record_payout import paid_online
from tests.payments.test_refunds import refund, state_of

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 2)
IBAN_OF_SAVINGS = "DE89370400440532013000"


@pytest.fixture
def savings(company: Any) -> BankAccount:
    """Our second account, from which files can be paid; the first one is the usual one."""
    accounts = [BankDetails("Main", "Alder", OURS, "BYLADEM1001"), BankDetails("Savings", "Alder", IBAN_OF_SAVINGS)]
    set_bank_accounts(company.pk, accounts, by=None)
    may_debit(company)
    return company.bank_accounts.get(name="Savings")


def standing(company: Any) -> dict[str, tuple[Decimal, Decimal]]:
    """What stands on the accounts of banks and refunds and is not zero, in its own and the company's currency."""
    lines = Line.objects.filter(account__company_id=company.pk, account__role__in=["bank", "refunds"])
    rows = lines.order_by().values_list("account__code").annotate(Sum("amount"), Sum("company_amount"))
    return {code: sums for code, *sums in rows if any(sums)}


def in_euros(**amounts: str) -> dict[str, list[Decimal]]:
    return {code.lstrip("a"): [Decimal(amount)] * 2 for code, amount in amounts.items()}


def paid_from(company: Any, bank_account: BankAccount) -> RepaymentLine:
    details = RepaymentDetails(bank_account.pk, company.today())
    return prepare_repayment(company, details, by=None).lines.get()


def untied(bank_account: BankAccount) -> list[Decimal]:
    lines = untied_book_lines(Line.objects.filter(account=book_account_of(bank_account)))
    return sorted(line.untied for line in lines)


def test_a_refund_waits_on_clearing_until_its_file_leaves_the_account_that_pays(
    company: Any, customer: Any, savings: BankAccount
) -> None:
    confirmed(customer)
    row = refund(world.issue_credit_memo(customer, "40.00", DAY))
    assert (row.bank_account.code, standing(company)) == ("2900", in_euros(a2900="-40.00"))
    assert check_book() == []
    line = paid_from(company, savings)
    assert standing(company) == in_euros(a1010="-40.00")
    moved = line.entry
    told = (moved.kind, moved.reference, moved.memo, moved.dated_on)
    assert told == ("approve_repayment", row.number, f"Paid with {line.batch.message_id}", company.today())
    assert check_book() == []


def test_a_foreign_refund_leaves_clearing_at_what_it_was_worth(company: Any, customer: Any) -> None:
    may_debit(company)
    account = dollar_account(company)
    confirmed(customer, us_account())
    refund(world.issue_credit_memo(customer, "40.00", DAY, currency="USD", exchange_rate=Decimal("0.9")))
    assert standing(company) == {"2900": [Decimal(-40), Decimal(-36)]}
    paid_from(company, account)
    assert standing(company) == {book_account_of(account).code: [Decimal(-40), Decimal(-36)]}


def test_what_the_bank_rejects_waits_again_and_was_never_on_the_account(
    company: Any, customer: Any, savings: BankAccount
) -> None:
    confirmed(customer)
    row = refund(world.issue_credit_memo(customer, "40.00", DAY))
    line = paid_from(company, savings)
    reject_repayment_line(line.pk, "AM04", by=None)
    assert (state_of(row), standing(company), untied(savings)) == ("to_pay", in_euros(a2900="-40.00"), [])
    assert check_book() == []
    paid_from(company, company.bank_accounts.get(name="Main"))
    assert standing(company) == in_euros(a1000="-40.00")


def test_what_came_back_stands_on_both_sides_of_the_account(company: Any, customer: Any, savings: BankAccount) -> None:
    confirmed(customer)
    row = refund(world.issue_credit_memo(customer, "40.00", DAY))
    line = paid_from(company, savings)
    reject_repayment_line(line.pk, "AC04", by=None, came_back=True)
    assert (state_of(row), standing(company)) == ("to_pay", in_euros(a2900="-40.00"))
    assert untied(savings) == [Decimal(-40), Decimal(40)]
    mirror = Entry.objects.get(reverses=line.entry)
    assert (mirror.kind, mirror.memo) == ("return_repayment_line", "the account is closed (AC04)")


def test_a_cancelled_file_gives_back_what_it_took_unless_the_bank_paid_it(company: Any, customer: Any) -> None:
    bank = may_debit(company)
    confirmed(customer)
    refund(world.issue_credit_memo(customer, "40.00", DAY))
    line = paid_from(company, bank)
    cancel_repayment(line.batch_id, reason="Never sent", by=None)
    assert (standing(company), untied(bank)) == (in_euros(a2900="-40.00"), [])
    again = paid_from(company, bank)
    content = camt(statement(entry("40.00", sign="DBIT"), opening="40.00", closing="0.00"))
    take_bank_file(company, "out.xml", content, by=None)
    out = BankLine.objects.get()
    book_line = again.entry.lines.get(amount=-40)
    tie_bank_lines(out.bank_account_id, [out.pk], [book_line.pk], by=None)
    assert refusal_of(lambda: cancel_repayment(again.batch_id, reason="Never sent", by=None)) == "paid"
    reject_repayment_line(again.pk, "AC04", by=None)
    assert Entry.objects.get(reverses=again.entry).kind == "return_repayment_line"
    assert check_book() == []


def test_what_stood_on_the_account_before_there_was_clearing_moves_nowhere(
    company: Any, customer: Any, superuser_cursor: Any
) -> None:
    bank = may_debit(company)
    confirmed(customer)
    row = refund(world.issue_credit_memo(customer, "40.00", DAY))
    superuser_cursor.execute("SET session_replication_role = replica")
    usual = book_account_of(bank).pk
    booked = [usual, row.entry_id]
    superuser_cursor.execute("UPDATE ledger_line SET account_id = %s WHERE entry_id = %s AND amount < 0", booked)
    superuser_cursor.execute("UPDATE payments_refund SET bank_account_id = %s", [usual])
    superuser_cursor.execute("SET session_replication_role = origin")
    line = paid_from(company, bank)
    assert (line.entry, standing(company)) == (None, in_euros(a1000="-40.00"))
    reject_repayment_line(line.pk, "AM04", by=None)
    assert standing(company) == in_euros(a1000="-40.00")


def test_what_was_paid_online_goes_back_out_of_the_providers_account(company: Any, customer: Any) -> None:
    paid_online(customer, "60.00")
    paid_online(customer, "60.00")
    receipt = Receipt.objects.latest("pk")
    undo_allocation(Allocation.objects.latest("pk").pk, dated_on=company.today(), by=None, reason="Sent back")
    details = RefundDetails(world.item_of(receipt).pk, Decimal("25.00"), company.today(), "asked for")
    row = refund_credit(customer, details, by=None)
    assert (row.method, row.bank_account.code, standing(company)) == ("card", "1050", in_euros(a1050="95.00"))
    line = line_of(company, "93.00")
    record_payout(line.pk, fee=Decimal("2.00"), by=None)
    assert standing(company) == in_euros(a1000="93.00")


def test_a_card_that_was_no_online_payment_goes_back_out_of_the_usual_account(company: Any, customer: Any) -> None:
    row = refund(world.receive(customer, "50.00", DAY, method="card"))
    assert (row.bank_account.code, standing(company)) == ("1000", in_euros(a1000="10.00"))


def test_by_hand_it_is_paid_out_of_the_account_that_is_named(company: Any, customer: Any, savings: BankAccount) -> None:
    memo = world.issue_credit_memo(customer, "50.00", DAY)
    assert refund(memo, "10.00", bank_account_id=savings.pk).bank_account == book_account_of(savings)
    assert refund(memo, "5.00").bank_account.code == "1000"
    assert standing(company) == in_euros(a1000="-5.00", a1010="-10.00")
    to, dollars = confirmed(customer), dollar_account(company)
    other = set_bank_accounts(world.make_company(legal_name="Birch").pk, [BankDetails("B", "B", "1")], by=None)[0]
    assert refusal_of(lambda: refund(memo, "1.00", bank_account_id=other.pk)) == "unknown_bank_account"
    assert refusal_of(lambda: refund(memo, "1.00", bank_account_id=dollars.pk, method="cash")) == "another_currency"
    assert refusal_of(lambda: refund(memo, "1.00", bank_account_id=savings.pk, account_id=to.pk)) == "paid_by_file"
    assert Refund.objects.count() == 2


def test_the_page_and_a_program_name_the_account(
    company: Any, customer: Any, savings: BankAccount, manager: Any
) -> None:
    item = world.item_of(world.issue_credit_memo(customer, "50.00", DAY)).pk
    browser = Client()
    browser.force_login(manager)
    assert "Savings, EUR" in browser.get(reverse("payments:allocate", args=[customer.pk])).content.decode()
    typed = {"credit": item, "amount": "10", "reason": "asked", "way": "cheque", "bank_account": savings.pk}
    browser.post(reverse("payments:refund_credit", args=[customer.pk]), typed)
    body = {"customer": customer.pk, "credit": item, "amount": "5.00", "reason": "asked", "bank_account": savings.pk}
    Program(manager).post("refunds/", body)
    assert refused(Program(manager).post("refunds/", body | {"bank_account": 2**62})) == (409, "unknown_bank_account")
    assert standing(company) == in_euros(a1010="-15.00")


def test_nothing_is_booked_on_clearing_by_hand(company: Any) -> None:
    line = line_of(company, "-40.00")
    clearing = Account.objects.get(company_id=company.pk, code="2900")
    assert refusal_of(lambda: book_bank_line(line.pk, clearing, memo="x", by=None)) == "unknown_account"


def test_receipts_say_on_which_account_they_stand(
    company: Any, customer: Any, savings: BankAccount, manager: Any
) -> None:
    world.receive(customer, "10.00", DAY, bank_account_id=book_account_of(savings).pk)
    browser = Client()
    browser.force_login(manager)
    assert "1010 Savings" in browser.get(reverse("payments:receipt_list")).content.decode()
    [row] = Program(manager).get("receipts/").json()["results"]
    assert (row["amount"], row["bank_account"]) == ("10.00", "1010 Savings")
