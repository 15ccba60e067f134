"""Money in and money back to look at."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from billing.models import ReasonCode
from customers.models import Customer
from ledger.models import Entry
from payments.exchanging import ExchangeDetails
from payments.models import ProviderEvent, Rest
from payments.operations.decide_chargeback import add_evidence
from payments.operations.exchange_receipt import exchange_receipt
from payments.operations.note_paid import PaidDetails, note_paid
from payments.operations.open_chargeback import ChargebackDetails, open_chargeback
from payments.operations.pay_refund_by_hand import pay_refund_by_hand
from payments.operations.prepare_repayment import RepaymentDetails, prepare_repayment
from payments.operations.receive_payment import Share
from payments.operations.record_receipt_batch import BatchDetails, BatchLine, record_receipt_batch
from payments.operations.record_recovery import RecoveryDetails, record_recovery
from payments.operations.refund_credit import RefundDetails, refund_credit
from payments.operations.reject_repayment_line import reject_repayment_line
from payments.operations.reverse_receipt import reverse_receipt
from payments.operations.settle_debits import reject_debit
from payments.operations.settle_items import SettlementDetails, Settling, settle_items
from payments.operations.write_off import WriteOffDetails, write_off
from tests import world
from tests.customers.accounts import confirmed
from tests.payments import debits
from tests.payments.debits import IBANS, may_debit
from tests.payments.online import asked_of


def repayments(company: Any) -> dict[str, Any]:
    """A repayment that is ready, with a refund that came back and waits, and one that was paid by hand."""
    account, today = may_debit(company), company.today()
    customer = world.make_customer(company, "Hartley Boat Builders")
    confirmed(customer)
    for _ in range(2):
        credit = world.item_of(world.issue_credit_memo(customer, "25.00", today)).pk
        refund_credit(customer, RefundDetails(credit, Decimal(25), today, "Paid twice"), by=None)
    batch = prepare_repayment(company, RepaymentDetails(account.pk, today), by=None)
    reject_repayment_line(batch.lines.first().pk, "MS03", by=None)
    credit = world.item_of(world.issue_credit_memo(customer, "35.00", today)).pk
    by_hand = refund_credit(customer, RefundDetails(credit, Decimal(35), today, "Paid twice"), by=None)
    pay_refund_by_hand(by_hand.pk, bank_account_id=account.pk, on=today, by=None)
    return {
        "repayment": batch.pk,
        "waiting_refund": batch.lines.first().refund_id,
        "hand_paid_refund": by_hand.pk,
        "repayments": f"bank_account_id={account.pk}&pay_on={today}&version=",
    }


def debit_runs(company: Any) -> dict[str, Any]:
    """A run that waits, one that is ready with a debit that was rejected, and what is still to be debited."""
    account, clerk = may_debit(company), world.make_user(company)
    day = company.today() - timedelta(days=40)
    names = ("Eastgate Bicycles", "Fenwick Stationers", "Gorse Hill Farm Shop")
    for name, number in zip(names, IBANS[1:], strict=True):
        debits.with_mandate(world.make_customer(company, name), number)
    for customer in Customer.objects.filter(name__in=names[:2]):
        world.issue(customer, "64.00", day)
    ready = debits.run_for(company, account=account)
    reject_debit(ready.collections.first().pk, "AC04", on=company.today(), by=clerk)
    for customer in Customer.objects.filter(name__in=names):
        world.issue(customer, "48.00", day)
    waiting = debits.run_for(company, clerk, account=account)
    query = f"scheme=core&bank_account_id={account.pk}&collect_on={debits.tomorrow(company)}&version="
    return {"debit_run": waiting.pk, "ready_run": ready.pk, "debits": query}


def a_chargeback(customer: Any, day: Any) -> int:
    """One of a part of a card payment, with a piece of evidence, to be answered."""
    receipt = world.receive(customer, "60.00", day, method="card")
    details = ChargebackDetails(
        day, customer.company.today() + timedelta(days=3), "10.4", "Cardholder does not know the purchase", Decimal(40)
    )
    chargeback = open_chargeback(receipt.pk, details, by=None)
    add_evidence(chargeback.pk, "signed-order.pdf", b"%PDF-1.7 evidence", by=None)
    return chargeback.pk


def a_paid_notice(customer: Any) -> int:
    """What a customer says they paid, with a file."""
    invoice, today = world.issue(customer, "75.00", customer.company.today()), customer.company.today()
    details = PaidDetails(invoice.total, today, "transfer", "TRX 77", ("bank.pdf", b"%PDF-1.7 bank"))
    return note_paid(invoice.pk, details, contact=customer.contacts.first(), on=today).pk


def a_batch(customer: Any, day: Any) -> int:
    """Two cheques of one list, one with a reference."""
    lines = [BatchLine(Decimal("30.00"), customer.number), BatchLine(Decimal("12.50"), customer.number, reference="77")]
    return record_receipt_batch(customer.company, BatchDetails(day, Decimal("42.50"), lines), by=None).pk


def a_short_payment(customer: Any, day: Any) -> int:
    """One over three invoices: one in full, one less a bank fee, one of which a part is disputed."""
    papers = [world.issue(customer, "80.00", day) for _ in range(3)]
    code = ReasonCode.objects.get(company=customer.company, code="price_disputed").pk
    words = [("80.00",), ("72.50", Rest.BANK_FEE), ("60.00", Rest.DISPUTE, code)]
    items = [
        Settling(world.item_of(paper).pk, Decimal(amount), *more)
        for paper, (amount, *more) in zip(papers, words, strict=True)
    ]
    credit = world.item_of(world.receive(customer, "212.50", day)).pk
    return settle_items(customer, SettlementDetails(credit, items, day), by=None).pk


def in_dollars(customer: Any, day: Any) -> dict[str, int]:
    """A receipt in dollars that can be exchanged, and one that was, in part."""
    free, used = (
        world.receive(customer, amount, day, currency="USD", exchange_rate=Decimal("0.9")) for amount in ("54", "108")
    )
    exchange_receipt(used.pk, ExchangeDetails(Decimal(100), "EUR", day), by=None)
    return {"dollars": free.pk, "exchanged": used.pk}


def a_write_off(customer: Any, vat: Any, day: Any) -> int:
    """One with tax in it, of which a part came in after all."""
    lost = world.issue(customer, [world.line("200.00", tax=vat)], day)
    details = WriteOffDetails([Share(world.item_of(lost).pk, Decimal(238))], reason="Insolvency")
    [row] = write_off(customer, details, on=day, by=None)
    record_recovery(row.pk, RecoveryDetails(Decimal(20), day, reference="From the estate"), by=None)
    return row.pk


def returned_payment(customer: Any, day: Any) -> int:
    """The entry of a fee, which has no page of its own."""
    reverse_receipt(world.receive(customer, "8.00", day).pk, dated_on=day, by=None, reason="back", fee=Decimal(5))
    return Entry.objects.get(kind="returned_payment_fee").pk


def a_held_payment(customer: Any) -> int:
    """A payment of which the provider reported less than was asked."""
    invoice = world.issue(customer, "80.00", customer.company.today())
    words = "The provider reports 8.00 EUR; €80.00 (EUR) was asked."
    more = {"reported_amount": 8, "reported_currency": "EUR", "status": "held", "held_because": words}
    payment = asked_of(invoice, payment_id="practice_1", **more)
    ProviderEvent.objects.create(provider="test", event_id="e", said="paid", payment=payment, outcome="held")
    return payment.pk
