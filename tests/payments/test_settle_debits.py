"""What became of debits: by hand, by lines of our accounts, by status reports and by ACH returns."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from customers.operations.manage_accounts import release_account
from ledger.models import OpenItem
from ledger.refusals import Refused
from office.models import AuditRecord, BankAccount, Company
from payments.models import BankFile, BankLine, DebitPart, DebitRun, Receipt
from payments.operations.cancel_debit_run import cancel_debit_run
from payments.operations.read_debit_answers import take_debit_answer
from payments.operations.reverse_receipt import reverse_receipt
from payments.operations.settle_debits import collect_debit, collect_debit_run, reject_debit, return_debit
from payments.operations.take_bank_file import take_bank_file
from payments.payment_files.nacha import trace_number
from reports.book_check import check_book
from reports.to_do import tasks
from tests import world
from tests.customers.accounts import refusal_of
from tests.payments.bank_samples import camt, detail, entry, statement
from tests.payments.debits import (
    IBANS,
    US_ROUTING,
    debit_of,
    dollar_account,
    may_debit,
    run_for,
    state_of,
    with_mandate,
)

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 2)
Parallel = Callable[[list[Callable[[], Any]]], list[Any]]


@pytest.fixture
def account(company: Company) -> BankAccount:
    return may_debit(company, debit_return_fee=Decimal("7.50"))


@pytest.fixture
def run(account: BankAccount, customer: Any, clock: time_machine.Traveller) -> DebitRun:
    """A run of 120.00 from Bramble and 30.00 from Cedar, whose day has come."""
    world.issue(with_mandate(customer), "120.00", DAY)
    cedar = with_mandate(world.make_customer(customer.company, "Cedar AG"), IBANS[1])
    world.issue(cedar, "30.00", DAY)
    return its_day_has_come(run_for(customer.company), clock)


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """The clock, to be put forward."""
    with time_machine.travel(timezone.now()) as traveller:
        yield traveller


def its_day_has_come(run: DebitRun, clock: time_machine.Traveller) -> DebitRun:
    """Let it be noon of the day of collection."""
    clock.move_to(datetime.combine(run.collect_on, time(12), UTC))
    return run


def bramble_and_cedar(run: DebitRun) -> tuple[Any, Any]:
    first, second = (debit.customer for debit in run.collections.order_by("pk"))
    return first, second


def line_for(debit: Any, *, out: bool = False, amount: str = "", reason: str = "", reference: str = "x") -> str:
    """An entry of a statement that is a debit which came in, or came back."""
    value = amount or f"{debit.amount:.2f}"
    inside = detail(value, "Debit", end_to_end=debit.end_to_end_id)
    if reason:
        inside = inside.replace("</TxDtls>", f"<RtrInf><Rsn><Cd>{reason}</Cd></Rsn></RtrInf></TxDtls>")
    return entry(value, inside, sign="DBIT" if out else "CRDT", day=str(debit.run.collect_on), reference=reference)


def take(company: Company, *entries: str, name: str = "s.xml") -> Any:
    return take_bank_file(company, name, camt(statement(*entries, closing="0.00")), by=None)


def test_a_collected_debit_is_a_receipt_that_closes_its_items(run: DebitRun) -> None:
    bramble, cedar = bramble_and_cedar(run)
    collect_debit_run(run.pk, on=run.collect_on, by=None)
    receipt = debit_of(bramble).receipt
    assert (receipt.method, receipt.amount, receipt.received_on) == ("direct_debit", Decimal(120), run.collect_on)
    assert receipt.reference == f"DD-{run.company_id}-{run.pk}-1"
    assert (state_of(bramble), state_of(cedar)) == (("collected", Decimal(0)), ("collected", Decimal(0)))
    assert not DebitPart.objects.filter(is_under_way=True).exists()
    assert refusal_of(lambda: collect_debit_run(run.pk, on=run.collect_on, by=None)) == "invalid_move"
    assert refusal_of(lambda: cancel_debit_run(run.pk, reason="x", by=None)) == "bank_answered"
    assert check_book() == []


def test_all_12_a_credit_given_while_the_debit_is_under_way(run: DebitRun) -> None:
    """ALL-12: the debit pays 120.00; 100.00 closes the invoice, and 20.00 is unapplied credit."""
    bramble, _ = bramble_and_cedar(run)
    invoice = bramble.invoices.get()
    memo = world.issue_credit_memo(bramble, "20.00", run.collect_on)
    world.apply(memo, invoice, "20.00", run.collect_on)

    collect_debit(debit_of(bramble).pk, on=run.collect_on, by=None)

    receipt = debit_of(bramble).receipt
    assert (world.open_of(invoice), world.open_of(receipt)) == (0, Decimal(20))
    assert state_of(bramble) == ("collected", Decimal(-20))
    assert check_book() == []


def test_a_debit_is_collected_once_by_whoever_is_first(
    transactional_db: None, in_parallel: Parallel, run: DebitRun
) -> None:
    debit = run.collections.order_by("pk")[0]
    results = in_parallel([lambda: collect_debit(debit.pk, on=run.collect_on, by=None)] * 4)
    assert sorted(result.code for result in results if isinstance(result, Refused)) == ["invalid_move"] * 3
    assert Receipt.objects.count() == 1


def missed_of(customer: Any) -> list[tuple[Any, ...]]:
    """What is noted that a customer missed: how, when, how much, and which debit."""
    rows = customer.missed_payments.order_by("pk")
    return [(row.kind, row.on, row.amount, row.debit) for row in rows]


def test_a_returned_debit_opens_its_items_again_with_a_charge_and_the_reason(run: DebitRun) -> None:
    bramble, _ = bramble_and_cedar(run)
    invoice = bramble.invoices.get()
    due_on = world.item_of(invoice).due_on
    collect_debit_run(run.pk, on=run.collect_on, by=None)
    return_debit(debit_of(bramble).pk, "AM04", on=run.collect_on, by=None)

    debit = debit_of(bramble)
    assert (debit.state, debit.reason) == ("returned", "there was not enough money (AM04)")
    assert (world.open_of(invoice), world.item_of(invoice).due_on) == (Decimal(120), due_on)
    assert debit.receipt.reversal_reason == "there was not enough money (AM04)"
    assert OpenItem.objects.get(customer_id=bramble.pk, kind="fee").amount == Decimal("7.50")
    assert world.owes(bramble, run.collect_on) == Decimal("127.50")
    assert bramble.accounts.get().state == "usable"
    assert missed_of(bramble) == [("debit", run.collect_on, Decimal(120), debit)]
    assert refusal_of(lambda: return_debit(debit.pk, "AM04", on=run.collect_on, by=None)) == "invalid_move"
    assert check_book() == []


def test_a_dead_account_blocks_the_next_run_and_makes_a_task_until_a_person_releases_it(
    run: DebitRun, clerk: Any
) -> None:
    bramble, _ = bramble_and_cedar(run)
    collect_debit_run(run.pk, on=run.collect_on, by=None)
    return_debit(debit_of(bramble).pk, "AC04", on=run.collect_on, by=None)
    account = bramble.accounts.get()

    assert (account.state, account.blocked_reason) == (
        "blocked",
        "A debit came back: the account is closed (AC04).",
    )
    found = {task.words: task.count for task in tasks(clerk, run.company, run.collect_on)}
    assert found["Customers' bank accounts that are blocked"] == 1
    later = run.collect_on + timedelta(days=1)
    assert refusal_of(lambda: run_for(run.company, collect_on=later)) == "nothing_to_debit"
    release_account(account.pk, reason="Their bank says it is open", by=clerk)
    again = run_for(run.company, collect_on=later)
    assert [debit.customer for debit in again.collections.all()] == [bramble]


def test_what_our_bank_or_we_did_wrong_the_customer_did_not_miss(run: DebitRun) -> None:
    bramble, cedar = bramble_and_cedar(run)
    reject_debit(debit_of(bramble).pk, "FF01", on=run.collect_on, by=None)
    collect_debit(debit_of(cedar).pk, on=run.collect_on, by=None)
    return_debit(debit_of(cedar).pk, "AM05", on=run.collect_on, by=None)
    assert (missed_of(bramble), missed_of(cedar)) == ([], [])


def test_a_rejected_debit_moved_no_money_and_its_items_are_free(run: DebitRun) -> None:
    bramble, _ = bramble_and_cedar(run)
    reject_debit(debit_of(bramble).pk, "MD01", on=run.collect_on, by=None)
    assert (debit_of(bramble).state, debit_of(bramble).receipt) == ("rejected", None)
    assert (bramble.accounts.get().state, world.owes(bramble, DAY)) == ("blocked", Decimal(120))
    assert missed_of(bramble) == [("debit", run.collect_on, Decimal(120), debit_of(bramble))]
    assert refusal_of(lambda: collect_debit(debit_of(bramble).pk, on=run.collect_on, by=None)) == "invalid_move"
    assert refusal_of(lambda: reject_debit(debit_of(bramble).pk, "MD01", on=run.collect_on, by=None)) == "invalid_move"


def test_nothing_of_a_run_without_its_file_is_collected(account: Any, customer: Any, clerk: Any) -> None:
    world.issue(with_mandate(customer), "120.00", DAY)
    run = run_for(customer.company, clerk)
    assert refusal_of(lambda: collect_debit_run(run.pk, on=run.collect_on, by=None)) == "invalid_move"
    assert refusal_of(lambda: collect_debit(debit_of(customer).pk, on=DAY, by=None)) == "invalid_move"


def test_a_receipt_that_a_person_reversed_first_is_not_reversed_twice(run: DebitRun) -> None:
    bramble, _ = bramble_and_cedar(run)
    collect_debit_run(run.pk, on=run.collect_on, by=None)
    reverse_receipt(debit_of(bramble).receipt_id, dated_on=run.collect_on, by=None, reason="They called")
    return_debit(debit_of(bramble).pk, "AM04", on=run.collect_on, by=None)
    assert state_of(bramble) == ("returned", Decimal(120))


def test_lines_of_the_account_collect_and_return_each_debit_once(run: DebitRun) -> None:
    bramble, cedar = bramble_and_cedar(run)
    entries = [line_for(debit_of(bramble)), line_for(debit_of(cedar))]
    taken = take(run.company, *entries)
    assert (taken.debits.collected, state_of(bramble), state_of(cedar)) == (
        2,
        ("collected", Decimal(0)),
        ("collected", Decimal(0)),
    )
    assert debit_of(bramble).receipt.bank_line.amount == 120

    back = line_for(debit_of(bramble), out=True, amount="123.00", reason="AC04", reference="back")
    assert take(run.company, back, name="b.xml").debits.returned == 1
    again = take(run.company, *entries, back, name="c.xml")
    assert (again.new, again.debits.collected, again.debits.returned) == (0, 0, 0)
    assert state_of(bramble) == ("returned", Decimal("127.50"))
    assert debit_of(bramble).return_line == BankLine.objects.get(amount=-123)
    assert Receipt.objects.count() == 2
    assert check_book() == []


def test_a_line_of_another_amount_is_left_for_a_person(run: DebitRun) -> None:
    bramble, _ = bramble_and_cedar(run)
    taken = take(run.company, line_for(debit_of(bramble), amount="119.99"))
    assert (taken.debits.collected, debit_of(bramble).state) == (0, "pending")
    collect_debit(debit_of(bramble).pk, on=run.collect_on, by=None)
    short = line_for(debit_of(bramble), out=True, amount="119.99", reason="AM04")
    assert take(run.company, short, name="b.xml").debits.returned == 0


def test_a_line_for_the_whole_file_is_all_of_its_debits(run: DebitRun) -> None:
    whole = entry("150.00", detail("150.00", f"SEPA {run.message_id}"), day=str(run.collect_on))
    other = entry("150.00", detail("150.00", f"SEPA {run.message_id}9"), day=str(run.collect_on))
    assert take(run.company, other).debits.collected == 0
    assert take(run.company, whole, name="b.xml").debits.collected == 2
    assert {receipt.bank_line.amount for receipt in Receipt.objects.all()} == {Decimal(150)}
    assert check_book() == []


def test_a_line_for_a_block_is_its_debits_alone(run: DebitRun, clock: time_machine.Traveller) -> None:
    company = run.company
    collect_debit_run(run.pk, on=run.collect_on, by=None)
    bramble, _ = bramble_and_cedar(run)
    world.issue(bramble, "11.00", DAY)
    dunmore = with_mandate(world.make_customer(company, "Dunmore Ltd"), IBANS[2])
    world.issue(dunmore, "22.00", DAY)
    second = its_day_has_come(run_for(company, collect_on=run.collect_on + timedelta(days=1)), clock)
    block = entry("22.00", detail("22.00", "x", end_to_end=f"{second.message_id}-FRST"), day=str(second.collect_on))
    assert take(company, block).debits.collected == 1
    assert (debit_of(dunmore).state, debit_of(bramble).state) == ("collected", "pending")


REPORT = """<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.10"><CstmrPmtStsRpt>
<GrpHdr><MsgId>S</MsgId></GrpHdr><OrgnlGrpInfAndSts><OrgnlMsgId>{message}</OrgnlMsgId>
<OrgnlMsgNmId>pain.008.001.08</OrgnlMsgNmId>{group}</OrgnlGrpInfAndSts>{blocks}</CstmrPmtStsRpt></Document>"""
STATUS = "<{name}>RJCT</{name}><StsRsnInf><Rsn><Cd>{code}</Cd></Rsn><AddtlInf>{words}</AddtlInf></StsRsnInf>"


def report(run: DebitRun, *rejected: tuple[str, str], group: str = "", block: str = "") -> bytes:
    """A pain.002 about a run: single debits rejected, the whole file, or a block."""
    payments = "".join(
        f"<TxInfAndSts><OrgnlEndToEndId>{name}</OrgnlEndToEndId>{STATUS.format(name='TxSts', code=code, words='Why')}"
        "</TxInfAndSts>"
        for name, code in rejected
    )
    own = STATUS.format(name="PmtInfSts", code=block, words="") if block else ""
    blocks = (
        f"<OrgnlPmtInfAndSts><OrgnlPmtInfId>{run.message_id}-FRST</OrgnlPmtInfId>{own}{payments}</OrgnlPmtInfAndSts>"
    )
    whole = STATUS.format(name="GrpSts", code=group, words="") if group else ""
    return REPORT.format(message=run.message_id, group=whole, blocks="" if group else blocks).encode()


def test_a_status_report_rejects_what_it_names_once(run: DebitRun) -> None:
    bramble, cedar = bramble_and_cedar(run)
    content = report(run, (debit_of(bramble).end_to_end_id, "AC04"), ("other", "AM04"))
    answers = take_debit_answer(run.company, "status.xml", content, by=None)
    assert (answers.rejected, answers.notes) == (1, ["other is none of our debits."])
    assert (debit_of(bramble).state, debit_of(bramble).reason) == ("rejected", "the account is closed (AC04): Why")
    assert (debit_of(cedar).state, bramble.accounts.get().state) == ("pending", "blocked")
    again = take_debit_answer(run.company, "again.xml", content, by=None)
    assert (again.rejected, BankFile.objects.count()) == (0, 1)
    assert AuditRecord.objects.filter(action="reject_debit").count() == 1


@pytest.mark.parametrize("how", [{"group": "FF01"}, {"block": "AM18"}])
def test_a_file_or_block_that_is_rejected_takes_all_its_debits_along(run: DebitRun, how: dict[str, str]) -> None:
    assert take_debit_answer(run.company, "status.xml", report(run, **how), by=None).rejected == 2
    assert {debit.state for debit in run.collections.all()} == {"rejected"}
    assert {account.state for debit in run.collections.all() for account in [debit.account]} == {"usable"}


def test_a_report_after_the_money_came_takes_it_back(run: DebitRun) -> None:
    bramble, _ = bramble_and_cedar(run)
    collect_debit_run(run.pk, on=run.collect_on, by=None)
    content = report(run, (debit_of(bramble).end_to_end_id, "MD06"))
    assert take_debit_answer(run.company, "status.xml", content, by=None).returned == 1
    assert state_of(bramble) == ("returned", Decimal("127.50"))


def test_a_report_about_something_else_is_noted(run: DebitRun) -> None:
    run_of_others = report(run).replace(run.message_id.encode(), b"ELSE")
    answers = take_debit_answer(run.company, "status.xml", run_of_others, by=None)
    assert answers.notes == ["ELSE is none of our payment files."]


@pytest.mark.parametrize("content", [b"", b"<x/>", b"hello", b"101\n4"])
def test_what_is_no_answer_is_refused_and_not_kept(run: DebitRun, content: bytes) -> None:
    with pytest.raises(Refused):
        take_debit_answer(run.company, "x", content, by=None)
    assert not BankFile.objects.exists()


def ach_return(code: str, trace: str, amount: str = "0000012000", kind: str = "99") -> bytes:
    """A file of a US bank with one entry that came back."""
    lines = [
        "101 121042882 1210428821260317103 0A094101",
        "5225Alder Inc                           1210428821CCDPAYMENT         260316   1121042880000001",
        f"626231380104123456789        {amount}DD-1           Bramble Inc             1231380100000001",
        f"7{kind}{code}{trace}      23138010",
        "822500000200231380100000000000000000000120001210428821                         121042880000001",
        "9000001000001000000020023138010000000000000000000012000",
    ]
    return "\n".join(line.ljust(94)[:94] for line in lines).encode()


@pytest.fixture
def ach_run(customer: Any, clock: time_machine.Traveller) -> DebitRun:
    company = customer.company
    may_debit(company)
    with_mandate(customer, scheme="ach")
    world.issue(customer, "120.00", DAY, currency="USD", exchange_rate=Decimal("0.9"))
    return its_day_has_come(run_for(company, account=dollar_account(company), scheme="ach"), clock)


@pytest.mark.parametrize(("code", "state"), [("R02", "blocked"), ("R01", "usable")])
def test_an_ach_return_takes_a_collected_debit_back(ach_run: DebitRun, code: str, state: str) -> None:
    debit = ach_run.collections.get()
    collect_debit_run(ach_run.pk, on=ach_run.collect_on, by=None)
    content = ach_return(code, debit.trace)
    assert take_debit_answer(ach_run.company, "r.ach", content, by=None).returned == 1
    assert take_debit_answer(ach_run.company, "r.ach", content, by=None).returned == 0
    debit.refresh_from_db()
    debit.account.refresh_from_db()
    assert (debit.state, debit.reason_code, debit.account.state) == ("returned", code, state)
    assert world.owes(debit.customer, DAY) == 0
    assert OpenItem.objects.get(kind="invoice").balance == 120
    assert check_book() == []


def test_an_ach_return_before_the_money_came_rejects(ach_run: DebitRun) -> None:
    debit = ach_run.collections.get()
    assert take_debit_answer(ach_run.company, "r.ach", ach_return("R03", debit.trace), by=None).rejected == 1
    debit.refresh_from_db()
    assert debit.state == "rejected"


@pytest.mark.parametrize(
    ("code", "kind", "amount", "note"),
    [
        ("R01", "99", "0000011999", "line 3: $119.99 came back of {debit}, which is not its amount."),
        ("C01", "98", "0000000000", "line 3: the bank says C01, that account data of {debit} have changed."),
        ("R68", "99", "0000012000", ""),
    ],
)
def test_what_else_an_ach_file_says_is_noted_and_moves_nothing(
    ach_run: DebitRun, code: str, kind: str, amount: str, note: str
) -> None:
    debit = ach_run.collections.get()
    answers = take_debit_answer(ach_run.company, "r.ach", ach_return(code, debit.trace, amount, kind), by=None)
    assert answers.notes == [note.format(debit=debit)] * bool(note)
    debit.refresh_from_db()
    assert debit.state == "pending"


def test_a_trace_that_is_none_of_ours_is_noted(ach_run: DebitRun) -> None:
    other = trace_number(US_ROUTING, 999)
    answers = take_debit_answer(ach_run.company, "r.ach", ach_return("R01", other), by=None)
    assert answers.notes == [f"line 3: {other} is none of our debits."]
