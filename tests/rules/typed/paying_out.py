"""Debit runs, refunds and repayments as a person would type them."""

from decimal import Decimal
from typing import Any

from office.models import BankAccount
from payments.models import DebitRun
from payments.operations.prepare_repayment import RepaymentDetails, prepare_repayment
from payments.operations.refund_credit import RefundDetails, refund_credit
from tests import world
from tests.customers.accounts import confirmed
from tests.payments.debits import may_debit, run_for, tomorrow, with_mandate
from tests.rules.hostile import DAY, Forms


def a_debit_run(customer: Any) -> tuple[BankAccount, DebitRun]:
    """A run that is ready, and our account that it goes to."""
    account = may_debit(customer.company)
    debtor = with_mandate(world.make_customer(customer.company, "Debtor AG"))
    world.issue(debtor, "10.00", DAY)
    return account, run_for(customer.company, account=account)


def a_refund(account: BankAccount) -> int:
    """A refund that waits for a file."""
    customer = world.make_customer(account.company, "Creditor AG")
    confirmed(customer)
    credit = world.item_of(world.issue_credit_memo(customer, "10.00", DAY)).pk
    return refund_credit(customer, RefundDetails(credit, Decimal(10), DAY, "asked for"), by=None).pk


def a_repayment(account: BankAccount) -> int:
    """A repayment that is ready, of one refund."""
    a_refund(account)
    return prepare_repayment(account.company, RepaymentDetails(account.pk, account.company.today()), by=None).pk


def forms(customer: Any) -> Forms:
    """Each form's page, what its address needs, and what is typed."""
    receipt = world.receive(customer, "50.00", DAY)
    free = world.item_of(receipt)
    bank, run = a_debit_run(customer)
    return {
        "payments:repayment_new": (
            [],
            {"bank_account_id": str(bank.pk), "pay_on": str(bank.company.today()), "version": ""},
        ),
        "payments:cancel_repayment": ([a_repayment(bank)], {"reason": "r"}),
        "payments:pay_refund_by_hand": ([a_refund(bank)], {"bank_account_id": str(bank.pk), "on": "2026-03-02"}),
        "payments:undo_refund_by_hand": ([a_refund(bank)], {"reason": "r"}),
        "payments:withdraw_refund": ([a_refund(bank)], {"reason": "r"}),
        "payments:debit_run_new": (
            [],
            {
                "scheme": "core",
                "bank_account_id": str(bank.pk),
                "collect_on": str(tomorrow(bank.company)),
                "version": "",
            },
        ),
        "payments:collect_debit_run": ([run.pk], {"on": "2026-03-02"}),
        "payments:cancel_debit_run": ([run.pk], {"reason": "r"}),
        "payments:debit_answers": ([], {"file": "f"}),
        "payments:refund_credit": ([customer.pk], {"credit": str(free.pk), "amount": "1", "reason": "r", "way": ""}),
    }
