"""Receipts and what becomes of them as a person would type it."""

from decimal import Decimal
from typing import Any
from uuid import uuid4

from payments.operations.note_paid import PaidDetails, note_paid
from payments.operations.open_chargeback import ChargebackDetails, open_chargeback
from payments.operations.receive_online_payment import receive_online_payment
from payments.operations.receive_payment import Share
from payments.operations.settle_items import SettlementDetails, Settling, settle_items
from payments.operations.write_off import WriteOffDetails, write_off
from tests import world
from tests.payments.online import asked_of
from tests.rules.hostile import DAY, Forms


def charged_back(customer: Any) -> int:
    """A card payment that the bank took back."""
    receipt = world.receive(customer, "5.00", DAY, method="card")
    return open_chargeback(receipt.pk, ChargebackDetails(DAY, DAY, "10.4", "Not theirs"), by=None).pk


def told_of(customer: Any) -> int:
    """What a customer says they paid."""
    details, today = PaidDetails(Decimal(5), DAY, "transfer"), customer.company.today()
    return note_paid(world.issue(customer, "5.00", DAY).pk, details, contact=customer.contacts.first(), on=today).pk


def settled(customer: Any) -> int:
    """A payment that was applied on the allocation screen."""
    debit, credit = (
        world.item_of(paper) for paper in (world.issue(customer, "5.00", DAY), world.receive(customer, "5.00", DAY))
    )
    details = SettlementDetails(credit.pk, [Settling(debit.pk, debit.balance)], DAY)
    return settle_items(customer, details, by=None).pk


def written_off(customer: Any) -> int:
    """A write-off of 10.00."""
    item = world.item_of(world.issue(customer, "10.00", DAY))
    return write_off(customer, WriteOffDetails([Share(item.pk, item.balance)], reason="Gone"), on=DAY, by=None)[0].pk


def held_payment(customer: Any) -> int:
    """An online payment of which the provider reported less than was asked."""
    said = {"reported_amount": 8, "reported_currency": "EUR", "held_because": "Less", "status": "held"}
    return asked_of(world.issue(customer, "80.00", DAY), **said).pk


def online_payment(customer: Any) -> int:
    """An online payment that settled its document."""
    payment = asked_of(world.issue(customer, "9.00", DAY))
    receive_online_payment(payment, Decimal(9), by=None)
    return payment.pk


def forms(customer: Any) -> Forms:
    """Each form's page, what its address needs, and what is typed."""
    invoice = world.issue(customer, [world.line("100.00", "3")], DAY)
    receipt = world.receive(customer, "50.00", DAY)
    allocation = world.apply(receipt, invoice, "10.00", DAY)
    money = {"customer": str(customer.pk), "amount": "5", "currency": "EUR", "exchange_rate": "", "reference": ""}
    money |= {"received_on": "2026-03-02", "method": "transfer", "apply": "oldest", "invoice": ""}
    money |= {"bank_account": str(receipt.bank_account_id)}
    debit, free = world.item_of(invoice), world.item_of(receipt)
    batch = {
        "received_on": "2026-03-02",
        "control_total": "9",
        "currency": "EUR",
        "note": "n",
        "form_key": str(uuid4()),
    }
    batch |= {"bank_account": str(receipt.bank_account_id), "lines-TOTAL_FORMS": "1", "lines-INITIAL_FORMS": "0"}
    batch |= {"lines-0-customer": customer.number, "lines-0-invoice": "", "lines-0-amount": "8"}
    batch |= {"lines-0-method": "cash", "lines-0-reference": "r"}
    disputed = {"opened_on": "2026-03-02", "respond_by": "2026-03-09", "amount": "4", "reason_code": "10.4"}
    disputed |= {"reason": "r", "case_reference": "c", "bank_fee": "1", "customer_fee": ""}
    foreign = world.receive(customer, "9.00", DAY, currency="USD", exchange_rate=Decimal(1))
    exchange = {"amount": "1", "into_currency": "EUR", "into_amount": "1", "exchanged_on": "2026-03-02", "item": ""}
    short = {"credit": str(free.pk), "on": "2026-03-02", f"item_{debit.pk}": "1", f"rest_{debit.pk}": "open"}
    return {
        "payments:receipt_new": ([], money),
        "payments:chargeback_new": ([world.receive(customer, "5.00", DAY, method="card").pk], disputed),
        "payments:act_on_chargeback": ([charged_back(customer)], {"act": "lost", "note": "n"}),
        "payments:close_paid_notice": ([told_of(customer)], {"outcome": "not_found", "answer": "a"}),
        "payments:receipt_batch_new": ([], batch),
        "payments:receipt_batch_totals": ([], batch),
        "payments:reverse_receipt": (
            [world.receive(customer, "5.00", DAY).pk],
            {"on": "2026-03-02", "reason": "r", "fee": "1"},
        ),
        "payments:allocate": ([customer.pk], short | {"refund_reason": ""}),
        "payments:allocation_totals": ([customer.pk], short | {"fill": "oldest"}),
        "payments:undo_settlement": ([settled(customer)], {"reason": "r"}),
        "payments:write_off_new": (
            [customer.pk],
            {f"item_{debit.pk}": "1", "reason": "r", "reason_code": ""},
        ),
        "payments:record_recovery": (
            [written_off(customer)],
            {
                "amount": "1",
                "received_on": "2026-03-02",
                "method": "transfer",
                "bank_account": str(receipt.bank_account_id),
                "reference": "r",
            },
        ),
        "payments:reverse_write_off": ([written_off(customer)], {"reason": "r"}),
        "payments:payment_policy": ([], {"tolerance_amount": "1", "tolerance_percent": "1"}),
        "payments:undo_allocation": ([allocation.pk], {"reason": "r"}),
        "payments:exchange_receipt": ([foreign.pk], exchange),
        "payments:exchange_preview": ([foreign.pk], exchange),
        "payments:revalue_month": ([], {"month": "2026-02"}),
        "payments:take_held_payment": ([held_payment(customer)], {"reason": "r", "exchange_rate": ""}),
        "payments:undo_online_payment": ([online_payment(customer)], {"reason": "r"}),
        "payments:set_held_payment_aside": ([held_payment(customer)], {"reason": "r"}),
    }
