"""More of each thing that comes in or goes out as money: a customer of a company gets so many of them."""

from datetime import date
from decimal import Decimal
from typing import Any

from customers.models import CustomerAccount
from office.models import BankAccount
from payments.models import BankLine, BankStatement, PayerAccount, Remittance
from payments.operations.note_paid import PaidDetails, note_paid
from payments.operations.open_chargeback import ChargebackDetails, open_chargeback
from payments.operations.receive_payment import Share
from payments.operations.record_receipt_batch import BatchDetails, BatchLine, record_receipt_batch
from payments.operations.refund_credit import RefundDetails, refund_credit
from payments.operations.take_bank_file import take_bank_file
from payments.operations.take_remittance import AdviceDetails, take_remittance
from payments.operations.write_off import WriteOffDetails, write_off
from tests import world
from tests.customers.accounts import confirmed, us_account
from tests.customers.test_mandates import signed
from tests.payments.bank_samples import OURS, camt, entry, statement
from tests.payments.debits import may_debit, run_for, with_mandate
from tests.payments.giving import given_by
from tests.payments.online import asked_of

DAY = date(2026, 3, 2)


def more_receipts(customer: Any, count: int) -> None:
    for _ in range(count):
        world.receive(customer, "5.00", DAY)


def more_chargebacks(customer: Any, count: int) -> None:
    for _ in range(count):
        receipt = world.receive(customer, "5.00", DAY, method="card")
        open_chargeback(receipt.pk, ChargebackDetails(DAY, DAY, "10.4", "Not theirs"), by=None)


def more_paid_notices(customer: Any, count: int) -> None:
    today = customer.company.today()
    for _ in range(count):
        details = PaidDetails(Decimal(5), today, "transfer")
        invoice = world.issue(customer, "5.00", DAY)
        note_paid(invoice.pk, details, contact=customer.contacts.first(), on=today)


def more_batches(customer: Any, count: int) -> None:
    for _ in range(count):
        details = BatchDetails(DAY, Decimal(5), [BatchLine(Decimal(5), customer.number)])
        record_receipt_batch(customer.company, details, by=None)


def more_write_offs(customer: Any, count: int) -> None:
    for _ in range(count):
        item = world.item_of(world.issue(customer, "5.00", DAY))
        write_off(customer, WriteOffDetails([Share(item.pk, item.balance)], reason="Gone"), on=DAY, by=None)


def more_bank_lines(customer: Any, count: int) -> None:
    company = customer.company
    BankAccount.objects.get_or_create(company=company, name="Main", holder="Alder", iban=OURS, currency="EUR")
    for _ in range(count):
        known = BankStatement.objects.count()
        amounts = [f"{known}.01", f"{known}.x"]
        content = camt(statement(*(entry(amount) for amount in amounts), opening=f"{known}.00", closing=amounts[0]))
        take_bank_file(company, f"{known}.xml", content, by=None)


def more_accounts(customer: Any, count: int) -> None:
    for number in range(CustomerAccount.objects.count(), CustomerAccount.objects.count() + count):
        confirmed(customer, us_account(number=f"1000{number}"))


def more_mandates(customer: Any, count: int) -> None:
    account = customer.accounts.first() or confirmed(customer)
    may_debit(customer.company)
    for number in range(count):
        signed(customer, account)
        given_by(world.make_customer(customer.company, f"Giver {number}"))


def more_advice(customer: Any, count: int) -> None:
    for _ in range(count):
        content = f"Invoice,Amount\nX-1,1.00\nX-2,{Remittance.objects.count() + 1}.00\n".encode()
        take_remittance(customer.company, "advice.csv", content, AdviceDetails(customer), by=None)


def more_payers(customer: Any, count: int) -> None:
    """So many accounts that matches taught."""
    more_bank_lines(customer, 10)
    line = BankLine.objects.latest("pk")
    known = PayerAccount.objects.count()
    for place in range(known, known + count):
        PayerAccount.objects.create(
            company=customer.company, customer=customer, account=f"DE{place:020}", learned_from=line
        )


def more_online_payments(customer: Any, count: int) -> None:
    for _ in range(count):
        asked_of(world.issue(customer, "1.00", DAY))


def more_debit_runs(customer: Any, count: int) -> None:
    company = customer.company
    account = may_debit(company)
    debtor = customer if customer.mandates.exists() else with_mandate(customer)
    for _ in range(count):
        world.issue(debtor, "10.00", DAY)
        run_for(company, account=account)


def more_refunds(customer: Any, count: int) -> None:
    customer.accounts.exists() or confirmed(customer)
    for _ in range(count):
        credit = world.item_of(world.issue_credit_memo(customer, "10.00", DAY)).pk
        refund_credit(customer, RefundDetails(credit, Decimal(10), DAY, "asked for"), by=None)
