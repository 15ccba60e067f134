"""A company with a little of everything in its tables, made by the product's own operations."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from hashlib import sha256
from typing import Any

from django.db import connection
from django.utils import timezone

from billing.models import EInvoice, Invoice
from billing.operations.attach_to_dispute import attach_to_dispute
from billing.operations.change_order import change_order
from billing.operations.change_shipment import change_shipment
from billing.operations.confirm_delivery import confirm_delivery
from billing.operations.credit_dispute import credit_dispute
from billing.operations.credit_invoice import credit_invoice
from billing.operations.link_lines import link_lines
from billing.operations.manage_attachments import attach_file
from billing.operations.manage_opening import go_live, set_opening_totals
from billing.operations.undo_load import begin_undoing
from billing.operations.void_invoice import void_invoice
from billing.orders.linking import Link
from billing.pdf import kept_pdf
from credit_control.models import PlanPdf, ReminderPdf
from credit_control.operations.cancel_plan import cancel_plan
from credit_control.operations.hand_to_agency import HandOverDetails, end_hand_over, hand_to_agency
from credit_control.operations.note_contact import NoteDetails, note_contact
from credit_control.operations.provide_month import provide_month
from credit_control.operations.record_promise import PromiseDetails, record_promise
from credit_control.operations.send_statement import send_statement
from credit_control.operations.set_provisions import set_provision_rates, set_specific_provision
from credit_control.operations.waive_late_charge import waive_late_charge
from credit_control.operations.withdraw_promise import withdraw_promise
from credit_control.statements.asking import Period, own
from credit_control.statements.kept import kept_statement_pdf
from customers.models import Customer, GivenMandate, MandatePdf
from customers.operations.change_credit_limit import LimitDetails, change_credit_limit
from customers.operations.release_hold import release_hold
from customers.operations.set_hold_policy import set_hold_policy
from ledger.day_sums import keep_day_sums
from ledger.models import OpenItem
from office.models import Logo
from office.operations.seal_audit import seal_audit
from office.work.runs import carry_out
from payments.exchanging import ExchangeDetails
from payments.models import BankLine, DebitRun, Receipt, ReceiptPdf
from payments.operations.apply_credits import apply_oldest_first, undo_allocation
from payments.operations.decide_chargeback import add_evidence
from payments.operations.exchange_receipt import exchange_receipt
from payments.operations.note_paid import PaidDetails, note_paid
from payments.operations.open_chargeback import ChargebackDetails, open_chargeback
from payments.operations.pay_refund_by_hand import pay_refund_by_hand
from payments.operations.prepare_repayment import RepaymentDetails, prepare_repayment
from payments.operations.receive_online_payment import receive_online_payment
from payments.operations.receive_payment import Share
from payments.operations.record_payout import record_payout
from payments.operations.record_receipt_batch import BatchDetails, BatchLine, record_receipt_batch
from payments.operations.record_recovery import RecoveryDetails, record_recovery
from payments.operations.refund_credit import RefundDetails, refund_credit
from payments.operations.reverse_receipt import reverse_receipt
from payments.operations.set_payment_policy import set_payment_policy
from payments.operations.settle_debits import collect_debit
from payments.operations.take_bank_file import take_bank_file
from payments.operations.take_remittance import AdviceDetails, take_remittance
from payments.operations.write_off import WriteOffDetails, write_off
from reports.forecast.kept import past_month_ends
from reports.operations.keep_forecast import keep_forecast
from reports.operations.set_journal_settings import set_journal_settings
from reports.operations.sign_close_step import sign_close_step
from reports.operations.withdraw_journal import withdraw_journal
from tests import world
from tests.billing.disputing import dispute
from tests.billing.opening import FILE as OTHER_BOOKS
from tests.billing.opening import load, opening_of
from tests.billing.ordered import ids_of, order_of
from tests.billing.ordered import ship as ship_for
from tests.billing.ordering import SHIPPED, make_order, order_details, order_line, send_back, ship, shipment_of
from tests.billing.sweeping import finding
from tests.credit_control.planning import agreed
from tests.credit_control.reminding import ladder, late, remind
from tests.credit_control.samples import claim, rule_for
from tests.customers.accounts import NEW_IBAN, confirmed, iban_account
from tests.payments.bank_samples import camt, entry, statement
from tests.payments.debits import may_debit, run_for, with_mandate
from tests.payments.giving import given_by
from tests.payments.online import asked_of
from tests.reports.closings import kept
from tests.reports.journals import export, map_all

DAY = date(2026, 3, 2)


def bank_line(company: Any) -> BankLine:
    """A line of 11.00 on the company's account."""
    may_debit(company)
    take_bank_file(company, "march.xml", camt(statement(entry("11.00"), closing="111.00")), by=None)
    return BankLine.objects.get()


def make_history(company: Any, customer: Any) -> None:
    """A little of everything: paid, part-paid, credited, void, reversed, refunded, undone, closed."""
    vat = world.make_tax(company, "20")
    february = date(2026, 2, 10)
    paid = world.issue(customer, [world.line("100", tax=vat)], february)
    world.apply(world.receive(customer, "120", february), paid, "120", february)
    sign_close_step(company, february, "whole_check", by=None)
    kept(company, february)
    open_one = world.issue(customer, [world.line("50", "2", tax=vat)], DAY)
    done = world.apply(world.receive(customer, "30", DAY), open_one, "30", DAY)
    undo_allocation(done.pk, dated_on=DAY, by=None, reason="mistake")
    credited = world.issue(customer, [world.line("40", "3", tax=vat)], DAY)
    memo = credit_invoice(
        credited.pk, {credited.lines.get().pk: Decimal(2)}, reason="back", by=None, on=DAY, apply=False
    )
    refund_credit(customer, RefundDetails(world.item_of(memo).pk, Decimal(10), DAY, "asked for"), by=None)
    void_invoice(world.issue(customer, "7", DAY).pk, reason="twice", by=None, on=DAY)
    reverse_receipt(world.receive(customer, "15", DAY).pk, dated_on=DAY, by=None, reason="returned", fee=Decimal(5))
    world.receive(customer, "11", DAY, bank_line_id=bank_line(company).pk)
    dollars = world.receive(customer, "10", DAY, currency="USD", exchange_rate=Decimal("0.9"))
    exchange_receipt(dollars.pk, ExchangeDetails(Decimal(10), "EUR", DAY), by=None)
    written_off(customer, vat)
    card = world.receive(customer, "8", DAY, method="card")
    case = open_chargeback(card.pk, ChargebackDetails(DAY, DAY, "10.4", "Not theirs", amount=Decimal(5)), by=None)
    add_evidence(case.pk, "order.pdf", b"%PDF-1.4", by=None)
    listed = BatchDetails(DAY, Decimal(9), [BatchLine(Decimal(9), customer.number)])
    record_receipt_batch(company, listed, by=None)
    paid_online(customer)
    debited(company)
    paid_out(company)
    charged_late(company)
    planned(company)
    chased(company)
    held(company)
    objected_to(customer)
    ordered_and_shipped(customer)
    apply_oldest_first(customer, dated_on=DAY, by=None)
    kept_pdf(paid)
    told(customer)
    filed(customer)
    provided(company)
    exported(company)
    set_hold_policy(company, {"late_days": 30}, by=None)
    keep_forecast(company, past_month_ends(company.today())[0])
    ordered(customer)
    taken_over(company)
    keep_day_sums()
    with connection.cursor() as cursor:  # as each commit would have done
        cursor.execute("SET CONSTRAINTS audit_linked IMMEDIATE; SET CONSTRAINTS audit_linked DEFERRED")
    seal_audit(company, now=timezone.now())


def ordered_and_shipped(customer: Any) -> None:
    """An order that was changed, shipped in part and partly sent back, with a proof of delivery."""
    order = make_order(customer)
    wanted = order_details(customer, order_line("9", line_id=order.lines.get().pk))
    change_order(order.pk, wanted, version=1, reason="fewer", by=None)
    shipment = ship(order, "4")
    line = replace(shipment_of(order, ["5"]).lines[0], line_id=shipment.lines.get().pk)
    change_shipment(shipment.pk, replace(shipment_of(order), lines=[line]), version=1, by=None)
    confirm_delivery(shipment.pk, delivered_on=SHIPPED, files=[("note.pdf", b"%PDF-1.4")], by=None)
    send_back(shipment, "1")


def taken_over(company: Any) -> None:
    """What was open in another product: loaded, undone, loaded again, and live."""
    books = opening_of(company, on=DAY)
    undoing = begin_undoing(books, load(books, OTHER_BOOKS).pk, by=None)
    list(carry_out(undoing.pk))
    load(books, OTHER_BOOKS)
    set_opening_totals(books.pk, {"EUR": Decimal("1609.50")}, by=None)
    go_live(books.pk, by=None)


def provided(company: Any) -> None:
    """Expected loss of the month by how late it was, and then of one customer by hand."""
    set_provision_rates(company, date(2026, 1, 1), [(0, Decimal(1)), (15, Decimal(10))], late_days=90, on=DAY, by=None)
    provide_month(company, DAY, by=None)
    late_one = Customer.objects.get(company=company, name="Late AG")
    item = OpenItem.objects.get(customer_id=late_one.pk, kind="invoice")
    set_specific_provision(late_one, Decimal(50), reason="Insolvent", on=DAY, by=None, item_id=item.pk)
    provide_month(company, DAY, by=None)


def exported(company: Any) -> None:
    """Journals for other books, with debtor accounts: one that was wrong, and what stands."""
    map_all(company)
    set_journal_settings(company, {"columns": [["debtor", ""], ["their_account", ""], ["text", ""]]}, by=None)
    withdraw_journal(export(company, "csv", DAY).pk, reason="Wrong accounts", by=None)
    export(company, "csv", DAY)


def ordered(customer: Any) -> None:
    """An order, of which a part was shipped; an invoice bills it."""
    [shipped] = ids_of(ship_for(order_of(customer, ("50", "5")), (1, "2")))
    [line] = Invoice.objects.get(number="INV-2026-0001", customer=customer).lines.all()
    link_lines(line.invoice_id, {line.pk: Link(shipment_line_id=shipped)}, by=None)


def filed(customer: Any) -> None:
    """A file of each kind that is kept with its hash, where nothing before it kept one."""
    content = b"%PDF-1.7 kept"
    kept = {"content": content, "sha256": sha256(content).hexdigest()}
    Logo.objects.create(company=customer.company, media_type="image/png", **kept)
    EInvoice.objects.create(invoice=Invoice.objects.filter(status="issued").earliest("pk"), format="ubl", **kept)
    giver = world.make_customer(customer.company, "Giver AG")
    MandatePdf.objects.create(given=GivenMandate.objects.get(mandate=given_by(giver)), **kept)
    ReceiptPdf.objects.create(receipt=Receipt.objects.earliest("pk"), edition="recorded", **kept)
    attach_file(world.draft(customer, "1").pk, "plan.pdf", content, goes_along=False, by=None)
    owed = Invoice.objects.filter(customer=customer, kind="invoice", entry__items__balance__gt=0).earliest("pk")
    said = PaidDetails(Decimal(1), DAY, "transfer", file=("bank.pdf", content))
    note_paid(owed.pk, said, contact=customer.contacts.first(), on=DAY)
    take_remittance(customer.company, "advice.csv", b"Invoice;Amount\nINV-1;5.00\n", AdviceDetails(customer), by=None)


def told(customer: Any) -> None:
    """A statement of each form, kept with its PDF."""
    period = Period(customer.company, DAY.replace(day=1), customer.company.today())
    for form in ("open_item", "balance_forward"):
        kept_statement_pdf(send_statement(period, own(customer, form), by=None))


def paid_online(customer: Any) -> None:
    """A document that its customer paid on a provider's page."""
    payment = asked_of(world.issue(customer, "9", DAY))
    receive_online_payment(payment, Decimal(9), by=None)
    take_bank_file(customer.company, "payout.xml", camt(statement(entry("8.50"), closing="108.50")), by=None)
    record_payout(BankLine.objects.latest("pk").pk, fee=Decimal("0.50"), by=None)


def paid_out(company: Any) -> None:
    """A refund that went out in a file, and one that waited and was paid by hand."""
    creditor = world.make_customer(company, "Creditor AG")
    confirmed(creditor, iban_account(NEW_IBAN))
    memo = world.issue_credit_memo(creditor, "33.00", DAY)
    refund_credit(creditor, RefundDetails(world.item_of(memo).pk, Decimal(33), DAY, "asked for"), by=None)
    account = may_debit(company)
    prepare_repayment(company, RepaymentDetails(account.pk, company.today()), by=None)
    memo = world.issue_credit_memo(creditor, "44.00", DAY)
    row = refund_credit(creditor, RefundDetails(world.item_of(memo).pk, Decimal(44), DAY, "asked for"), by=None)
    pay_refund_by_hand(row.pk, bank_account_id=account.pk, on=DAY, by=None)


def debited(company: Any) -> None:
    """Two runs: one of which a debit was collected, and one that is on its way."""
    may_debit(company)
    debtor = with_mandate(world.make_customer(company, "Debtor AG"))
    for _ in range(2):
        world.issue(debtor, "64.00", DAY)
        run = run_for(company)
        if DebitRun.objects.count() == 1:
            collect_debit(run.collections.get().pk, on=company.today(), by=None)


def charged_late(company: Any) -> None:
    """Fees of two periods and interest, of which one charge is waived."""
    rule_for(company, "12", fee_steps=[["0", "4"]], period_days=7)
    debtor = world.make_customer(company, "Late AG")
    world.issue(debtor, "100.00", DAY, due_on=DAY)
    claim(debtor, DAY + timedelta(days=15))
    promised(debtor)
    waive_late_charge(claim(debtor, DAY + timedelta(days=30)).pk, on=company.today(), by=None, reason="Goodwill")


def promised(debtor: Any) -> None:
    """The same twice: the first was withdrawn."""
    for is_slip in (True, False):
        today = debtor.company.today()
        made = record_promise(debtor.pk, PromiseDetails(today, "Eva", "EUR", Decimal(50)), on=today, by=None)
        if is_slip:
            withdraw_promise(made.pk, on=today, by=None, reason="A slip")


def planned(company: Any) -> None:
    """The same twice: the first was cancelled; with the agreement that was kept."""
    debtor = world.make_customer(company, "Plan AG")
    paper = late(debtor, "90.00", 5)
    first = agreed(debtor, [paper], (10, "45.00"), (40, "45.00"))
    cancel_plan(first.pk, "A slip", on=company.today(), by=None)
    plan = agreed(debtor, [paper], (10, "45.00"), (40, "45.00"))
    PlanPdf.objects.create(plan=plan, content=b"%PDF-1.7", sha256=sha256(b"%PDF-1.7").hexdigest())


def held(company: Any) -> None:
    """A hold that was released, and a limit that was changed for good and for a while."""
    customer = world.make_customer(company, "Held AG", credit_limit=Decimal(40))
    release_hold(world.hold(customer, on=DAY).pk, reason="Settled", on=DAY, by=None)
    for details in (LimitDetails(Decimal(50)), LimitDetails(Decimal(90), DAY)):
        change_credit_limit(customer.pk, details, reason="Agreed", on=DAY, by=None)


def chased(company: Any) -> None:
    """Reminded of with a letter that was kept, called, handed over, given back and handed over again."""
    ladder(company, [1], has_letter=True)
    debtor = world.make_customer(company, "Slow AG")
    late(debtor, "80.00", 3)
    reminder, _ = remind(debtor)
    content = b"%PDF-1.7 letter"
    ReminderPdf.objects.create(reminder=reminder, mail_id=1, content=content, sha256=sha256(content).hexdigest())
    note_contact(debtor.pk, NoteDetails("They pay soon", next_contact_on=company.today()), by=None)
    [item] = OpenItem.objects.filter(customer_id=debtor.pk)
    details = HandOverDetails("Rossi Recupero", [item.pk], was_warned=True)
    first = hand_to_agency(debtor.pk, details, on=company.today(), by=None)
    end_hand_over(first.pk, "given_back", on=company.today(), by=None)
    hand_to_agency(debtor.pk, details, on=company.today(), by=None)


def objected_to(customer: Any) -> None:
    """One dispute that is open over a line, with a file, and one that was credited; and a finding of ours."""
    invoice = world.issue(customer, [world.line("30"), world.line("20")], DAY)
    attach_to_dispute(dispute(invoice, lines={invoice.lines.first().pk: None}).pk, "a.pdf", b"%PDF-1.7 a")
    finding(invoice)
    credit_dispute(dispute(invoice, "5.00").pk, Decimal(5), reason="Faulty", by=None, on=DAY + timedelta(days=9))


def written_off(customer: Any, vat: Any) -> None:
    """A write-off that relieved its tax, and of which a part came in."""
    set_payment_policy(customer.company, {"relieves_tax": True}, by=None)
    lost = world.issue(customer, [world.line("10", tax=vat)], DAY)
    details = WriteOffDetails([Share(world.item_of(lost).pk, Decimal(12))], reason="Gone")
    [row] = write_off(customer, details, on=DAY, by=None)
    record_recovery(row.pk, RecoveryDetails(Decimal(6), DAY), by=None)
