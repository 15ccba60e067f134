# ruff: noqa: E501  each planted statement on one line reads best
"""The book check finds whatever a superuser does to the book with its guards off."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import pytest
from django.apps import apps
from django.core.management import call_command

import billing.checks
import credit_control.checks
import ledger.checks
import payments.checks
from ledger.checks import run_checks
from ledger.models import Entry
from office.models import Backup
from reports.book_check import all_checks, check_book
from tests.history import make_history

DAY = date(2026, 3, 2)
pytestmark = pytest.mark.django_db(transaction=True)

PLANTED = [
    ("UPDATE ledger_line SET amount = amount + 1 WHERE id = (SELECT max(id) FROM ledger_line)", "the lines of an entry add to zero"),
    ("UPDATE ledger_line SET company_amount = company_amount + 1 WHERE id = (SELECT min(id) FROM ledger_line)", "the lines of an entry add to zero"),
    ("DELETE FROM ledger_line WHERE id = (SELECT max(id) FROM ledger_line)", "the lines of an entry add to zero"),
    ("UPDATE ledger_account SET company_id = company_id + 1 WHERE role = 'sales'", "a line has its entry's company, day and currency"),
    ("UPDATE ledger_line SET dated_on = dated_on + 1 WHERE id = (SELECT min(id) FROM ledger_line)", "a line has its entry's company, day and currency"),
    ("UPDATE ledger_line SET customer_id = NULL WHERE customer_id IS NOT NULL", "open items say what the receivable lines say"),
    ("UPDATE ledger_openitem SET amount = amount + 1, balance = balance + 1 WHERE balance > 0", "open items say what the receivable lines say"),
    ("UPDATE ledger_openitem SET dated_on = dated_on - 40 WHERE balance > 0", "an item has its entry's company, day and currency"),
    ("UPDATE ledger_openitem SET company_amount = company_amount + 1 WHERE balance > 0", "the receivable account equals the open items, on every day"),
    ("UPDATE ledger_entry SET dated_on = dated_on + 1", "the receivable account equals the open items, on every day"),
    ("UPDATE ledger_openitem SET balance = balance + 1 WHERE kind = 'invoice' AND balance = 0", "an item's balance is its amount less its allocations"),
    ("DELETE FROM ledger_allocation WHERE reverses_id IS NULL AND id NOT IN (SELECT reverses_id FROM ledger_allocation WHERE reverses_id IS NOT NULL)", "an item's balance is its amount less its allocations"),
    ("UPDATE ledger_daysum SET company_amount = company_amount + 1 WHERE id = (SELECT min(id) FROM ledger_daysum)", "the day sums kept are those of the lines"),
    ("UPDATE ledger_allocation SET amount = amount * 3 WHERE reverses_id IS NULL", "an item is never settled beyond its amount, on any day"),
    ("UPDATE ledger_openitem SET open_during = daterange(dated_on, NULL) WHERE balance = 0", "an item's days are from its own to that of its last allocation"),
    ("UPDATE ledger_openitem SET open_during = daterange(dated_on, dated_on) WHERE balance <> 0", "an item's days are from its own to that of its last allocation"),
    ("UPDATE ledger_allocation SET dated_on = dated_on - 400", "an allocation joins what belongs together, when both exist"),
    ("UPDATE ledger_allocation SET dated_on = dated_on - 1 WHERE reverses_id IS NOT NULL", "an allocation is undone by its exact opposite"),
    ("UPDATE ledger_allocation SET debit_company_amount = debit_company_amount + 1", "a closed item has used up its company-currency amount"),
    ("UPDATE ledger_line SET amount = amount * 2, company_amount = company_amount * 2 WHERE entry_id IN (SELECT id FROM ledger_entry WHERE reverses_id IS NOT NULL)", "a mirror is the exact opposite of what it reverses"),
    ("UPDATE ledger_entry SET recorded_at = now() + interval '1 day' WHERE dated_on < '2026-03-01'", "nothing was entered into a month after it was closed"),
    ("UPDATE ledger_allocation SET recorded_at = now() + interval '1 day' WHERE dated_on < '2026-03-01'", "nothing was applied in a month after it was closed"),
    ("DELETE FROM billing_unmailed", "what was mailed to nobody is known as such"),
    ("UPDATE billing_invoice SET net = net + 1, total = total + 1 WHERE status = 'issued'", "a document's lines and taxes add up to its totals"),
    ("UPDATE billing_invoiceline SET taxable = taxable + 1", "a document's lines and taxes add up to its totals"),
    ("UPDATE billing_invoicetax SET amount = amount + 1", "a document's lines and taxes add up to its totals"),
    ("UPDATE billing_invoice SET entry_id = NULL, total = 0, net = 0, tax = 0, void_entry_id = NULL WHERE status = 'issued' AND kind = 'invoice'", "a document's lines and taxes add up to its totals"),
    ("UPDATE billing_invoice SET customer_id = customer_id + 1 WHERE status = 'issued'", "a document and the book say the same amount, day and customer"),
    ("UPDATE billing_invoice SET sequence = sequence + 5 WHERE id = (SELECT max(id) FROM billing_invoice WHERE kind = 'invoice' AND status = 'issued')", "numbers run on without a gap and as far as the series says"),
    ("UPDATE office_numberseries SET last = last + 1 WHERE kind = 'invoice'", "numbers run on without a gap and as far as the series says"),
    ("UPDATE billing_invoiceline SET quantity = quantity * 3 WHERE credited_line_id IS NOT NULL", "a credit memo takes no more than is left of its lines"),
    ("UPDATE billing_invoice SET note = 'pay me more' WHERE status = 'issued'", "a document says what it said when issued"),
    ("UPDATE billing_invoiceline SET description = 'something else'", "a document says what it said when issued"),
    ("UPDATE billing_invoice SET printed = '{}'", "a document says what it said when issued"),
    ("UPDATE billing_invoice SET previous_hash = repeat('0', 64) WHERE sequence = 2", "each document holds the hash of the one before"),
    ("DELETE FROM billing_invoice WHERE sequence = 1 AND kind = 'invoice'", "each document holds the hash of the one before"),
    ("DELETE FROM billing_invoice WHERE sequence = 1 AND kind = 'invoice'", "numbers run on without a gap and as far as the series says"),
    ("DELETE FROM billing_invoice WHERE kind = 'credit_memo'", "a series ends with the hash of its last document"),
    ("DELETE FROM billing_invoice WHERE id = (SELECT max(id) FROM billing_invoice WHERE kind = 'invoice' AND status <> 'draft')", "a series ends with the hash of its last document"),
    ("UPDATE office_numberseries SET last_hash = repeat('0', 64) WHERE kind = 'invoice'", "a series ends with the hash of its last document"),
    ("DELETE FROM office_numberseries WHERE kind = 'invoice'", "a series ends with the hash of its last document"),
    ("DELETE FROM billing_invoice WHERE status = 'void'", "an entry has the document that made it"),
    ("DELETE FROM payments_receipt WHERE status = 'reversed'", "an entry has the document that made it"),
    ("DELETE FROM credit_control_latecharge", "an entry has the document that made it"),
    ("UPDATE billing_invoicepdf SET content = '%PDF'", "the file kept matches the hash kept"),
    ("UPDATE payments_receipt SET amount = amount + 1", "a receipt and the book say the same"),
    ("UPDATE payments_receipt SET received_on = received_on + 1", "a receipt and the book say the same"),
    ("UPDATE payments_receipt SET status = 'reversed', reversed_on = received_on, reversal_entry_id = entry_id WHERE status = 'recorded'", "a reversed receipt has nothing free and settles nothing"),
    ("UPDATE payments_bankline SET amount = amount - 1", "receipts take no more than came in on their bank line"),
    ("UPDATE payments_bankline SET currency = 'USD'", "receipts take no more than came in on their bank line"),
    ("UPDATE payments_refund SET amount = amount + 1", "a refund and the book say the same"),
    ("UPDATE payments_receiptexchange SET into_amount = into_amount + 1", "an exchange of a receipt and the book say the same"),
    ("UPDATE payments_receiptexchange SET amount = amount + 1", "an exchange of a receipt and the book say the same"),
    ("UPDATE payments_chargeback SET amount = amount + 1", "a chargeback's payment is reversed, and what it kept and won is recorded again"),
    ("UPDATE payments_paidnoticefile SET content = 'x'", "the file kept matches the hash kept"),
    ("UPDATE payments_chargebackfile SET content = 'x'", "the file kept matches the hash kept"),
    ("UPDATE payments_receiptbatch SET control_total = control_total + 1", "the receipts of a batch add up to its control total"),
    ("UPDATE payments_receiptbatch SET line_count = line_count + 1", "the receipts of a batch add up to its control total"),
    ("UPDATE payments_writeoff SET amount = amount + 1", "a write-off and the book say the same"),
    ("DELETE FROM ledger_allocation WHERE credit_id IN (SELECT id FROM ledger_openitem WHERE kind = 'write_off')", "a write-off settles its whole amount, and nothing once it is reversed"),
    ("UPDATE payments_writeofftax SET amount = amount + 1", "the tax that a write-off relieves is what its entry took off the tax accounts"),
    ("UPDATE payments_writeoff SET relieves_tax = false", "the tax that a write-off relieves is what its entry took off the tax accounts"),
    ("UPDATE payments_recovery SET amount = amount + 1", "no more is recovered than was written off, and as its receipt says"),
    ("UPDATE payments_onlinepaymentpart SET amount = amount + 1", "an online payment asks for no less than its parts say, less the credit used"),
    ("UPDATE payments_onlinepayment SET reported_amount = reported_amount + 1", "an online payment and its receipt say the same"),
    ("UPDATE payments_payout SET fee = fee + 1", "a payout and the book say the same, and its bank line"),
    ("UPDATE payments_payout SET amount = amount - 1, fee = fee + 1", "a payout and the book say the same, and its bank line"),
    ("UPDATE payments_onlinepayment SET reported_currency = 'USD'", "an online payment and its receipt say the same"),
    ("DELETE FROM payments_receipt WHERE id = (SELECT min(id) FROM payments_receipt)", "numbers of receipts, refunds, write-offs and chargebacks run on without a gap"),
    ("UPDATE payments_debitpart SET amount = amount + 1", "a debit takes what its items add up to, of its own customer"),
    ("UPDATE payments_debitcollection SET customer_id = customer_id + 1", "a debit takes what its items add up to, of its own customer"),
    ("UPDATE payments_debitcollection SET amount = amount + 1 WHERE state = 'collected'", "a debit and its receipt say the same, and a returned one is reversed"),
    ("UPDATE payments_debitcollection SET state = 'returned' WHERE state = 'collected'", "a debit and its receipt say the same, and a returned one is reversed"),
    ("UPDATE payments_debitcollection SET state = 'left_out' WHERE state = 'pending'", "a debit file holds what its run debits"),
    ("UPDATE payments_repaymentline SET amount = amount + 1", "a repayment file holds what its batch pays, each refund as it is"),
    ("UPDATE payments_paymentfile SET total = total + 1 WHERE kind = 'credit'", "a repayment file holds what its batch pays, each refund as it is"),
    ("UPDATE payments_repaymentline SET is_under_way = false, reason = 'x'", "what stands on the account of refunds are the refunds that wait to be paid"),
    ("UPDATE payments_refund SET bank_account_id = (SELECT id FROM ledger_account WHERE role = 'refunds')", "what stands on the account of refunds are the refunds that wait to be paid"),
    ("UPDATE payments_handpayment SET undone_at = now(), undone_reason = 'x'", "what stands on the account of refunds are the refunds that wait to be paid"),
    ("UPDATE payments_handpayment SET refund_id = (SELECT refund_id FROM payments_repaymentline LIMIT 1)", "a refund paid by hand left the account that is named, once, and is in no file"),
    ("UPDATE payments_handpayment SET entry_id = NULL", "a refund paid by hand left the account that is named, once, and is in no file"),
    ("UPDATE customers_credithold SET company_id = company_id + 1", "a hold and a change of a limit are of their customer's company"),
    ("UPDATE customers_limitchange SET company_id = company_id + 1", "a hold and a change of a limit are of their customer's company"),
    ("UPDATE customers_credithold SET quiet_until = released_on - 1", "a hold that a person released has days of quiet after it, or none, and was approved by somebody else"),
    ("UPDATE customers_customer SET credit_limit = 77 WHERE credit_limit = 50", "a credit limit is what its latest change says"),
    ("UPDATE customers_customer SET temporary_limit = 88 WHERE temporary_limit IS NOT NULL", "a temporary limit is what its latest change says"),
    ("UPDATE customers_customer SET temporary_limit = NULL, temporary_limit_until = NULL", "a temporary limit is what its latest change says"),
    ("UPDATE billing_openingitem SET amount = amount - 1, total = total * 3 WHERE amount > 1", "what was taken over and the book say the same amount and customer"),
    ("UPDATE billing_openingitem SET due_on = due_on + 1", "what was taken over and the book say the same amount and customer"),
    ("UPDATE billing_openingitem SET reversal_entry_id = (SELECT max(id) FROM ledger_entry WHERE reverses_id IS NULL) WHERE id = (SELECT max(id) FROM billing_openingitem)", "the mirror of what was taken over stands where its load was undone, and nowhere else"),
    ("DELETE FROM billing_openingitem WHERE reversal_entry_id IS NULL", "an entry has the document that made it"),
    ("UPDATE credit_control_latecharge SET interest = interest + 1", "a late charge and the book say the same"),
    ("UPDATE credit_control_latecharge SET fee = fee + 1", "a late charge and the book say the same"),
    ("UPDATE credit_control_latechargeline SET amount = amount + 1 WHERE kind = 'interest'", "the lines of a late charge add up to it"),
    ("DELETE FROM credit_control_latechargeline WHERE kind = 'fee'", "the lines of a late charge add up to it"),
    ("UPDATE credit_control_latechargeline SET item_id = (SELECT max(id) FROM ledger_openitem WHERE kind = 'fee')", "interest and fees are charged on documents of the customer, never on interest or fees"),
    ("UPDATE credit_control_latechargeline SET to_on = to_on + 400 WHERE id = (SELECT max(id) FROM credit_control_latechargeline WHERE kind = 'interest')", "interest and fees are charged on documents of the customer, never on interest or fees"),
    ("UPDATE credit_control_latecharge SET waived_on = claimed_on, waive_reason = 'x', reversal_entry_id = entry_id WHERE waived_on IS NULL", "a waived late charge has nothing open and holds no payment"),
    ("UPDATE credit_control_provisionposting SET difference = difference + 1, required = required + 1", "a provision posting and the book say the same"),
    ("DELETE FROM ledger_line WHERE account_id IN (SELECT id FROM ledger_account WHERE role = 'impairment')", "a provision posting and the book say the same"),
    ("UPDATE ledger_line SET company_amount = company_amount - 1 WHERE account_id IN (SELECT id FROM ledger_account WHERE role = 'provision')", "what stands on the provision account is what was posted for expected loss"),
    ("DELETE FROM credit_control_provisionposting", "what stands on the provision account is what was posted for expected loss"),
    ("DELETE FROM credit_control_provisionposting", "an entry has the document that made it"),
    ("UPDATE credit_control_provisionposting SET stood = stood + 1, required = required + 1", "a provision posting brings what was missing beside those before it"),
    ("UPDATE credit_control_provisionpart SET expected = 0, company_expected = 0", "the parts of a provision posting add up to it"),
    ("UPDATE credit_control_provisionpart SET open = open * 9, disputed = 0 WHERE percent > 0", "the parts of a provision posting add up to it"),
    ("DELETE FROM credit_control_provisionpart", "the parts of a provision posting add up to it"),
    ("UPDATE credit_control_paymentpromise SET amount = amount + 1", "a promise is the sum of its items, and these are the customer's"),
    ("UPDATE credit_control_paymentpromise SET withdrawn_on = NULL, withdrawn_at = NULL, withdrawn_by_id = NULL, withdraw_reason = ''", "no item is promised twice at a time"),
    ("UPDATE credit_control_paymentplan SET amount = amount + 1", "a payment plan is the sum of its instalments and of its items, and these are the customer's"),
    ("UPDATE credit_control_planinstalment SET amount = amount + 1", "a payment plan is the sum of its instalments and of its items, and these are the customer's"),
    ("UPDATE credit_control_planneditem SET item_id = (SELECT max(id) FROM ledger_openitem) WHERE id = (SELECT max(id) FROM credit_control_planneditem)", "a payment plan is the sum of its instalments and of its items, and these are the customer's"),
    ("UPDATE credit_control_paymentplan SET status = 'accepted', closed_on = NULL, closed_at = NULL, close_reason = '' WHERE status = 'cancelled'", "no item is in two payment plans at a time"),
    ("UPDATE credit_control_planneditem SET released_at = now()", "a payment plan holds its items as long as it stands, and its days rise"),
    ("UPDATE credit_control_planinstalment SET due_on = due_on - 400 WHERE position = 2", "a payment plan holds its items as long as it stands, and its days rise"),
    ("UPDATE credit_control_planpdf SET content = 'x'", "the file kept matches the hash kept"),
    ("UPDATE credit_control_statement SET figures = jsonb_set(figures, '{sections,0,parts,0,closing}', '\"9\"')", "the figures of a kept statement add up"),
    ("UPDATE credit_control_statement SET closing = '{}'", "the figures of a kept statement add up"),
    ("UPDATE credit_control_statementpdf SET content = 'x'", "the file kept matches the hash kept"),
    ("UPDATE office_outgoingmail SET customer_id = customer_id + 1", "a mail goes to a contact of its own customer, who is the company's"),
    ("UPDATE office_outgoingmail SET company_id = company_id + 1", "a mail goes to a contact of its own customer, who is the company's"),
    ("UPDATE office_numberseries SET last = last + 1 WHERE kind = 'late_charge'", "numbers of late charges run on without a gap"),
    ("UPDATE billing_disputedamount SET released_on = held_on, released_at = held_at WHERE released_at IS NULL", "an open dispute holds a part of what was disputed, a closed one nothing"),
    ("UPDATE billing_disputedamount SET released_on = NULL, released_at = NULL", "an open dispute holds a part of what was disputed, a closed one nothing"),
    ("UPDATE billing_disputedamount SET amount = 1000 WHERE released_at IS NULL", "disputes hold no more of an item than it came to"),
    ("UPDATE billing_disputedamount SET item_id = (SELECT min(id) FROM ledger_openitem)", "a dispute holds items of its own document, customer and currency"),
    ("UPDATE billing_disputedline SET amount = amount + 1", "the lines of a dispute are its document's and add up to it"),
    ("UPDATE billing_disputedline SET line_id = (SELECT min(id) FROM billing_invoiceline)", "the lines of a dispute are its document's and add up to it"),
    ("UPDATE billing_dispute SET credit_memo_id = invoice_id WHERE credit_memo_id IS NOT NULL", "the credit memo that ended a dispute credits what was disputed"),
    ("UPDATE office_numberseries SET last = last + 1 WHERE kind = 'dispute'", "numbers of disputes run on without a gap"),
    ("UPDATE billing_deliveryproof SET content = 'x'", "the file kept matches the hash kept"),
    ("UPDATE billing_disputefile SET content = 'x'", "the file kept matches the hash kept"),
    ("UPDATE credit_control_reminderitem SET amount = amount + 1000", "a reminder asks for no more of an item than was open when it was made or its mails left"),
    ("UPDATE credit_control_reminderitem SET item_id = (SELECT min(id) FROM ledger_openitem)", "a reminder is of items of its customer, and of at least one"),
    ("DELETE FROM credit_control_reminderitem", "a reminder is of items of its customer, and of at least one"),
    ("UPDATE credit_control_reminder SET customer_id = (SELECT min(id) FROM customers_customer)", "a reminder is of items of its customer, and of at least one"),
    ("DELETE FROM office_outgoingmail WHERE kind = 'reminder'", "a reminder by mail has its mails, and each of them its reminder"),
    ("DELETE FROM credit_control_reminder", "a reminder by mail has its mails, and each of them its reminder"),
    ("UPDATE credit_control_reminderpdf SET content = 'x'", "the file kept matches the hash kept"),
    ("UPDATE credit_control_handeditem SET amount = amount + 1000", "a hand-over is of items of its customer and one currency, of no more than they came to"),
    ("UPDATE credit_control_handeditem SET item_id = (SELECT min(id) FROM ledger_openitem)", "a hand-over is of items of its customer and one currency, of no more than they came to"),
    ("DELETE FROM credit_control_handeditem", "a hand-over is of items of its customer and one currency, of no more than they came to"),
    ("UPDATE credit_control_handover SET ended_on = NULL, outcome = ''", "no item is with two agencies at a time"),
    ("UPDATE credit_control_contactnote SET company_id = company_id + 1", "what is noted of a customer belongs to the customer's company"),
    ("UPDATE credit_control_creditfile SET company_id = company_id + 1", "what is noted of a customer belongs to the customer's company"),
    ("UPDATE reports_journalfile SET line_count = line_count + 1", "a journal export has a file, which says what its entries come to"),
    ("UPDATE reports_journalfile SET company_debits = company_debits + 1", "a journal export has a file, which says what its entries come to"),
    ("DELETE FROM reports_journalfile", "a journal export has a file, which says what its entries come to"),
    ("UPDATE reports_journalfilepart SET content = 'x'", "the file kept matches the hash kept"),
    ("DELETE FROM reports_journalfilepart", "the file kept matches the hash kept"),
    ("UPDATE reports_journalbatchentry SET stands = false", "entries of a journal export stand as long as it does, are of its company and days, and in one at a time"),
    ("UPDATE reports_journalbatch SET withdrawn_at = now(), withdrawn_reason = 'x'", "entries of a journal export stand as long as it does, are of its company and days, and in one at a time"),
    ("UPDATE reports_journalbatch SET last_day = last_day - 1", "entries of a journal export stand as long as it does, are of its company and days, and in one at a time"),
    ("UPDATE reports_closepackfile SET content = 'x'", "the file kept matches the hash kept"),
    ("DELETE FROM reports_closepackfile WHERE form = 'pdf'", "the pack of a closed month has every file that was kept with it"),
    ("UPDATE office_auditrecord SET reason = 'x' WHERE id = (SELECT max(id) FROM office_auditrecord)", "the audit trail is as it was written"),
    ("DELETE FROM office_auditlink WHERE position = 3", "the audit trail is as it was written"),
    ("UPDATE office_audithead SET position = position + 1", "the audit trail is as it was written"),
    ("UPDATE office_auditseal SET seal = reverse(seal)", "each day of the audit trail has its seal, which fits"),
    ("UPDATE payments_debitpart SET is_under_way = true", "what has been settled is on its way no more"),
]  # fmt: skip


HASHED = sorted(
    model._meta.db_table
    for model in apps.get_models()
    if {"sha256"} <= {field.name for field in model._meta.fields} and model is not Backup  # whose file lies elsewhere
)
"""The tables that keep a file with its hash."""
PLANTED += [(f"UPDATE {table} SET sha256 = reverse(sha256)", "the file kept matches the hash kept") for table in HASHED]

PLANTED_ELSEWHERE = {"a day of a debt is charged once, and a fee once for its period"}
"""Only with a constraint dropped: tests/credit_control/test_late_charges_at_once.py."""


@pytest.fixture
def history(company: Any, customer: Any) -> None:
    """A little of everything."""
    make_history(company, customer)


def test_a_sound_book_passes(history: None, capsys: pytest.CaptureFixture[str]) -> None:
    assert check_book() == []
    call_command("check_book")
    assert "sound" in capsys.readouterr().out


@contextmanager
def planted(superuser: Any, sql: str) -> Iterator[int]:
    """How many rows a statement spoiled; they are as before when it is over."""
    table = re.search(r"(?:UPDATE|DELETE FROM) (\w+)", sql)[1]
    superuser.execute(f"CREATE TEMPORARY TABLE before AS TABLE {table}")
    superuser.execute(sql)
    yield superuser.rowcount
    superuser.execute(f"DELETE FROM {table}")
    superuser.execute(f"INSERT INTO {table} OVERRIDING SYSTEM VALUE TABLE before")
    superuser.execute("DROP TABLE before")


def test_every_check_is_tried_by_a_planted_corruption() -> None:
    assert {check.name for check in all_checks()} == {check for _, check in PLANTED} | PLANTED_ELSEWHERE
    assert {check.over for check in all_checks() if check.name == "the file kept matches the hash kept"} == set(HASHED)


def test_every_planted_corruption_is_found_by_name(history: None, superuser_cursor: Any) -> None:
    superuser_cursor.execute("SET session_replication_role = replica")
    missed = []
    for sql, check in PLANTED:
        with planted(superuser_cursor, sql) as spoiled:
            if not spoiled or not run_checks([each for each in all_checks() if each.name == check]):
                missed.append((sql, check, spoiled))

    assert missed == []
    assert check_book() == []


def test_an_entry_of_any_kind_is_missed_by_its_document(history: None, superuser_cursor: Any) -> None:
    kinds = {kind for room in (ledger, billing, payments, credit_control) for kind in room.checks.PAPERS}
    assert set(Entry.objects.values_list("kind", flat=True)) <= kinds
    superuser_cursor.execute("SET session_replication_role = replica")
    superuser_cursor.execute(
        "INSERT INTO ledger_entry (company_id, key, kind, dated_on, currency, company_currency, reference, memo,"
        " recorded_at) SELECT 1, kind, kind, now(), 'EUR', 'EUR', '', '', now() FROM unnest(%s) AS kind",
        [list(kinds)],
    )
    missed = {finding.subject for finding in check_book() if finding.check == "an entry has the document that made it"}

    assert missed == {f"entry {kind}" for kind in kinds}


def test_the_command_fails_and_names_the_item(
    history: None, superuser_cursor: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    superuser_cursor.execute("SET session_replication_role = replica")
    superuser_cursor.execute("UPDATE ledger_openitem SET balance = balance + 1 WHERE reference = 'INV-2026-0001'")
    with pytest.raises(SystemExit) as ended:
        call_command("check_book")

    assert ended.value.code == 1
    assert "INV-2026-0001" in capsys.readouterr().err
