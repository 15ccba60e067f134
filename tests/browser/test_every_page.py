"""Every page of the site, in light, in dark and on a phone: clean, reachable, readable. A page without a row fails."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone
from playwright.sync_api import Page

from billing.models import DisputeOutcome, DisputeSource, Invoice, ReasonCode
from billing.operations.answer_dispute import answer_dispute, note_on_dispute, reply_to_dispute
from billing.operations.attach_to_dispute import attach_to_dispute
from billing.operations.bill_recurring import bill_recurring
from billing.operations.close_dispute import close_dispute
from billing.operations.credit_invoice import credit_invoice
from billing.operations.draft_debit_note import draft_debit_note
from billing.operations.escalate_dispute import escalate_dispute
from billing.operations.manage_billing_runs import prepare_billing_run
from billing.operations.manage_exemptions import ExemptionDetails, add_exemption
from billing.operations.manage_price_lists import UseDetails, assign_price_list
from billing.operations.manage_taxes import RateDetails, TaxDetails, add_tax
from billing.operations.mark_printed import mark_printed
from billing.operations.open_dispute import DisputeDetails, open_dispute
from billing.operations.send_invoice import send_invoice
from billing.operations.void_invoice import void_invoice
from credit_control.models import Statement
from credit_control.operations.hand_to_agency import HandOverDetails, hand_to_agency
from credit_control.operations.record_promise import PromiseDetails, record_promise
from credit_control.operations.set_reference_rates import add_usual_rates
from customers.models import Customer
from customers.operations.manage_mandates import amend_mandate
from ledger.models import Entry
from office.approvals import ApprovalNeeded
from office.mail.handing_over import hand_over
from office.models import MailStatus, OutgoingMail, Run
from office.operations.ask_approval import ask_approval
from office.operations.comment import answer_task, ask_question, comment
from office.operations.make_task import make_task
from office.operations.set_approval_rules import set_approval_rules
from office.tasks import carry_out_run
from office.topics import About
from payments.exchanging import ExchangeDetails
from payments.models import BankLine, OnlinePayment, PayerAccount, ProviderEvent, Rest, UnreadLine
from payments.operations.decide_chargeback import add_evidence
from payments.operations.exchange_receipt import exchange_receipt
from payments.operations.keep_bank_mapping import keep_bank_mapping
from payments.operations.match_bank_line import match_bank_line, set_aside_bank_line
from payments.operations.open_chargeback import ChargebackDetails, open_chargeback
from payments.operations.pay_refund_by_hand import pay_refund_by_hand
from payments.operations.prepare_bank_table import prepare_bank_table, told_of
from payments.operations.prepare_repayment import RepaymentDetails, prepare_repayment
from payments.operations.receive_online_payment import receive_online_payment
from payments.operations.receive_payment import Plan, Share
from payments.operations.record_payout import record_payout
from payments.operations.record_receipt_batch import BatchDetails, BatchLine, record_receipt_batch
from payments.operations.record_recovery import RecoveryDetails, record_recovery
from payments.operations.refund_credit import RefundDetails, refund_credit
from payments.operations.reject_repayment_line import reject_repayment_line
from payments.operations.reverse_receipt import reverse_receipt
from payments.operations.settle_debits import reject_debit
from payments.operations.settle_items import SettlementDetails, Settling, settle_items
from payments.operations.settle_unread_line import leave_out_unread_line
from payments.operations.take_bank_file import take_bank_file
from payments.operations.take_remittance import AdviceDetails, take_remittance
from payments.operations.write_off import WriteOffDetails, write_off
from tests import world
from tests.browser.conftest import DESKTOP, PHONE, shoot
from tests.credit_control.reminding import ladder, remind
from tests.credit_control.samples import claim, rule_for, statement_run
from tests.customers.accounts import NEW_IBAN, confirmed, iban_account
from tests.customers.test_mandates import signed
from tests.payments import bank_samples, debits
from tests.payments.bank_samples import camt, statement
from tests.payments.debits import IBANS, may_debit

pytestmark = pytest.mark.django_db(transaction=True)
NARROW = {"width": 320, "height": 800}
AXE = (Path(__file__).parents[1] / "vendor" / "axe.min.js").read_text()
AT_REST = """(async () => {
  do await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  while ((await Promise.allSettled(document.getAnimations().map((each) => each.finished))).length);
})()"""
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
COLOURS = {"runOnly": {"type": "rule", "values": ["color-contrast"]}}
"""All that a dark page can do wrong which a light one does not."""


@dataclass(frozen=True)
class Row:
    """A page to look at: its name, and which thing of the world it is about."""

    name: str
    about: str = ""
    query: str = ""
    role: str = "manager"
    is_ours: bool = True
    """Swagger's own inside is not held to our colours and headings."""


PAGES = [
    Row("home"),
    Row("search", query="?q=bramble"),
    Row("customers:customer_list"),
    Row("customers:new"),
    Row("customers:customer", "customer"),
    Row("customers:edit", "customer"),
    Row("customers:payer", "customer"),
    Row("customers:account_list"),
    Row("customers:account_new", "customer"),
    Row("customers:account", "account"),
    Row("customers:mandate_list"),
    Row("customers:mandate_new", "customer"),
    Row("customers:mandate", "mandate"),
    Row("customers:import"),
    Row("billing:invoice_list"),
    Row("billing:credit_memo_list"),
    Row("billing:debit_note_list"),
    Row("billing:invoice_new"),
    Row("billing:invoice", "invoice"),
    Row("billing:invoice", "draft"),
    Row("billing:invoice", "void"),
    Row("billing:invoice", "memo"),
    Row("billing:invoice", "debit_note"),
    Row("billing:invoice_edit", "draft"),
    Row("billing:credit_invoice", "invoice"),
    Row("billing:dispute_list"),
    Row("reports:causes", query="?by=product"),
    Row("reports:cause_rows"),
    Row("billing:dispute", "dispute"),
    Row("billing:dispute", "dispute_closed"),
    Row("billing:open_dispute", "invoice"),
    Row("billing:credit_invoice", "disputed_invoice", query="?dispute={dispute}"),
    Row("billing:correct_invoice", "invoice"),
    Row("billing:draft_debit_note", "invoice"),
    Row("office:approval_list"),
    Row("office:approval_rules", role="administrator"),
    Row("billing:reason_list", role="administrator"),
    Row("billing:set_medical_codes", "draft"),
    Row("billing:medical_code_list", role="administrator"),
    Row("billing:import_medical_codes", role="administrator"),
    Row("billing:import"),
    Row("billing:read_einvoice"),
    Row("billing:consolidate"),
    Row("billing:billing_run_list"),
    Row("billing:billing_run", "billing_run"),
    Row("billing:recurring_list"),
    Row("billing:recurring_new"),
    Row("billing:recurring", "recurring"),
    Row("billing:recurring_edit", "recurring"),
    Row("billing:usage_list"),
    Row("billing:import_usage"),
    Row("billing:product_list"),
    Row("billing:product_new"),
    Row("billing:product", "product"),
    Row("billing:product", "product", role="collector"),
    Row("billing:product_edit", "product"),
    Row("billing:product_group_list"),
    Row("billing:import_products"),
    Row("billing:price_list_list"),
    Row("billing:price_list_new"),
    Row("billing:price_list", "price_list"),
    Row("billing:price_list_edit", "price_list"),
    Row("customers:group_list"),
    Row("payments:receipt_list"),
    Row("payments:receipt_new"),
    Row("payments:receipt", "receipt"),
    Row("payments:receipt", "exchanged"),
    Row("payments:exchange_receipt", "dollars"),
    Row("payments:allocate", "customer"),
    Row("payments:chargeback_list"),
    Row("payments:chargeback", "chargeback"),
    Row("payments:chargeback_new", "card_receipt"),
    Row("payments:receipt_batch_list"),
    Row("payments:receipt_batch_new"),
    Row("payments:receipt_batch", "receipt_batch"),
    Row("payments:settlement", "settlement"),
    Row("payments:write_off_list"),
    Row("payments:write_off_new", "customer", query="?item=all"),
    Row("payments:write_off", "write_off"),
    Row("payments:payment_policy", role="administrator"),
    Row("credit_control:late_charge_list"),
    Row("credit_control:claim_late_charges"),
    Row("credit_control:late_charge", "late_charge"),
    Row("credit_control:worklist", query="?customer={debtor}"),
    Row("credit_control:reminder_list"),
    Row("credit_control:send_reminders"),
    Row("credit_control:reminder", "reminder"),
    Row("credit_control:put_off_due_day", "late_item"),
    Row("credit_control:credit_policy", role="administrator"),
    Row("credit_control:ladder_list", role="administrator"),
    Row("credit_control:ladder_new", role="administrator"),
    Row("credit_control:ladder", "ladder", role="administrator"),
    Row("credit_control:hand_over_list"),
    Row("credit_control:hand_over", "hand_over"),
    Row("credit_control:hand_over_new", "debtor"),
    Row("credit_control:promise_list"),
    Row("credit_control:promise_new", "debtor"),
    Row("credit_control:customer_rule", "customer"),
    Row("credit_control:statement_now", "customer"),
    Row("credit_control:statement_now", "customer", "?form=balance_forward"),
    Row("credit_control:statement_run_list"),
    Row("credit_control:statement_run_new"),
    Row("credit_control:statement_run", "statement_run"),
    Row("credit_control:statement_run", "statement_look"),
    Row("credit_control:statement_list"),
    Row("credit_control:statement", "statement"),
    Row("credit_control:statement_schedule", role="administrator"),
    Row("credit_control:rule_list", role="administrator"),
    Row("credit_control:rule_new", role="administrator"),
    Row("credit_control:rule", "late_rule", role="administrator"),
    Row("credit_control:reference_rate_list", role="administrator"),
    Row("payments:refund_list"),
    Row("payments:refund", "waiting_refund"),
    Row("payments:refund", "hand_paid_refund"),
    Row("payments:repayment_new", query="?{repayments}"),
    Row("payments:repayment", "repayment"),
    Row("payments:debit_run_list"),
    Row("payments:debit_run_new", query="?{debits}"),
    Row("payments:debit_run", "debit_run"),
    Row("payments:debit_run", "ready_run"),
    Row("payments:debit_answers"),
    Row("payments:bank"),
    Row("payments:take_bank_file"),
    Row("payments:map_bank_table", "bank_table"),
    Row("payments:bank_mapping_list"),
    Row("payments:bank_file", "bank_file"),
    Row("payments:bank_file", "retold_file"),
    Row("payments:bank_statement_list"),
    Row("payments:bank_line_list"),
    Row("payments:bank_queue"),
    Row("payments:match_certain"),
    Row("payments:match_policy"),
    Row("payments:revalue_month"),
    Row("payments:reconcile", "bank_account"),
    Row("payments:payer_account_list"),
    Row("payments:payer_account", "payer"),
    Row("payments:bank_line", "bank_line"),
    Row("payments:bank_line", "matched_line"),
    Row("payments:bank_line", "line_set_aside"),
    Row("payments:bank_line", "advised_line"),
    Row("payments:bank_line", "payout_line"),
    Row("payments:bank_line", "paid_out_line"),
    Row("payments:online_payment_list"),
    Row("payments:online_payment", "held_payment"),
    Row("payments:remittance_list"),
    Row("payments:take_remittance"),
    Row("payments:remittance", "remittance"),
    Row("payments:unread_line_list"),
    Row("payments:unread_line", "unread_line"),
    Row("payments:unread_line", "settled_line"),
    Row("payments:unread_line", "retold_line"),
    Row("reports:ageing"),
    Row("reports:ageing_items"),
    Row("reports:taxes"),
    Row("paper", "fee"),
    Row("office:mail_list"),
    Row("office:mail", "mail"),
    Row("office:task_list"),
    Row("office:task", "task"),
    Row("office:task_new"),
    Row("office:ask", "question"),
    Row("office:mail_texts"),
    Row("office:mail_text", "text"),
    Row("office:run_list"),
    Row("office:run", "run"),
    Row("office:audit_list"),
    Row("office:company_settings", role="administrator"),
    Row("payments:bank_accounts", role="administrator"),
    Row("office:rate_list", role="administrator"),
    Row("office:staff_list", role="administrator"),
    Row("office:staff", "person", role="administrator"),
    Row("billing:tax_list", role="administrator"),
    Row("customers:terms_list", role="administrator"),
    Row("billing:check_policies", role="administrator"),
    Row("office:number_patterns", role="administrator"),
    Row("office:sending_hours", role="administrator"),
    Row("office:returned_mail", role="administrator"),
    Row("billing:paper_looks", role="administrator"),
    Row("billing:tax", "tax", role="administrator"),
    Row("billing:exemption_list", "customer"),
    Row("billing:month_list"),
    Row("billing:template_list"),
    Row("billing:save_template", "invoice"),
    Row("billing:print_queue"),
    Row("billing:print_batch", query="?documents={waiting},{printed}"),
    Row("billing:invoice", "printed"),
    Row("office:change_password"),
    Row("office:token_list"),
    Row("api_docs", is_ours=False),
]
ELSEWHERE = {
    "office:log_in": "every other test logs in",
    "customers:pick": "a piece of the editor",
    "billing:live_totals": "a piece of the editor",
    "billing:billing_run_progress": "a piece of the run's page",
    "billing:paper_preview": "a piece of the page of looks: tests/billing/test_paper_looks.py",
    "billing:paper_sample": "a file: tests/billing/test_paper_looks.py",
    "payments:apply_receipts": "tests/browser/test_apply_receipts.py",
    "payments:allocation_totals": "a piece of the allocation page: tests/browser/test_allocation.py",
    "billing:preview": "a piece of the editor: tests/browser/test_editor.py",
    "billing:attachment": "a file: tests/billing/test_manage_attachments.py",
    "billing:autosave": "the editor saves itself: tests/billing/test_edit_together.py",
    "billing:pick_product": "a piece of the editor",
    "billing:quick_product": "a dialog of the editor: tests/browser/test_product_lines.py",
    "healthz": "no page",
    "portal:document": "tests/billing/test_portal.py",
    "account:page": "tests/browser/test_account_page.py",
    "credit_control:statement_run_progress": "a piece of the run's page",
    "paying:after": "tests/browser/test_online_payment.py",
    "practice_checkout": "tests/browser/test_online_payment.py",
}


@pytest.fixture
def things(company: Any, customer: Any) -> dict[str, int]:
    """One of each thing a page can be about."""
    day = company.today() - timedelta(days=40)
    vat = world.make_tax(company, "19")
    invoice = world.issue(customer, [world.line("100.00", "3", tax=vat)], day, po_number="PO-77", note="Thank you")
    receipt = world.receive(customer, "150.00", day)
    world.apply(receipt, invoice, "120.00", day)
    memo = credit_invoice(invoice.pk, {invoice.lines.get().pk: 1}, reason="Damaged", by=None, on=day)
    void = void_invoice(world.issue(customer, "9.00", day).pk, reason="twice", by=None, on=day)
    world.draft(customer, "12.00", po_number="PO-78")
    [mail] = send_invoice(invoice.pk, by=None)
    hand_over(mail.pk)
    product, price_list = a_priced_product(customer, vat)
    return {
        "product": product.pk,
        "price_list": price_list.pk,
        "customer": customer.pk,
        **with_mandate(customer),
        **debit_runs(company),
        **repayments(company),
        "invoice": invoice.pk,
        "draft": world.draft(customer, [world.line("5.00", tax=vat)]).pk,
        "recurring": a_recurring_invoice(customer, vat),
        "memo": memo.pk,
        "request": a_request(invoice),
        "debit_note": draft_debit_note(invoice.pk, by=None).pk,
        "void": void.pk,
        **on_paper(company, day),
        "receipt": receipt.pk,
        **from_the_bank(customer, invoice),
        "mail": mail.pk,
        "chargeback": a_chargeback(customer, day),
        **disputes(customer, day),
        "card_receipt": world.receive(customer, "33.00", day, method="card").pk,
        **in_dollars(customer, day),
        "receipt_batch": a_batch(customer, day),
        "settlement": a_short_payment(customer, day),
        "write_off": a_write_off(customer, vat, day),
        "fee": returned_payment(customer, day),
        **a_late_charge(company),
        "task": a_task(invoice),
        "question": ("billing.invoice", invoice.pk),
        "text": ("invoice", "en"),
        "run": a_run(company),
        "billing_run": a_billing_run(company),
        **statements(company, customer),
        "person": world.make_user(company, "sales").pk,
        "tax": with_certificate(company, customer),
    }


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


def with_mandate(customer: Any) -> dict[str, int]:
    """An account, with a mandate that was put to it in another's place."""
    account = confirmed(customer)
    mandate = signed(customer, confirmed(customer, iban_account(NEW_IBAN)))
    amend_mandate(mandate.pk, account.pk, on=customer.company.today(), reason="New bank", by=None)
    return {"account": account.pk, "mandate": mandate.pk}


def on_paper(company: Any, day: Any) -> dict[str, int]:
    """A document that waits to be printed, and one that was printed."""
    customer = world.make_customer(company, "Dunmore Ltd", gets_paper=True)
    waiting, printed = (world.issue(customer, amount, day) for amount in ("480.00", "75.50"))
    mark_printed([printed.pk], by=world.make_user(company, "collector"))
    return {"waiting": waiting.pk, "printed": printed.pk}


def from_the_bank(customer: Any, invoice: Invoice) -> dict[str, int]:
    """A bank file with a gap before it; lines to match, matched, set aside, unread and left out."""
    company = customer.company
    clerk = world.make_user(company)
    may_debit(company)
    day = str(company.today())
    first = camt(statement(bank_samples.entry("7.00"), opening="1.00", closing="8.00"))
    take_bank_file(company, "first.xml", first.replace(b"2026-03-02", b"2026-03-01"), by=None)
    paid = bank_samples.detail("50.00", f"Invoice {invoice.number}")
    entries = [("12..34",), ("1,2",), ("50.00", paid), ("20.00",), ("9.00",)]
    lines = [bank_samples.entry(*each, day=day) for each in entries]
    taken = take_bank_file(company, "march.xml", camt(statement(*lines, closing="145.00")), by=clerk)
    waiting, settled = UnreadLine.objects.order_by("pk")
    leave_out_unread_line(settled.pk, reason="Not money", by=clerk)
    to_match, matched, aside = BankLine.objects.exclude(amount=7).order_by("pk")
    match_bank_line(matched.pk, customer, Decimal(15), Plan(), by=clerk)
    payer = PayerAccount.objects.get()
    set_aside_bank_line(aside.pk, reason="Interest", by=clerk)
    of_lines = {
        "payer": payer.pk,
        "bank_account": to_match.bank_account_id,
        "bank_table": a_bank_table(company),
        "bank_line": to_match.pk,
        "matched_line": matched.pk,
        "line_set_aside": aside.pk,
    }
    of_lines |= an_advice(customer, invoice) | {"held_payment": a_held_payment(customer)}
    of_lines |= payouts(customer) | told_again(company)
    return of_lines | {"bank_file": taken.file.pk, "unread_line": waiting.pk, "settled_line": settled.pk}


def told_again(company: Any) -> dict[str, int]:
    """A statement in another format, of a line that may be one that is known."""
    swift = b""":20:STARTUMS\n:25:12030000/0000202051\n:28C:1/1\n:60F:C260301EUR1,00
:61:2603010301C7,00NTRFNONREF\n:86:166?00GUTSCHRIFT?20SVWZ+Rent?32Elm\n:62F:C260301EUR8,00\n"""
    file = take_bank_file(company, "swift.sta", swift, by=None).file
    return {"retold_file": file.pk, "retold_line": UnreadLine.objects.get(may_be__isnull=False).pk}


def a_chargeback(customer: Any, day: Any) -> int:
    """One of a part of a card payment, with a piece of evidence, to be answered."""
    receipt = world.receive(customer, "60.00", day, method="card")
    details = ChargebackDetails(
        day, customer.company.today() + timedelta(days=3), "10.4", "Cardholder does not know the purchase", Decimal(40)
    )
    chargeback = open_chargeback(receipt.pk, details, by=None)
    add_evidence(chargeback.pk, "signed-order.pdf", b"%PDF-1.7 evidence", by=None)
    return chargeback.pk


def disputes(customer: Any, day: Any) -> dict[str, int]:
    """One that a customer opened over a line, past its day, with talk, notes and files; and one that was refused."""
    invoice = world.issue(customer, [world.line("40.00", description="Shelf"), world.line("60.00")], day)
    code = ReasonCode.objects.get(company=customer.company, code="quality_disputed").pk
    details = DisputeDetails(code, "Two boards came broken.", lines={invoice.lines.first().pk: None}, respond_by=day)
    eva = customer.contacts.first()
    opened = open_dispute(invoice.entry_id, details, on=day, by=None, source=DisputeSource.CUSTOMER, contact=eva)
    answer_dispute(opened.pk, "Please send us a photo of both.", by=None)
    reply_to_dispute(opened.pk, "Here it is.", contact=eva)
    attach_to_dispute(opened.pk, "boards.png", b"\x89PNG\r\n\x1a\n", contact=eva)
    note_on_dispute(opened.pk, "The same carrier as last time.", by=None)
    attach_to_dispute(opened.pk, "carrier.pdf", b"%PDF-1.7 note", is_inside=True)
    escalate_dispute(opened.pk)
    details = DisputeDetails(code, "All of it is late.", said_by="Ms Green", amount=Decimal(10))
    closed = open_dispute(invoice.entry_id, details, on=day, by=None)
    close_dispute(closed.pk, DisputeOutcome.REFUSED, on=day, by=None, note="It came on the agreed day.")
    return {"dispute": opened.pk, "dispute_closed": closed.pk, "disputed_invoice": invoice.pk}


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


def a_late_charge(company: Any) -> dict[str, int]:
    """What a customer was charged for paying late, and another who would be, by a rule of the company's."""
    rule, today = rule_for(company, "12", fee_steps=[["0", "40"]]), company.today()
    for name in ("Late Ltd", "Later Ltd"):
        customer = world.make_customer(company, name)
        world.issue(customer, "500.00", today - timedelta(days=60), due_on=today - timedelta(days=30))
    add_usual_rates(company, by=None)
    charge = claim(Customer.objects.get(name="Late Ltd"), today)
    steps = ladder(company, [1, 8], has_letter=True)
    reminded = world.make_customer(company, "Slow Ltd")
    item = world.item_of(world.issue(reminded, "80.00", today - timedelta(days=9), due_on=today - timedelta(days=2)))
    reminder, _ = remind(reminded)
    assert reminder
    details = PromiseDetails(today + timedelta(days=3), "Eva Brandt", "EUR", Decimal(100))
    record_promise(customer.pk, details, on=today, by=None)
    lost = world.make_customer(company, "Lost Ltd")
    given = world.item_of(world.issue(lost, "70.00", today - timedelta(days=90), due_on=today - timedelta(days=80)))
    details = HandOverDetails("Swift & Sons", [given.pk], was_warned=True)
    return {"late_charge": charge.pk, "late_rule": rule.pk, "debtor": customer.pk} | {
        "hand_over": hand_to_agency(lost.pk, details, on=today, by=None).pk,
        "reminder": reminder.pk,
        "late_item": item.pk,
        "ladder": steps.pk,
    }


def a_held_payment(customer: Any) -> int:
    """A payment of which the provider reported less than was asked."""
    invoice = world.issue(customer, "80.00", customer.company.today())
    kept = {"company": customer.company, "customer": customer, "invoice": invoice, "amount": 80, "currency": "EUR"}
    words = "The provider reports 8.00 EUR; €80.00 (EUR) was asked."
    more = {"reported_amount": 8, "reported_currency": "EUR", "status": "held", "held_because": words}
    payment = OnlinePayment.objects.create(provider="test", reference="r", payment_id="practice_1", **kept, **more)
    ProviderEvent.objects.create(provider="test", event_id="e", said="paid", payment=payment, outcome="held")
    return payment.pk


def payouts(customer: Any) -> dict[str, int]:
    """A bank line that is a payout of online payments, and one that could be."""
    company = customer.company
    invoice = world.issue(customer, "90.00", company.today())
    kept = {"company": company, "customer": customer, "invoice": invoice, "amount": 90, "currency": "EUR"}
    payment = OnlinePayment.objects.create(provider="test", reference="paid out", **kept)
    receive_online_payment(payment, Decimal(90), by=None)
    entries = [bank_samples.entry(amount, day=str(company.today())) for amount in ("39.00", "41.00")]
    take_bank_file(company, "payouts.xml", camt(statement(*entries, opening="208.00", closing="288.00")), by=None)
    done, could_be = BankLine.objects.order_by("-pk")[:2]
    record_payout(done.pk, fee=Decimal(1), by=world.make_user(company))
    return {"paid_out_line": done.pk, "payout_line": could_be.pk}


def an_advice(customer: Any, invoice: Invoice) -> dict[str, int]:
    """What a payer advised of a bank line: a part with a reason, and a document that is none of ours."""
    company = customer.company
    day = str(company.today())
    content = camt(statement(bank_samples.entry("63.00", day=day), opening="145.00", closing="208.00"))
    take_bank_file(company, "later.xml", content, by=None)
    advice = (
        f"Invoice,Gross,Discount,Paid,Reason\n{invoice.number},60.00,2.00,58.00,Damaged\nX-77,,,5.00,\nTotal,,,63.00,"
    )
    details = AdviceDetails(customer, paid_on=company.today(), payer_reference="4711")
    remittance = take_remittance(company, "advice.csv", advice.encode(), details, by=world.make_user(company))
    return {"advised_line": BankLine.objects.latest("pk").pk, "remittance": remittance.pk}


def a_bank_table(company: Any) -> int:
    """A table that waits for its columns, with a row that cannot be read; and one that is known."""
    content = b"Our bank\nDate,Name,Details,Amount,Balance\n2026-03-13,Elm,Rent,12.50,62.50\n2026-03-14,Ash,x,1..0,\n"
    run = prepare_bank_table(company, "march.csv", content, by=None)
    keep_bank_mapping(company.bank_accounts.get(), told_of(run), by=world.make_user(company))
    return run.pk


def a_request(invoice: Invoice) -> int:
    """A credit that waits for a manager, asked by a clerk."""
    company = invoice.company
    set_approval_rules(company, {"credit_invoice": (Decimal(50), "manager")}, by=None)
    with pytest.raises(ApprovalNeeded) as needed:
        credit_invoice(invoice.pk, Decimal(90), reason="Goodwill", by=world.make_user(company), on=company.today())
    return ask_approval(needed.value, by=world.make_user(company)).pk


def with_certificate(company: Any, customer: Any) -> int:
    """A tax that needs a certificate, which the customer has shown."""
    rates = [RateDetails(Decimal(0), "E", "Bought for resale"), RateDetails(Decimal(2), name="Levy", kind="on_top")]
    tax = add_tax(company, TaxDetails("Resale", rates, needs_certificate=True), by=None)
    add_exemption(customer.pk, ExemptionDetails(tax.pk, "TX-77", company.today()), by=None)
    return tax.pk


def returned_payment(customer: Any, day: Any) -> int:
    """The entry of a fee, which has no page of its own."""
    reverse_receipt(world.receive(customer, "8.00", day).pk, dated_on=day, by=None, reason="back", fee=Decimal(5))
    return Entry.objects.get(kind="returned_payment_fee").pk


def a_recurring_invoice(customer: Any, vat: Any) -> int:
    """One with a document made, one parked, a part of a month, usage and a new price ahead."""
    today = customer.company.today()
    lines = [
        world.recurring_line("80.00", tax=vat, description="Support {month} {year}"),
        world.recurring_line("0.02", tax=vat, description="Calls", meter="calls", new_price=1, new_price_from=today),
    ]
    start = today - timedelta(days=70)
    recurring = world.make_recurring(
        customer, lines, start, name="Support", wanted_day=1, internal_note="Renews in May"
    )
    world.use(customer, "1200", today - timedelta(days=30), meter="calls")
    bill_recurring(recurring.pk)
    recurring.occurrences.filter(pk=recurring.occurrences.last().pk).update(
        outcome="parked", invoice=None, problem="That month is closed. Choose a later date, or have the month reopened."
    )
    return recurring.pk


def a_priced_product(customer: Any, vat: Any) -> tuple[Any, Any]:
    """A product with breaks on a list that a customer gets."""
    product = world.make_product(customer.company, "SHELF-180", name="Oak shelf, 180 cm", tax_id=vat.pk)
    price_list = world.make_price_list(customer.company, "Retail")
    world.make_price(product, price_list, "148.50")
    world.make_price(product, price_list, "139.125", from_quantity=Decimal(10), valid_from=customer.company.today())
    assign_price_list(price_list.pk, UseDetails(customer_id=customer.pk), by=None)
    return product, price_list


def a_billing_run(company: Any) -> int:
    """One that was looked at and waits to be started, with a document that is refused."""
    world.draft(world.make_customer(company, "Castell AG"), [world.line("5.00"), world.line("-9.00")])
    run = prepare_billing_run(company, "issue", Invoice.objects.all(), by=world.make_user(company, "clerk"))
    carry_out_run(run.pk)
    return run.pk


def statements(company: Any, customer: Any) -> dict[str, int]:
    """A run that sent, one that was looked at, and a statement over a parent's subsidiaries."""
    parent = world.make_customer(company, "Compass plc", group_statement="beside")
    for name in ("Compass North", "Compass South"):
        branch = world.make_customer(company, name, parent_id=parent.pk, statement_form="balance_forward")
        world.issue(branch, "120.00", company.today() - timedelta(days=40))
    clerk = world.make_user(company, "clerk")
    sent, looked = statement_run(company, clerk, starts=True), statement_run(company, clerk)
    OutgoingMail.objects.filter(kind="statement").update(status=MailStatus.SENT, finished_at=timezone.now())
    kept = Statement.objects.get(run=sent, customer=parent, is_combined=True)
    return {"statement_run": sent.pk, "statement_look": looked.pk, "statement": kept.pk}


def a_task(invoice: Invoice) -> int:
    """A question about an invoice, put to shipping and answered, with one that is late."""
    company, about = invoice.company, About.of(invoice)
    clerk, colleague = world.make_user(company), world.make_user(company, "colleague", name="Otto Lund")
    late = company.today() - timedelta(days=3)
    make_task(company, "call", "Call Eva Brandt", key="call", by=None, about=about, due_on=late)
    asked = ask_question(company, about, "Did the second parcel leave?", department="shipping", by=clerk)
    answer_task(asked, "On Monday. The carrier says it arrives tomorrow.", finishes=False, by=colleague)
    comment(company, about, "The customer rang: they want it on one invoice.", by=clerk)
    return asked.pk


def a_run(company: Any) -> int:
    return Run.objects.create(
        company=company, kind="import_customers", title="Import of customers", total=10, done=4
    ).pk


def page_names(patterns: list[Any], prefix: str = "") -> Iterator[str]:
    """The names of all routes that a browser can open by GET."""
    for entry in patterns:
        if isinstance(entry, URLResolver):
            if str(entry.pattern).startswith("api/"):
                continue
            inner = f"{entry.namespace}:" if entry.namespace else ""
            yield from page_names(entry.url_patterns, prefix + inner)
        elif isinstance(entry, URLPattern) and entry.name:
            yield prefix + entry.name


def test_every_route_is_looked_at_here_or_says_where(client: Any, company: Any) -> None:
    client.force_login(world.make_user(company, "manager", is_superuser=True))
    seen = {row.name for row in PAGES} | set(ELSEWHERE)
    missing = [name for name in page_names(get_resolver().url_patterns) if name not in seen and opens(client, name)]

    assert missing == []


def opens(client: Any, name: str) -> bool:
    """Whether a route answers GET with a page of its own, not a file, a refusal or a redirect."""
    for arguments in ([], [1], ["x"], [1, 0]):
        try:
            answer = client.get(reverse(name, args=arguments))
        except Exception:
            continue
        return answer.status_code == 200 and answer["Content-Type"].startswith("text/html")
    return False


def walks() -> Iterator[tuple[str, list[Row]]]:
    """The pages in walks, each by one role through one world, as that takes a while to make."""
    for role in sorted({row.role for row in PAGES}):
        for place, rows in enumerate(batched([row for row in PAGES if row.role == role], 24)):
            yield f"{role}-{place}", rows


def batched(rows: list[Row], size: int) -> Iterator[list[Row]]:
    for start in range(0, len(rows), size):
        yield rows[start : start + size]


@pytest.mark.parametrize("rows", [pytest.param(rows, id=name) for name, rows in walks()])
def test_every_page(
    company: Any, things: dict[str, int], enter: Callable[[Any], Page], live_server: Any, rows: list[Row]
) -> None:
    page = enter(world.make_user(company, rows[0].role))
    faults = {f"{row.name} {row.about}": list(faults_of(page, live_server.url, row, things)) for row in rows}

    assert {page: found for page, found in faults.items() if found} == {}


def arguments_of(row: Row, things: dict[str, Any]) -> list[Any]:
    """What a page's address names: the thing that it is about, or several parts of it."""
    about = things[row.about] if row.about else ()
    return list(about) if isinstance(about, tuple) else [about]


def faults_of(page: Page, site: str, row: Row, things: dict[str, int]) -> Iterator[str]:
    """What is wrong with one page; leaves its pictures."""
    page.set_viewport_size(DESKTOP)
    page.emulate_media(color_scheme="light")
    arguments = arguments_of(row, things)
    answer = page.goto(site + reverse(row.name, args=arguments) + row.query.format(**things))
    page.wait_for_load_state("networkidle")
    if not answer or answer.status != 200:
        yield f"answered {answer and answer.status}"
        return
    if "default-src 'self'" not in answer.headers["content-security-policy"]:
        yield "has no content policy"
    if not page.title().endswith("Duebook"):
        yield f"is titled {page.title()!r}"
    if row.is_ours:
        yield from faults_of_look(page, f"page-{row.name.replace(':', '-')}-{row.about}".strip("-"))


def faults_of_look(page: Page, name: str) -> Iterator[str]:
    """What is wrong with a page of ours to eyes, in light and in dark, on a desk and on a phone."""
    if page.locator("h1").count() != 1:
        yield f"has {page.locator('h1').count()} h1"
    yield from (f"light: {fault}" for fault in axe(page))
    shoot(page, f"{name}-light")
    page.emulate_media(color_scheme="dark")
    page.evaluate(AT_REST)  # a colour caught half-way of a fade is no colour of ours
    yield from (f"dark: {fault}" for fault in axe(page, COLOURS))
    shoot(page, f"{name}-dark")
    page.emulate_media(color_scheme="light")
    page.set_viewport_size(NARROW)
    if page.evaluate("document.documentElement.scrollWidth") > NARROW["width"]:
        yield "is wider than the narrowest phone"
    page.set_viewport_size(PHONE)
    shoot(page, f"{name}-phone")


def axe(page: Page, rules: dict[str, Any] = RULES) -> list[str]:
    """What axe-core finds, in words."""
    page.evaluate(f"window.axe || (() => {{ {AXE} }})()")
    found = page.evaluate(f"axe.run(document, {json.dumps(rules)}).then(answer => answer.violations)")
    return [f"{one['id']}: {node['html'][:120]}" for one in found for node in one["nodes"]]


def test_every_title_is_its_own(company: Any, things: dict[str, int], client: Any) -> None:
    client.force_login(world.make_user(company, "manager", is_superuser=True))
    titles = {}
    for row in PAGES:
        answer = client.get(reverse(row.name, args=arguments_of(row, things)) + row.query.format(**things))
        title = answer.content.decode().split("<title>")[1].split("</title>")[0]
        titles.setdefault(title.strip(), []).append(row)

    assert [rows for rows in titles.values() if len({(row.name, row.about) for row in rows}) > 1] == []
