"""A week of direct debits with a bank on the other side: mock-bank, a program of its own, reads our file and answers.

Invoice, run, pain.008 out; pain.002 back; camt.053 in; one debit returned, open again with the charge and the reason.
The bank keeps its own calendar, which is put forward together with ours.
"""

import json
import socket
import subprocess
import sys
import time as waiting
from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any
from urllib.error import URLError
from urllib.request import Request, urlopen

import pytest
import time_machine

from customers.models import CustomerAccount
from ledger.models import OpenItem
from office.models import BankAccount
from payments.bank import with_joints
from payments.kept_files import bytes_of
from payments.models import BankLine, BankStatement, Receipt
from payments.operations.read_debit_answers import take_debit_answer
from payments.operations.take_bank_file import take_bank_file
from reports.book_check import check_book
from tests import world
from tests.payments.debits import IBANS, approved, debit_of, may_debit, run_for, with_mandate

pytestmark = pytest.mark.django_db
TUESDAY = date(2026, 9, 29)
OURS, HELD_WITHOUT_MONEY = "NL41MOCK0000000001", "NL14MOCK0000000002"


class Bank:
    """The other side, over HTTP, and the calendar of both."""

    def __init__(self, port: int, calendar: time_machine.Traveller) -> None:
        self.address, self.calendar = f"http://127.0.0.1:{port}", calendar

    def call(self, path: str, body: bytes | None = None, method: str = "POST") -> Any:
        request = Request(self.address + path, data=body, method=method)
        with urlopen(request, timeout=20) as answer:
            return json.loads(answer.read() or b"null")

    def mail(self, kind: str) -> list[bytes]:
        """The messages of a kind for us that have come since we last looked; a statement is one for each day."""
        messages = self.call(f"/_mock/mailbox?type={kind}", method="GET")
        bodies = [message["body"] for message in messages]
        return [
            body.encode()
            for body in bodies
            if kind != "camt.053" or f"<IBAN>{OURS}</IBAN></Id>" in "".join(body.split())
        ]

    def go_on_to(self, day: date) -> None:
        """Let it be the morning of a day, at the bank and here."""
        self.call(f"/_mock/advance?to={day}")
        self.calendar.move_to(datetime.combine(day, time(10), UTC))


@pytest.fixture
def bank() -> Iterator[Bank]:
    """A bank of its own process, on the morning of the first day."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "mockbank", "--port", str(port), "--clock", f"{TUESDAY}T09:00"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        with time_machine.travel(datetime.combine(TUESDAY, time(10), UTC)) as calendar:
            opened = Bank(port, calendar)
            until_it_answers(opened)
            yield opened
    finally:
        process.terminate()
        process.wait(timeout=10)


def until_it_answers(bank: Bank) -> None:
    for _ in range(200):
        try:
            bank.call("/_mock/health", method="GET")
        except URLError:
            waiting.sleep(0.05)
        else:
            return
    raise AssertionError("mock-bank did not start.")


def test_debits_out_statements_in_one_back(company: Any, clerk: Any, manager: Any, bank: Bank) -> None:
    may_debit(company, debit_return_fee=Decimal("7.50"))
    account = BankAccount.objects.create(
        company=company, name="Acme", holder="Alder Ltd", iban=OURS, bic="MOCKNL2A", currency="EUR"
    )
    owed = {"Bramble GmbH": "120.00", "Cedar AG": "30.00", "Globex BV": "50.00"}
    bramble, cedar, globex = (world.make_customer(company, name) for name in owed)
    for customer, number in ((bramble, IBANS[0]), (cedar, IBANS[1]), (globex, HELD_WITHOUT_MONEY)):
        world.issue(with_mandate(customer, number), owed[customer.name], date(2026, 9, 1))
    invoice = bramble.invoices.get()

    run = approved(run_for(company, clerk, account=account, collect_on=date(2026, 10, 1)), manager)
    sent = bank.call("/payments", bytes_of(run.file))
    assert sent["status"] == "PART"
    [report] = bank.mail("pain.002")
    assert take_debit_answer(company, "status.xml", report, by=clerk).rejected == 1
    assert (debit_of(globex).state, debit_of(globex).reason_code) == ("rejected", "AM04")

    bank.go_on_to(date(2026, 10, 5))
    tuesday, wednesday, thursday, friday = bank.mail("camt.053")
    for name, content in (("tuesday", tuesday), ("wednesday", wednesday), ("friday", friday)):
        take_bank_file(company, f"{name}.xml", content, by=clerk)
    assert [statement.from_on for statement in statements_after_a_gap()] == [date(2026, 10, 2)]
    assert take_bank_file(company, "thursday.xml", thursday, by=clerk).debits.collected == 2
    assert statements_after_a_gap() == []
    assert (world.open_of(invoice), debit_of(cedar).state) == (0, "collected")
    assert {receipt.received_on for receipt in Receipt.objects.all()} == {date(2026, 10, 1)}

    bank.call(f"/_mock/collections/{debit_of(bramble).end_to_end_id}/refuse", b'{"reason": "AC04"}')
    bank.go_on_to(date(2026, 10, 7))
    later = bank.mail("camt.053")
    returned = [take_bank_file(company, f"{place}.xml", content, by=clerk) for place, content in enumerate(later)]
    assert sum(taken.debits.returned for taken in returned) == 1
    known = BankLine.objects.count()
    again = [take_bank_file(company, f"{place}-again.xml", content, by=clerk) for place, content in enumerate(later)]
    assert {(taken.new, taken.debits.collected, taken.debits.returned) for taken in again} == {(0, 0, 0)}
    assert BankLine.objects.count() == known

    debit = debit_of(bramble)
    assert (debit.state, debit.reason) == ("returned", "the account is closed (AC04)")
    assert (world.open_of(invoice), debit.receipt.reversal_reason) == (Decimal(120), debit.reason)
    assert OpenItem.objects.get(customer_id=bramble.pk, kind="fee").balance == Decimal("7.50")
    assert CustomerAccount.objects.get(customer=bramble).state == "blocked"
    assert world.owes(bramble, date(2026, 10, 7)) == Decimal("127.50")
    assert check_book() == []


def statements_after_a_gap() -> list[BankStatement]:
    """The statements that do not open with what any before them closed with."""
    return list(with_joints(BankStatement.objects.all()).filter(is_gap=True))
