"""Refunds: by the way the money came, above a limit by another's word, and by file after a second person's."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from customers.operations.manage_accounts import block_account, release_account
from ledger.allocating import Pair
from ledger.models import AccountRole, Allocation, Line
from ledger.refusals import Refused
from office.approvals.asking import ApprovalNeeded
from office.models import ApprovalRequest, AuditRecord
from office.operations.ask_approval import ask_approval
from office.operations.decide_request import approve_request, decline_request
from office.operations.set_approval_rules import set_approval_rules
from payments.kept_files import bytes_of
from payments.models import Refund, RepaymentBatch, RepaymentLine
from payments.operations.apply_credits import apply_credits, undo_allocation
from payments.operations.pay_refund_by_hand import pay_refund_by_hand
from payments.operations.prepare_repayment import RepaymentDetails, cancel_repayment, prepare_repayment
from payments.operations.read_debit_answers import take_debit_answer
from payments.operations.refund_credit import RefundDetails, refund_credit
from payments.operations.reverse_receipt import reverse_receipt
from payments.operations.settle_debits import collect_debit_run
from payments.payment_files.nacha_reading import read_nacha
from payments.payment_files.schemas import require_schema
from payments.repayment_choice import Repayments, choose_refunds, with_repayment
from reports.book_check import check_book
from reports.to_do import tasks
from tests import world
from tests.customers.accounts import IBAN, confirmed, iban_account, refusal_of, us_account
from tests.payments.bank_samples import THEIRS
from tests.payments.debits import IBANS, debit_of, dollar_account, may_debit, run_for, with_mandate
from tests.payments.test_match_bank_line import line_of
from tests.payments.test_payment_files import texts
from tests.payments.test_settle_debits import REPORT, STATUS, ach_return, clock, its_day_has_come

__all__ = ["clock"]
pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 2)
Parallel = Callable[[list[Callable[[], Any]]], list[Any]]


def refund(credit: Any, amount: str = "40.00", by: Any = None, **details: Any) -> Refund:
    """So much of a credit refunded."""
    wanted = RefundDetails(world.item_of(credit).pk, Decimal(amount), DAY, "asked for", **details)
    return refund_credit(credit.customer, wanted, by=by)


def state_of(row: Refund) -> str:
    return with_repayment(Refund.objects.all()).get(pk=row.pk).state


def batch_for(company: Any, by: Any = None, **details: Any) -> RepaymentBatch:
    values = {"bank_account_id": company.bank_accounts.get(currency="EUR").pk, "pay_on": company.today()} | details
    return prepare_repayment(company, RepaymentDetails(**values), by=by)


@pytest.mark.parametrize(("method", "way"), [("cash", "cash"), ("cheque", "cheque"), ("card", "card")])
def test_what_came_over_the_counter_goes_back_over_it(customer: Any, method: str, way: str) -> None:
    confirmed(customer)
    row = refund(world.receive(customer, "50.00", DAY, method=method))
    assert (row.method, row.account, state_of(row)) == (way, None, "by_hand")


def test_a_debited_account_is_the_one_refunded(company: Any, customer: Any, clock: Any) -> None:
    may_debit(company)
    world.issue(with_mandate(customer), "120.00", DAY)
    confirmed(customer, iban_account(IBANS[1]))
    run = its_day_has_come(run_for(company), clock)
    world.apply(
        world.issue_credit_memo(customer, "20.00", DAY), customer.invoices.get(kind="invoice"), "20.00", run.collect_on
    )
    collect_debit_run(run.pk, on=run.collect_on, by=None)
    receipt = debit_of(customer).receipt
    details = RefundDetails(world.item_of(receipt).pk, Decimal(20), run.collect_on, "Credited meanwhile")
    row = refund_credit(customer, details, by=None)
    assert (row.account, state_of(row)) == (debit_of(customer).account, "to_pay")


def test_a_transfer_goes_back_to_the_account_that_it_came_from(company: Any, customer: Any) -> None:
    paid_from = confirmed(customer, iban_account(THEIRS))
    confirmed(customer)
    line = line_of(company, "50.00")
    row = refund(world.receive(customer, "50.00", DAY, bank_line_id=line.pk))
    assert (row.method, row.account) == ("transfer", paid_from)


def test_of_several_accounts_none_is_guessed(customer: Any) -> None:
    memo = world.issue_credit_memo(customer, "50.00", DAY)
    assert refund(memo, "10.00").account is None
    only = confirmed(customer)
    assert refund(memo, "10.00").account == only
    confirmed(customer, iban_account(IBANS[1]))
    assert refund(memo, "10.00").account is None
    assert refund(memo, "10.00", account_id=only.pk).account == only


def test_an_account_that_may_not_be_used_is_refused(customer: Any) -> None:
    memo = world.issue_credit_memo(customer, "50.00", DAY)
    theirs = confirmed(world.make_customer(customer.company, "Cedar AG"))
    dollars = confirmed(customer, us_account())
    blocked = confirmed(customer)
    block_account(blocked.pk, reason="AC04", by=None)
    assert refusal_of(lambda: refund(memo, account_id=theirs.pk)) == "unknown_account"
    assert refusal_of(lambda: refund(memo, account_id=blocked.pk, method="cash")) == "unknown_account"
    assert refusal_of(lambda: refund(memo, account_id=dollars.pk)) == "account_not_usable"
    assert refusal_of(lambda: refund(memo, account_id=blocked.pk)) == "account_not_usable"
    assert refusal_of(lambda: refund(memo, method="gold")) == "unknown_method"
    assert not Refund.objects.exists()


def test_above_the_limit_another_person_says_yes_and_only_then_it_is_in_the_book(customer: Any, manager: Any) -> None:
    company = customer.company
    set_approval_rules(company, {"refund_credit": (Decimal(30), "manager")}, by=None)
    account = confirmed(customer)
    memo = world.issue_credit_memo(customer, "50.00", DAY)
    assert refund(memo, "30.00", by=manager).amount == 30
    larger = world.issue_credit_memo(customer, "60.00", DAY)
    with pytest.raises(ApprovalNeeded) as needed:
        refund(larger, "30.01", by=manager, account_id=account.pk)
    request = ask_approval(needed.value, by=manager)
    assert Refund.objects.count() == 1
    assert refusal_of(lambda: approve_request(request.pk, by=manager)) == "own_request"
    other = world.make_user(company, "manager")
    approve_request(request.pk, by=other)
    row = Refund.objects.latest("pk")
    assert (row.amount, row.account, row.created_by) == (Decimal("30.01"), account, manager)
    assert AuditRecord.objects.filter(action="refund_credit").latest("pk").after["approved_by"] == str(other)


def test_refunds_that_wait_are_paid_by_one_file_after_a_second_persons_word(
    company: Any, customer: Any, manager: Any
) -> None:
    may_debit(company)
    cedar = world.make_customer(company, "Cedar AG")
    confirmed(customer)
    confirmed(cedar, iban_account(IBANS[1]))
    rows = [refund(world.issue_credit_memo(each, "40.00", DAY)) for each in (customer, cedar)]
    by_hand = refund(world.receive(customer, "40.00", DAY, method="cash"))

    found = {task.words: (task.count, task.url) for task in tasks(manager, company, company.today())}
    assert found["Refunds to pay by file"] == (2, reverse("payments:refund_list") + "?state=to_pay")
    batch = batch_for(company, manager)
    assert [state_of(row) for row in (*rows, by_hand)] == ["waiting", "waiting", "by_hand"]
    request = ApprovalRequest.objects.get()
    assert (request.amount, batch.file) == (Decimal(80), None)
    assert refusal_of(lambda: approve_request(request.pk, by=manager)) == "own_request"
    approve_request(request.pk, by=world.make_user(company, "manager"))
    batch.refresh_from_db()
    content = bytes_of(batch.file)

    assert require_schema(content, "pain.001.001.09") == content
    assert texts(content, "CdtrAcct/Id/IBAN") == [IBAN, IBANS[1]]
    assert texts(content, "InstdAmt") == ["40.00", "40.00"]
    assert texts(content, "Ustrd") == [f"Refund {row.number}" for row in rows]
    assert [state_of(row) for row in rows] == ["in_file", "in_file"]
    assert refusal_of(lambda: batch_for(company)) == "nothing_to_pay"
    bank = sum(Line.objects.filter(account__role=AccountRole.BANK).values_list("amount", flat=True))
    assert bank == Decimal(-80)  # 40 came in cash and 120 went out
    assert check_book() == []


def test_american_refunds_are_credits_of_an_ach_file(company: Any, customer: Any) -> None:
    may_debit(company)
    account = dollar_account(company)
    confirmed(customer, us_account(is_savings=True))
    memo = world.issue_credit_memo(customer, "40.00", DAY, currency="USD", exchange_rate=Decimal("0.9"))
    row = refund(memo)
    batch = batch_for(company, bank_account_id=account.pk)
    [entry] = read_nacha(bytes_of(batch.file))[0].entries
    line = batch.lines.get()
    assert (entry.code, entry.amount, entry.account_number, entry.trace) == ("32", Decimal(40), "123456789", line.trace)
    assert line.trace[8] == "5"
    content = ach_return("R03", line.trace, "0000004000")
    assert take_debit_answer(company, "r.ach", content, by=None).rejected == 1
    line.refresh_from_db()
    line.account.refresh_from_db()
    assert state_of(row) == "to_pay"
    assert (line.reason, line.account.state) == ("there is no such account (R03)", "blocked")


def test_a_refund_that_the_bank_rejects_waits_again(company: Any, customer: Any) -> None:
    may_debit(company)
    account = confirmed(customer)
    row = refund(world.issue_credit_memo(customer, "40.00", DAY))
    batch = batch_for(company)
    line = batch.lines.get()
    status = STATUS.format(name="TxSts", code="AC04", words="closed")
    single = f"<TxInfAndSts><OrgnlEndToEndId>{line.end_to_end_id}</OrgnlEndToEndId>{status}</TxInfAndSts>"
    blocks = f"<OrgnlPmtInfAndSts><OrgnlPmtInfId>x</OrgnlPmtInfId>{single}</OrgnlPmtInfAndSts>"
    content = REPORT.format(message=batch.message_id, group="", blocks=blocks).encode()
    assert take_debit_answer(company, "s.xml", content, by=None).rejected == 1
    assert take_debit_answer(company, "s.xml", content, by=None).rejected == 0
    found = choose_refunds(company, "EUR")
    reason = "the account is blocked: A refund came back: the account is closed (AC04)."
    assert (found.refunds, found.others, state_of(row)) == ([], [(row, reason)], "to_pay")
    release_account(account.pk, reason="Open again", by=None)
    again = batch_for(company)
    assert [each.refund for each in again.lines.all()] == [row]
    whole = STATUS.format(name="GrpSts", code="FF01", words="")
    content = REPORT.format(message=again.message_id, group=whole, blocks="").encode()
    assert take_debit_answer(company, "g.xml", content, by=None).rejected == 1


def test_a_repayment_is_declined_or_cancelled_and_its_refunds_wait_again(
    company: Any, customer: Any, manager: Any
) -> None:
    may_debit(company)
    confirmed(customer)
    row = refund(world.issue_credit_memo(customer, "40.00", DAY))
    batch = batch_for(company, manager)
    assert refusal_of(lambda: cancel_repayment(batch.pk, reason="x", by=manager)) == "approval_waiting"
    decline_request(ApprovalRequest.objects.get().pk, by=world.make_user(company, "manager"), reason="Not yet")
    batch.refresh_from_db()
    assert (batch.state, batch.cancelled_reason, state_of(row)) == ("cancelled", "Not yet", "to_pay")
    second = batch_for(company)
    assert refusal_of(lambda: cancel_repayment(second.pk, reason="", by=manager)) == "reason_missing"
    cancel_repayment(second.pk, reason="Never sent", by=manager)
    assert refusal_of(lambda: cancel_repayment(second.pk, reason="again", by=manager)) == "invalid_move"
    assert state_of(row) == "to_pay"


def test_an_account_blocked_before_the_word_is_left_out(company: Any, customer: Any, manager: Any) -> None:
    may_debit(company)
    cedar = world.make_customer(company, "Cedar AG")
    account = confirmed(customer)
    confirmed(cedar, iban_account(IBANS[1]))
    for each in (customer, cedar):
        refund(world.issue_credit_memo(each, "40.00", DAY))
    batch = batch_for(company, manager)
    block_account(account.pk, reason="odd", by=None)
    approve_request(ApprovalRequest.objects.get().pk, by=world.make_user(company, "manager"))
    batch.refresh_from_db()
    assert [(line.is_under_way, line.reason) for line in batch.lines.all()] == [
        (False, "the account is blocked: odd"),
        (True, ""),
    ]
    assert (batch.file.count, batch.file.total) == (1, Decimal(40))


@pytest.mark.parametrize("is_prepared", [True, False])
def test_what_it_pays_back_came_back_itself_so_nothing_leaves(
    company: Any, customer: Any, manager: Any, is_prepared: bool
) -> None:
    bank = may_debit(company)
    confirmed(customer)
    receipt, cedar = world.receive(customer, "50.00", DAY), world.make_customer(company, "Cedar AG")
    confirmed(cedar, iban_account(IBANS[1]))
    row, other = refund(receipt), refund(world.issue_credit_memo(cedar, "40.00", DAY))
    batch = batch_for(company, manager) if is_prepared else None
    reverse_receipt(receipt.pk, dated_on=DAY, by=None, reason="Returned")
    assert world.owes(customer, DAY) == 40  # what we say we paid back

    why = "€40.00 of the credit that it pays back is gone"
    if batch:
        approve_request(ApprovalRequest.objects.get().pk, by=world.make_user(company, "manager"))
    else:
        assert choose_refunds(company, "EUR").others == [(row, why)]
        batch = batch_for(company)
    batch.refresh_from_db()
    assert {(line.refund, line.reason) for line in batch.lines.all()} >= {(other, "")}
    assert {(line.refund, line.reason) for line in batch.lines.all()} <= {(other, ""), (row, why)}
    assert (batch.file.count, batch.file.total, state_of(row)) == (1, Decimal(40), "to_pay")
    by_hand = {"bank_account_id": bank.pk, "on": company.today(), "by": None}
    assert refusal_of(lambda: pay_refund_by_hand(row.pk, **by_hand)) == "credit_gone"

    again = world.receive(customer, "40.00", DAY)
    pair = Pair(row.entry.items.get().pk, world.item_of(again).pk, Decimal(40))
    apply_credits(customer, [pair], dated_on=DAY, by=None)
    assert choose_refunds(company, "EUR") == Repayments([row], [])
    assert check_book() == []


def test_its_credit_is_not_freed_from_under_it(customer: Any) -> None:
    receipt = world.receive(customer, "50.00", DAY)
    row = refund(receipt)
    [of_refund] = Allocation.objects.all()
    assert refusal_of(lambda: undo_allocation(of_refund.pk, dated_on=DAY, by=None, reason="x")) == "of_a_refund"
    assert refusal_of(lambda: refund(receipt, "10.01")) == "more_than_open"

    reverse_receipt(receipt.pk, dated_on=DAY, by=None, reason="Returned")
    pair = Pair(row.entry.items.get().pk, world.item_of(world.receive(customer, "40.00", DAY)).pk, Decimal(40))
    [made] = apply_credits(customer, [pair], dated_on=DAY, by=None)
    undo_allocation(made.pk, dated_on=DAY, by=None, reason="Was for something else")
    assert check_book() == []


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"bank_account_id": 0}, "unknown_bank_account"),
        ({"pay_on": DAY}, "too_late"),
        ({"version": "x"}, "unknown_version"),
        ({}, "nothing_to_pay"),
    ],
)
def test_what_cannot_be_a_repayment_is_refused(company: Any, values: dict[str, Any], code: str) -> None:
    may_debit(company)
    assert refusal_of(lambda: batch_for(company, **values)) == code
    assert not RepaymentBatch.objects.exists()


def test_two_repayments_at_once_pay_a_refund_once(
    transactional_db: None, in_parallel: Parallel, company: Any, customer: Any
) -> None:
    may_debit(company)
    confirmed(customer)
    refund(world.issue_credit_memo(customer, "40.00", DAY))
    results = in_parallel([lambda: batch_for(company)] * 4)
    assert [result.code for result in results if isinstance(result, Refused)] == ["nothing_to_pay"] * 3
    assert RepaymentLine.objects.count() == 1


@pytest.mark.parametrize(
    ("table", "change"),
    [
        ("repaymentbatch", "pay_on = '2026-01-01'"),
        ("repaymentbatch", "state = 'waiting'"),
        ("repaymentline", "amount = 1"),
        ("repaymentline", "end_to_end_id = 'x'"),
    ],
)
def test_the_database_turns_no_repayment_back(company: Any, customer: Any, table: str, change: str) -> None:
    may_debit(company)
    confirmed(customer)
    refund(world.issue_credit_memo(customer, "40.00", DAY))
    batch_for(company)
    with pytest.raises(IntegrityError, match="does not change"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE payments_{table} SET {change}")


def test_the_database_pays_a_refund_once_and_wants_reasons(company: Any, customer: Any, manager: Any) -> None:
    may_debit(company)
    confirmed(customer)
    refund(world.issue_credit_memo(customer, "40.00", DAY))
    line = batch_for(company, manager).lines.get()
    other = RepaymentBatch.objects.create(
        company=company, bank_account=line.batch.bank_account, pay_on=DAY, currency="EUR", version="x"
    )
    values = {"refund": line.refund, "account": line.account, "amount": 40, "end_to_end_id": "y"}
    with pytest.raises(IntegrityError, match="refund_paid_once_at_a_time"), transaction.atomic():
        RepaymentLine.objects.create(batch=other, **values)
    with pytest.raises(IntegrityError, match="repayment_line_stopped_has_a_reason"), transaction.atomic():
        RepaymentLine.objects.filter(pk=line.pk).update(is_under_way=False)
    for change, rule in (
        ({"state": "cancelled"}, "repayment_cancelled_has_a_reason"),
        ({"state": "ready"}, "repayment_has_its_file_when_ready"),
    ):
        with pytest.raises(IntegrityError, match=rule), transaction.atomic():
            RepaymentBatch.objects.filter(pk=line.batch_id).update(**change)
