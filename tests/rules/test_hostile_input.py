"""Whatever stands in an address or a form, a page answers: it is shown, refused or not found, but never breaks."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from credit_control.operations.hand_to_agency import HandOverDetails, hand_to_agency
from credit_control.operations.record_promise import PromiseDetails, record_promise
from office.models import BankAccount, User
from office.operations.make_task import make_task
from office.roles import ROLES
from office.topics import About
from payments.models import BankLine, DebitRun, OnlinePayment, Remittance, UnreadLine
from payments.operations.open_chargeback import ChargebackDetails, open_chargeback
from payments.operations.prepare_bank_table import prepare_bank_table
from payments.operations.prepare_repayment import RepaymentDetails, prepare_repayment
from payments.operations.receive_payment import Share
from payments.operations.refund_credit import RefundDetails, refund_credit
from payments.operations.settle_items import SettlementDetails, Settling, settle_items
from payments.operations.take_bank_file import take_bank_file
from payments.operations.take_remittance import AdviceDetails, take_remittance
from payments.operations.write_off import WriteOffDetails, write_off
from tests import world
from tests.billing.disputing import dispute, reason
from tests.credit_control.planning import offer
from tests.credit_control.reminding import ladder
from tests.credit_control.samples import claim, rule_for, statement_run
from tests.customers.accounts import IBAN, NEW_IBAN, OTHER_IBAN, confirmed, iban_account, us_account
from tests.customers.test_mandates import signed
from tests.payments.bank_samples import OURS, camt, entry, statement
from tests.payments.debits import may_debit, run_for, tomorrow, with_mandate

DAY = date(2026, 3, 2)
HOSTILE = [
    "-1",
    "NaN",
    "9" * 30,
    "1" * 5000,
    "-" * 5000 + "1",
    "9999-12-31",
    "a\0b",
    "\N{ARABIC LIGATURE SALLALLAHOU ALAYHE WASALLAM}" * 200,
    "99999999999999.9999",
]

PARTS = 6
"""Tests that share the pages: telling what a page is about takes longer than asking it."""

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser(company: Any) -> Client:
    """Somebody who may do everything there is to do; an exception in a view fails the test."""
    user = world.make_user(company, "manager")
    for role in ROLES:
        user.groups.add(world.Group.objects.get(name=role))
    client = Client()
    client.force_login(user)
    return client


@contextmanager
def as_before() -> Iterator[None]:
    """Whatever is written inside is gone afterwards."""
    point = transaction.savepoint()
    yield
    transaction.savepoint_rollback(point)


def assert_it_answers(answer: Any, sent: dict[str, Any]) -> None:
    assert answer.status_code < 500, sent


GETS = {
    "billing:invoice_list": [
        "q",
        "state",
        "delivery",
        "dated_from",
        "dated_to",
        "due_from",
        "sort",
        "after",
        "before",
        "first",
    ],
    "billing:billing_run_list": ["q", "state", "sort", "after"],
    "billing:invoice_new": ["customer"],
    "billing:paper_looks": ["language"],
    "billing:paper_sample": ["language", "kind"],
    "billing:print_queue": ["q", "dated_from", "dated_to", "sort", "after", "before"],
    "billing:print_batch": ["documents"],
    "billing:print_pdf": ["documents"],
    "customers:customer_list": ["q", "tag", "owing", "bounced", "after", "before"],
    "customers:hold_list": ["q", "state", "cause", "day_from", "sort", "after"],
    "customers:standing": ["customer"],
    "customers:account_list": ["q", "state", "sort", "after"],
    "customers:mandate_list": ["q", "state", "scheme", "signed_from", "sort", "after"],
    "payments:debit_run_list": ["q", "state", "scheme", "collected_from", "sort", "after"],
    "payments:refund_list": ["q", "state", "method", "refunded_from", "sort", "after"],
    "payments:repayment_new": ["bank_account_id", "pay_on", "version"],
    "payments:debit_run_new": ["scheme", "bank_account_id", "collect_on", "version"],
    "customers:pick": ["q"],
    "customers:new": ["name"],
    "payments:receipt_list": ["q", "received_from", "received_to", "method"],
    "payments:chargeback_list": ["q", "state", "answer_from", "answer_to", "sort", "after"],
    "billing:dispute_list": ["q", "state", "outcome", "owner", "reason", "answer_from", "opened_to", "sort", "after"],
    "payments:receipt_batch_list": ["q", "received_from", "received_to", "sort", "after"],
    "payments:receipt_new": ["customer", "invoice", "amount"],
    "payments:bank_line_list": [
        "q",
        "account",
        "to_match",
        "way",
        "booked_from",
        "booked_to",
        "sort",
        "after",
        "before",
    ],
    "payments:bank_statement_list": ["q", "account", "wrong", "gap", "until_from", "after"],
    "office:rate_list": ["q", "currency", "day_from", "sort", "after"],
    "payments:payer_account_list": ["q", "removed", "sort", "after"],
    "payments:unread_line_list": ["q", "account", "outcome", "after"],
    "office:audit_list": ["q", "by", "action", "recorded_from", "recorded_to"],
    "office:task_list": ["q", "show", "kind", "department", "due_from", "sort", "after"],
    "office:task_new": ["receiver"],
    "office:mail_list": ["q", "queued_from", "queued_to"],
    "credit_control:late_charge_list": ["q", "state", "day_from", "day_to", "sort", "after"],
    "credit_control:claim_late_charges": ["on", "customer"],
    "credit_control:statement_run_list": ["q", "state", "sort", "after"],
    "credit_control:statement_list": ["q", "form", "on_from", "on_to", "sort", "after"],
    "credit_control:promise_list": ["q", "state", "day_from", "day_to", "sort", "after"],
    "credit_control:plan_list": ["q", "state", "day_from", "day_to", "sort", "after"],
    "credit_control:hand_over_list": ["q", "state", "day_from", "day_to", "sort", "after"],
    "credit_control:worklist": ["whose", "waiting", "customer", "page"],
    "credit_control:reminder_list": ["q", "tone", "channel", "mail", "day_from", "day_to", "sort", "after"],
    "credit_control:send_reminders": ["customer"],
    "credit_control:reference_rate_list": ["q", "reference", "sort", "after"],
    "payments:write_off_list": ["q", "state", "kind", "day_from", "day_to", "sort", "after"],
    "reports:ageing": ["on", "by", "known_at", "q", "after"],
    "reports:ageing_items": ["on", "known_at", "customer", "currency", "column"],
    "reports:ageing_file": ["on", "known_at"],
    "search": ["q"],
    "billing:product_list": ["q", "kind", "group", "unpriced", "sort", "after"],
    "billing:pick_product": ["q", "customer", "currency", "dated_on", "prices_include_tax"],
    "billing:quick_product": ["name", "currency"],
    "billing:price_list_list": ["q", "retired", "after"],
}


def test_a_page_answers_whatever_its_address_says(browser: Client, customer: Any) -> None:
    world.issue(customer, "100.00", DAY)
    for page, names in GETS.items():
        for turn in range(len(HOSTILE)):  # each value once in each place
            said = {name: HOSTILE[(turn + place) % len(HOSTILE)] for place, name in enumerate(names)}
            assert_it_answers(browser.get(reverse(page), said), {page: said})


def test_an_amount_too_small_for_the_database_is_searched_as_words(browser: Client) -> None:
    assert browser.get(reverse("search"), {"q": "1e-99999"}).status_code == 200


def bank_line(company: Any) -> int:
    """A bank line with more on it than a form takes."""
    BankAccount.objects.get_or_create(company=company, name="Main", holder="Alder", iban=OURS, currency="EUR")
    paid = entry("9000.00", reference=str(BankLine.objects.count()))
    take_bank_file(company, "march.xml", camt(statement(paid, closing="9100.00")), by=None)
    return BankLine.objects.latest("pk").pk


def charged_back(customer: Any) -> int:
    """A card payment that the bank took back."""
    receipt = world.receive(customer, "5.00", DAY, method="card")
    return open_chargeback(receipt.pk, ChargebackDetails(DAY, DAY, "10.4", "Not theirs"), by=None).pk


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


def looked_at(customer: Any) -> int:
    """A statement run that waits to be started."""
    return statement_run(customer.company).pk


def late_charge(customer: Any) -> int:
    """What a customer was charged for a late invoice."""
    rule_for(customer.company)
    world.issue(customer, "500.00", DAY, due_on=DAY)
    charge = claim(customer, DAY + timedelta(days=30))
    assert charge
    return charge.pk


def handed_over(customer: Any) -> int:
    """An invoice of 10.00 that is with an agency."""
    item = world.item_of(world.issue(customer, "10.00", DAY))
    details = HandOverDetails("Swift", [item.pk], was_warned=True)
    return hand_to_agency(customer.pk, details, on=customer.company.today(), by=None).pk


PLAN_TYPED = {
    "currency": "EUR",
    "item": "1",
    "count": "2",
    "each": "5",
    "first_amount": "5",
    "first_on": "2026-12-01",
    "rhythm": "month",
    "day": "2026-12-01",
    "amount": "5",
    "valid_until": "2026-12-01",
}


def planned(customer: Any, **details: Any) -> int:
    """A plan for an invoice of 10.00."""
    return offer(customer, [world.issue(customer, "10.00", DAY)], (10, "5.00"), (40, "5.00"), **details).pk


def promised(customer: Any) -> int:
    """A promise for an invoice of 10.00."""
    today = customer.company.today()
    item = world.item_of(world.issue(customer, "10.00", DAY))
    return record_promise(customer.pk, PromiseDetails(today, "Eva", "EUR", item_ids=[item.pk]), on=today, by=None).pk


def unread_line(company: Any) -> int:
    """A bank line that could not be read."""
    BankAccount.objects.get_or_create(company=company, name="Main", holder="Alder", iban=OURS, currency="EUR")
    amount = f"1..{UnreadLine.objects.count()}"
    take_bank_file(company, "march.xml", camt(statement(entry(amount), closing="100.00")), by=None)
    return UnreadLine.objects.latest("pk").pk


def bank_table(company: Any) -> int:
    """A table of a bank that waits for somebody to say what its columns are."""
    manager = User.objects.filter(companies=company).latest("pk")
    return prepare_bank_table(company, "march.csv", b"Date;Text;Amount\n2026-03-02;A;1.00\n", by=manager).pk


def held_payment(customer: Any) -> int:
    """An online payment of which the provider reported less than was asked."""
    kept = {"company": customer.company, "customer": customer, "amount": 80, "currency": "EUR", "status": "held"}
    said = {"reported_amount": 8, "reported_currency": "EUR", "held_because": "Less", "provider": "test"}
    invoice = world.issue(customer, "80.00", DAY)
    reference = str(OnlinePayment.objects.count())
    return OnlinePayment.objects.create(invoice=invoice, reference=reference, **kept, **said).pk


def an_advice(company: Any) -> int:
    """A remittance advice."""
    content = f"Invoice,Amount\nX-1,1.00\nX-2,{Remittance.objects.count() + 1}.00\n".encode()
    return take_remittance(company, "advice.csv", content, AdviceDetails(), by=None).pk


def told_columns(company: Any) -> dict[str, str]:
    """What a person would say of it; they look again, so that it stays as it is."""
    account = BankAccount.objects.filter(company=company).earliest("pk")
    told = {"account": str(account.pk), "decimal": ".", "day_order": "ymd", "in_words": "", "out_words": ""}
    told |= {"pending_words": "p", "last_rows": "0", "look": "1"}
    return told | {"column_0": "booked_on", "column_1": "text", "column_2": "amount"}


def a_task(customer: Any) -> int:
    """Something to do."""
    return make_task(customer.company, "call", "Call Eva", key=str(uuid4()), by=None, about=About.of(customer)).pk


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


def forms(customer: Any) -> dict[str, tuple[list[Any], dict[str, str]]]:
    """Each form's page, what its address needs, and what a person would type."""
    invoice = world.issue(customer, [world.line("100.00", "3")], DAY)
    receipt = world.receive(customer, "50.00", DAY)
    draft = world.draft(customer, "10.00")
    allocation = world.apply(receipt, invoice, "10.00", DAY)
    lines = {"lines-TOTAL_FORMS": "1", "lines-INITIAL_FORMS": "0", "lines-0-description": "Work"}
    product = world.make_product(customer.company, "SHELF")
    price_list = world.make_price_list(customer.company, "Retail")
    lines |= {"lines-0-product": str(product.pk), "lines-0-code": "SHELF", "lines-0-has_list_price": ""}
    lines |= {"lines-0-quantity": "1", "lines-0-unit_price": "10", "lines-0-discount_percent": "0", "lines-0-tax": ""}
    head = {"customer": str(customer.pk), "dated_on": "2026-03-02", "net_days": "30", "currency": "EUR"}
    head |= {"exchange_rate": "1", "po_number": "", "discount_amount": "0", "note": "n", "internal_note": ""}
    contacts = {"contacts-TOTAL_FORMS": "1", "contacts-INITIAL_FORMS": "0", "contacts-0-name": "Eva"}
    contacts |= {"contacts-0-id": "", "contacts-0-email": "eva@x.example", "contacts-0-phone": "1"}
    person = {"name": "Cedar", "number": "", "currency": "EUR", "language": "en", "net_days": "30", "tags": "a"}
    person |= {"credit_limit": "10", "sales_owner": "", "note": "", "street": "s", "country": "DE", "tax_id": ""}
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
    line = invoice.lines.get().pk
    credit = {"reason": "r", "reason_code": "", "way": "amount", "amount": "1"}
    credit |= {f"line_{line}": "1", f"price_{line}": "1"}
    goods = {"code": "B", "name": "Bench", "kind": "goods", "unit": "pc", "tax": "", "group": "", "description": "d"}
    prices = {"prices-TOTAL_FORMS": "1", "prices-INITIAL_FORMS": "0", "prices-0-price_list": str(price_list.pk)}
    prices |= {"prices-0-from_quantity": "1", "prices-0-unit_price": "5", "prices-0-valid_from": "2026-03-02"}
    prices |= {"prices-0-valid_until": "", "version": "1"}
    listed = {"name": "Trade", "currency": "EUR", "is_default": ""}
    quick = {"new-code": "Q", "new-name": "Quick", "new-unit": "C62", "new-unit_price": "5", "new-currency": "EUR"}
    use = {"customer": str(customer.pk), "group": "", "valid_from": "2026-03-02", "valid_until": ""}
    company = {"legal_name": "Alder Ltd", "country": "DE", "email": "a@alder.example", "time_zone": "Europe/Berlin"}
    company |= {"net_days": "30", "tax_rounding": "document", "invoice_footer": "", "street": ""}
    company |= {"language": "en", "payment_reference": "number", "debit_notice_days": "14"}
    company |= {"debit_return_fee": "0"}
    company |= {"creditor_identifier": "DE98ZZZ09999999999", "ach_company_id": "1234567890"}
    care = {"owner": "", "department": "sales", "respond_by": "2030-01-01"}
    objection = care | {"scope": "amount", "amount": "1", "reason_code": str(reason(customer.company)), "words": "w"}
    objection |= {"said_by": "s", "lines": ""}
    usable = confirmed(customer, iban_account(holder="Usable"))
    bank, run = a_debit_run(customer)
    looks = {"accent": "#1f4e8c", "shown": "invoice", "invoice_above": "a", "credit_memo_foot": "f"}
    return {
        "billing:paper_looks": ([], looks),
        "billing:paper_preview": ([], looks),
        "billing:live_totals": ([], head | lines),
        "billing:preview": ([], head | lines),
        "billing:autosave": ([], head | lines | {"draft": str(draft.pk), "version": "1", "key": "k"}),
        "billing:invoice_new": ([], head | lines | {"key": "k"}),
        "billing:invoice_edit": ([draft.pk], head | lines | {"version": "1"}),
        "billing:credit_invoice": ([invoice.pk], credit),
        "billing:credit_totals": ([invoice.pk], credit | {"way": "prices"}),
        "billing:open_dispute": ([world.issue(customer, "7.00", DAY).pk], objection),
        "billing:answer_dispute": ([dispute(invoice, "1.00").pk], {"to": "customer", "words": "w"}),
        "billing:attach_to_dispute": ([dispute(invoice, "1.00").pk], {"to": "inside"}),
        "billing:assign_dispute": ([dispute(invoice, "1.00").pk], care),
        "billing:close_dispute": ([dispute(invoice, "1.00").pk], {"outcome": "refused", "note": "n"}),
        "billing:reopen_dispute": ([dispute(invoice, "1.00").pk], {"reason": "r"}),
        "billing:correct_invoice": ([world.issue(customer, "7.00", DAY).pk], {"reason": "", "reason_code": ""}),
        "office:approval_rules": (
            [],
            {"above_credit_invoice": "1", "role_credit_invoice": "manager"},
        ),
        "billing:reason_list": ([], {"purpose": "dispute", "code": "c", "words": "w"}),
        "billing:void_invoice": ([world.issue(customer, "7.00", DAY).pk], {"reason": "r", "reason_code": ""}),
        "office:numbers_as_typed": ([], {"invoice": "INV-{year}-{number}", "customer": "C{number:05}"}),
        "billing:draft_debit_note": ([world.issue(customer, "7.00", DAY).pk], {"reason": "", "reason_code": ""}),
        "billing:product_new": ([], goods),
        "billing:product_edit": ([product.pk], goods | {"version": "1"}),
        "billing:set_prices": ([product.pk], prices),
        "billing:quick_product": ([], quick),
        "billing:price_list_new": ([], listed),
        "billing:price_list_edit": ([price_list.pk], listed),
        "billing:assign_price_list": ([price_list.pk], use),
        "billing:product_group_list": ([], {"name": "g", "sales_account": "1"}),
        "customers:group_list": ([], {"name": "g"}),
        "customers:new": ([], person | contacts),
        "customers:payer": ([customer.pk], {"customer": "0"}),
        "credit_control:hold_policy": (
            [],
            {"over_percent": "10", "late_days": "30", "late_amount": "5", "quiet_days": "14", "preview": "1"},
        ),
        "credit_control:look_for_holds": ([], {}),
        "customers:change_credit_limit": ([customer.pk], {"limit": "9", "until": "2027-01-01", "reason": "r"}),
        "customers:place_hold": ([customer.pk], {"reason": "r"}),
        "customers:release_hold": ([world.hold(customer).pk], {"reason": "r", "quiet_days": "3"}),
        "customers:edit": ([customer.pk], person | contacts | {"version": "1"}),
        "customers:account_new": (
            [customer.pk],
            {
                "kind": "iban",
                "holder": "h",
                "number": IBAN,
                "bank_code": "",
                "bic": "",
                "replaces_id": "",
                "reason": "r",
            },
        ),
        "payments:repayment_new": (
            [],
            {"bank_account_id": str(bank.pk), "pay_on": str(bank.company.today()), "version": ""},
        ),
        "payments:cancel_repayment": ([a_repayment(bank)], {"reason": "r"}),
        "payments:pay_refund_by_hand": ([a_refund(bank)], {"bank_account_id": str(bank.pk), "on": "2026-03-02"}),
        "payments:undo_refund_by_hand": ([a_refund(bank)], {"reason": "r"}),
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
        "customers:mandate_new": (
            [customer.pk],
            {
                "account_id": str(usable.pk),
                "scheme": "core",
                "signed_on": "2026-03-02",
                "use": "recurring",
                "reference": "",
            },
        ),
        "customers:amend_mandate": ([signed(customer, usable).pk], {"account": "1", "reason": "r"}),
        "customers:revoke_mandate": ([signed(customer, usable).pk], {"reason": "r"}),
        "customers:block_account": ([confirmed(customer, iban_account(NEW_IBAN)).pk], {"reason": "r"}),
        "customers:release_account": ([confirmed(customer, us_account()).pk], {"reason": "r"}),
        "customers:close_account": ([confirmed(customer, iban_account(OTHER_IBAN)).pk], {"reason": "r"}),
        "payments:receipt_new": ([], money),
        "payments:chargeback_new": ([world.receive(customer, "5.00", DAY, method="card").pk], disputed),
        "payments:act_on_chargeback": ([charged_back(customer)], {"act": "lost", "note": "n"}),
        "payments:receipt_batch_new": ([], batch),
        "payments:receipt_batch_totals": ([], batch),
        "payments:reverse_receipt": (
            [world.receive(customer, "5.00", DAY).pk],
            {"on": "2026-03-02", "reason": "r", "fee": "1"},
        ),
        "payments:allocate": ([customer.pk], short | {"refund_reason": ""}),
        "payments:allocation_totals": ([customer.pk], short | {"fill": "oldest"}),
        "payments:undo_settlement": ([settled(customer)], {"reason": "r"}),
        "payments:refund_credit": ([customer.pk], {"credit": str(free.pk), "amount": "1", "reason": "r", "way": ""}),
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
        "credit_control:claim_late_charges": ([], {"on": "2026-03-02", "customer": str(customer.pk)}),
        "credit_control:waive_late_charge": ([late_charge(customer)], {"reason": "r"}),
        "credit_control:send_reminders": ([], {"customer": str(customer.pk), "all": "1"}),
        "credit_control:hand_over_new": ([customer.pk], {"agency": "a", "note": "n", "currency": "EUR"}),
        "credit_control:end_hand_over": ([handed_over(customer)], {"outcome": "paid", "note": "n"}),
        "credit_control:note_contact": ([customer.pk], {"words": "w", "kind": "call", "person": "p"}),
        "credit_control:assign_collector": ([], {"customer": str(customer.pk), "collector": ""}),
        "credit_control:put_off_due_day": (
            [world.item_of(world.issue(customer, "10.00", DAY)).pk],
            {"due_on": str(customer.company.today()), "reason": "r"},
        ),
        "credit_control:credit_policy": (
            [],
            {
                "reminders": "off",
                "reminder_hour": "9",
                "most_unattended": "500",
                "smallest_reminder": "0",
                "promise_days": "30",
                "promise_grace_days": "2",
                "plan_months": "12",
                "plan_offer_days": "14",
                "plan_notice_days": "3",
                "plan_grace_days": "3",
                "plan_cancel_days": "20",
            },
        ),
        "credit_control:ladder_new": (
            [],
            {
                "name": "n",
                "steps-TOTAL_FORMS": "1",
                "steps-INITIAL_FORMS": "0",
                "steps-0-days": "7",
                "steps-0-channel": "mail",
                "steps-0-tone": "first",
            },
        ),
        "credit_control:ladder": (
            [ladder(customer.company, [1], name="Hostile").pk],
            {
                "name": "n",
                "steps-TOTAL_FORMS": "1",
                "steps-INITIAL_FORMS": "0",
                "steps-0-days": "7",
                "steps-0-channel": "mail",
                "steps-0-tone": "first",
            },
        ),
        "credit_control:add_usual_ladder": ([], {}),
        "credit_control:choose_ladder": ([], {"ladder": "", "group": "1", "customer": ""}),
        "credit_control:statement_run_new": ([], {"from_on": "2026-03-01", "on": "2026-03-02", "group": ""}),
        "credit_control:start_statement_run": ([looked_at(customer)], {"without": "1", "approved": "1"}),
        "credit_control:send_statement": (
            [customer.pk],
            {"from_on": "2026-03-01", "on": "2026-03-02", "form": "open_item", "combined": "on"},
        ),
        "credit_control:statement_schedule": ([], {"day_of_month": "1", "at": "06:00", "sends": "on", "most": "9"}),
        "credit_control:withdraw_promise": ([promised(customer)], {"reason": "r"}),
        "credit_control:promise_new": (
            [customer.pk],
            {"pay_on": str(customer.company.today()), "amount": "1", "said_by": "s", "note": "n", "currency": "EUR"},
        ),
        "credit_control:plan_new": ([customer.pk], PLAN_TYPED | {"offer": "1", "agreed_by": "s", "note": "n"}),
        "credit_control:plan_sum": ([customer.pk], PLAN_TYPED),
        "credit_control:change_plan": ([planned(customer)], PLAN_TYPED | {"offer": "1", "reason": "r"}),
        "credit_control:accept_plan": ([planned(customer)], {"name": "n"}),
        "credit_control:decline_plan": ([planned(customer)], {"reason": "r"}),
        "credit_control:resend_plan": ([planned(customer)], {}),
        "credit_control:withdraw_plan": ([planned(customer)], {"reason": "r"}),
        "credit_control:cancel_plan": ([planned(customer, agreed_by="Eva")], {"reason": "r"}),
        "credit_control:customer_rule": ([customer.pk], {"rule": ""}),
        "credit_control:rule_new": (
            [],
            {
                "name": "n",
                "reference": "none",
                "percent": "1",
                "day_count": "ACT/365F",
                "currency": "EUR",
                "fee_steps": "0: 40",
                "fee_percent": "0",
                "period_days": "7",
                "grace_days": "1",
                "smallest_claim": "1",
                "due_from": "2026-03-02",
            },
        ),
        "credit_control:add_usual_rule": ([], {"usual": "eu"}),
        "credit_control:choose_rule": ([], {"rule": "", "group": ""}),
        "credit_control:set_reference_rate": (
            [],
            {"reference": "ecb", "from_on": "2026-01-01", "percent": "1", "source": "s"},
        ),
        "payments:payment_policy": ([], {"tolerance_amount": "1", "tolerance_percent": "1"}),
        "payments:undo_allocation": ([allocation.pk], {"reason": "r"}),
        "payments:exchange_receipt": ([foreign.pk], exchange),
        "payments:exchange_preview": ([foreign.pk], exchange),
        "payments:match_bank_line": (
            [bank_line(customer.company)],
            {
                "customer": str(customer.pk),
                "amount": "1",
                "exchange_rate": "",
                "apply": "document",
                "document": debit.reference,
                "rest": "open",
                "share": f"{debit.pk}:1",
                f"rest_{debit.pk}": "dispute:1",
            },
        ),
        "office:set_exchange_rate": ([], {"currency": "USD", "on": "2026-03-02", "rate": "1"}),
        "payments:revalue_month": ([], {"month": "2026-02"}),
        "payments:take_return": ([bank_line(customer.company)], {"receipt": str(receipt.pk), "charge": "1"}),
        "payments:book_bank_line": (
            [bank_line(customer.company)],
            {"account": str(receipt.bank_account_id), "memo": "m", "exchange_rate": ""},
        ),
        "payments:match_policy": ([], {"is_automatic": "on", "reference": "on", "advice": "on", "most": "100"}),
        "payments:set_aside_bank_line": ([bank_line(customer.company)], {"reason": "r"}),
        "payments:unread_line": ([unread_line(customer.company)], {"amount": "1", "booked_on": "2026-03-02"}),
        "payments:record_payout": ([bank_line(customer.company)], {"fee": "1"}),
        "payments:take_held_payment": ([held_payment(customer)], {"reason": "r", "exchange_rate": ""}),
        "payments:set_held_payment_aside": ([held_payment(customer)], {"reason": "r"}),
        "payments:take_remittance": (
            [],
            {"customer": str(customer.pk), "currency": "", "paid_on": "", "payer_reference": "4", "decimal": ""},
        ),
        "payments:join_remittance": ([an_advice(customer.company)], {"line": "1"}),
        "payments:withdraw_remittance": ([an_advice(customer.company)], {"reason": "r"}),
        "payments:map_bank_table": ([bank_table(customer.company)], told_columns(customer.company)),
        "payments:leave_out_unread_line": ([unread_line(customer.company)], {"reason": "r"}),
        "office:token_list": ([], {"name": "n"}),
        "office:company_settings": ([], company),
        "office:sending_hours": (
            [],
            {"mail_from_hour": "8", "mail_until_hour": "18", "mail_off_days": "next", "mail_daily_limit": "3"},
        ),
        "office:mail_text": (["invoice", "en"], {"subject": "s", "body": "{button}", "version": "0"}),
        "office:mail_text_preview": (["invoice", "en"], {"subject": "s", "body": "{button}", "customer": "1"}),
        "office:try_mail_text": (["receipt", "de"], {"subject": "s", "body": "b", "customer": "1"}),
        "office:restore_mail_text": (["receipt", "de"], {"version": "0"}),
        "office:task_new": ([], {"title": "t", "note": "n", "receiver": "", "due_on": "2026-03-02", "key": "k"}),
        "office:answer_task": ([a_task(customer)], {"body": "b", "done": "1"}),
        "office:finish_task": ([a_task(customer)], {"outcome": "o"}),
        "office:assign_task": ([a_task(customer)], {"receiver": "", "due_on": "2026-03-02"}),
        "office:say": (["billing.invoice", invoice.pk], {"body": "b"}),
        "office:ask": (["billing.invoice", invoice.pk], {"body": "b", "receiver": "sales", "due_on": "2030-03-02"}),
        "office:set_own_day": ([], {"day": "2026-03-02", "is_worked": "", "name": "n"}),
    }


@pytest.mark.parametrize("part", range(PARTS))
def test_a_form_answers_whatever_is_typed(browser: Client, customer: Any, part: int) -> None:
    pages = forms(customer)
    for page in sorted(pages)[part::PARTS]:
        arguments, typed = pages[page]
        with as_before():
            address = reverse(page, args=arguments)
            for name in typed:
                for value in HOSTILE if not name.endswith("_FORMS") else []:
                    assert_it_answers(browser.post(address, typed | {name: value}), {page: name, "value": value})


def test_a_time_zone_that_does_not_exist_is_refused(browser: Client, company: Any) -> None:
    details = {"legal_name": "Alder Ltd", "country": "DE", "email": "a@alder.example", "net_days": "30"}
    details |= {"tax_rounding": "document", "time_zone": "Mars/Olympus", "language": "en"}
    details |= {"payment_reference": "number", "debit_notice_days": "14", "debit_return_fee": "0"}
    answer = browser.post(reverse("office:company_settings"), details)

    company.refresh_from_db()
    assert (company.time_zone, answer.status_code) == ("Europe/Berlin", 200)
    assert "There is no such time zone." in answer.content.decode()


def test_a_tag_too_long_to_keep_is_refused(browser: Client, customer: Any) -> None:
    answer = browser.post(
        reverse("customers:new"),
        {
            "name": "Cedar",
            "language": "en",
            "tags": "x" * 41,
            "contacts-TOTAL_FORMS": "0",
            "contacts-INITIAL_FORMS": "0",
        },
    )
    assert "A tag has at most 40 characters." in answer.content.decode()


def test_a_choice_of_rows_answers_whatever_is_ticked(browser: Client, customer: Any) -> None:
    world.draft(customer, "10.00")
    address = reverse("billing:invoice_list")
    for value in HOSTILE:
        assert_it_answers(browser.get(address, {"part": "bulk", "selected": value}), {"selected": value})
        for act in ("issue", "send", value[:20].replace("\0", "")):
            typed = {"list": "invoices", "selected": value}
            assert_it_answers(browser.post(reverse("billing:prepare_run", args=[act]), typed), typed)
        assert_it_answers(browser.post(reverse("billing:print_chosen"), {"list": value}), {"list": value})
