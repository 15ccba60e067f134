"""Debit runs: a second person's word, the file, and giving up."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction

from credit_control.operations.put_off_due_day import put_off_due_day
from customers.operations.add_account import add_account
from customers.operations.manage_accounts import block_account
from customers.operations.manage_mandates import amend_mandate, revoke_mandate
from ledger.refusals import Refused
from office.models import ApprovalRequest, BankAccount, Company
from office.operations.decide_request import approve_request, decline_request
from office.sealing import Unsealable, seal
from payments.debit_choice import choose_debits
from payments.kept_files import bytes_of
from payments.models import DebitCollection, DebitPart, DebitRun, PaymentFile
from payments.operations.approve_debit_run import approve_debit_run
from payments.operations.cancel_debit_run import cancel_debit_run
from payments.operations.prepare_debit_run import RunDetails, prepare_debit_run
from payments.operations.settle_debits import collect_debit_run
from payments.payment_files.nacha_reading import read_nacha
from payments.payment_files.schemas import require_schema
from reports.book_check import check_book
from tests import world
from tests.billing.disputing import dispute
from tests.customers.accounts import IBAN, confirmed, iban_account, refusal_of
from tests.customers.test_mandates import signed
from tests.payments.debits import (
    IBANS,
    approved,
    chosen,
    debit_of,
    dollar_account,
    may_debit,
    run_for,
    tomorrow,
    with_mandate,
)
from tests.payments.test_payment_files import texts

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 2)
Parallel = Callable[[list[Callable[[], Any]]], list[Any]]


@pytest.fixture
def account(company: Company) -> BankAccount:
    """Our account that debits go to."""
    return may_debit(company)


@pytest.fixture
def debtor(account: BankAccount, customer: Any) -> Any:
    """A customer with a mandate who owes 120.00."""
    world.issue(with_mandate(customer), "120.00", DAY)
    return customer


def test_a_run_waits_for_a_second_person_and_then_has_its_file(debtor: Any, clerk: Any, manager: Any) -> None:
    run = run_for(debtor.company, clerk)
    [request] = ApprovalRequest.objects.all()
    assert (run.state, run.file, request.amount) == ("waiting", None, Decimal(120))
    assert refusal_of(lambda: approve_debit_run(run.pk, by=clerk)) == "approval_needed"
    assert refusal_of(lambda: approve_request(request.pk, by=clerk)) == "own_request"

    approve_request(request.pk, by=manager)
    run.refresh_from_db()
    content = bytes_of(run.file)

    assert (run.state, run.approved_by, run.file.count, run.file.total) == ("ready", manager, 1, Decimal(120))
    assert require_schema(content, "pain.008.001.08") == content
    assert texts(content, "DbtrAcct/Id/IBAN") == [IBAN]
    assert texts(content, "Ustrd") == ["INV-2026-0001"]
    assert texts(content, "EndToEndId") == [f"DD-{run.company_id}-{run.pk}-1"]
    assert texts(content, "SeqTp") == ["FRST"]
    assert IBAN not in PaymentFile.objects.get().sealed_content
    assert debtor.mandates.get().last_used_on == run.collect_on
    assert check_book() == []


def test_a_manager_does_not_approve_a_run_of_their_own(debtor: Any, manager: Any) -> None:
    run = run_for(debtor.company, manager)
    request = ApprovalRequest.objects.get()
    assert refusal_of(lambda: approve_request(request.pk, by=manager)) == "own_request"
    other = world.make_user(debtor.company, "manager")
    assert approved(run, other).approved_by == other


def test_the_next_run_says_that_it_is_a_further_one_and_amended(debtor: Any) -> None:
    company = debtor.company
    run_for(company)
    new = confirmed(debtor, iban_account(IBANS[1]))
    amend_mandate(debtor.mandates.get().pk, new.pk, on=company.today(), reason="New bank", by=None)
    world.issue(debtor, "30.00", DAY)
    content = bytes_of(run_for(company).file)
    assert texts(content, "SeqTp") == ["RCUR"]
    assert texts(content, "OrgnlDbtrAcct/Id/IBAN") == [IBANS[0]]
    assert texts(content, "DbtrAcct/Id/IBAN") == [IBANS[1]]
    world.issue(debtor, "5.00", DAY)
    assert texts(bytes_of(run_for(company).file), "AmdmntInd") == []


def test_the_older_version_of_the_file_is_made_on_demand(debtor: Any) -> None:
    content = bytes_of(run_for(debtor.company, version="pain.008.001.02").file)
    assert require_schema(content, "pain.008.001.02") == content


def test_what_changed_before_the_word_is_left_out_and_said(debtor: Any, clerk: Any, manager: Any) -> None:
    company = debtor.company
    others = []
    for place, name in enumerate(("Cedar AG", "Dunmore Ltd", "Eastgate SA"), start=1):
        others.append(with_mandate(world.make_customer(company, name), IBANS[place]))
        world.issue(others[-1], f"{place}0.00", DAY)
    cedar, dunmore, eastgate = others
    run = run_for(company, clerk)
    invoice = cedar.invoices.get()
    world.apply(world.receive(cedar, "1.00", DAY), invoice, "1.00", DAY)
    revoke_mandate(dunmore.mandates.get().pk, on=DAY, reason="x", by=None)
    block_account(eastgate.accounts.get().pk, reason="odd", by=None)
    approved(run, manager)
    assert {(debit.customer.name, debit.state, debit.reason) for debit in run.collections.all()} == {
        ("Bramble GmbH", "pending", ""),
        ("Cedar AG", "left_out", f"less is open of {invoice.number} than when the run was prepared"),
        ("Dunmore Ltd", "left_out", "the mandate was revoked"),
        ("Eastgate SA", "left_out", "the account is blocked: odd"),
    }
    assert (run.file.count, run.file.total) == (1, Decimal(120))
    assert chosen(company)[0] == [("Cedar AG", Decimal(9))]


def test_what_is_disputed_put_off_or_owed_to_before_the_word_is_left_out_too(
    debtor: Any, clerk: Any, manager: Any
) -> None:
    company = debtor.company
    others = []
    for place, name in enumerate(("Cedar AG", "Dunmore Ltd", "Eastgate SA"), start=1):
        others.append(with_mandate(world.make_customer(company, name), IBANS[place]))
        world.issue(others[-1], f"{place}0.00", DAY)
    cedar, dunmore, eastgate = (other.invoices.get() for other in others)
    run = run_for(company, clerk)
    dispute(cedar, "1.00")
    put_off_due_day(world.item_of(dunmore).pk, company.today() + timedelta(days=9), by=None, reason="Agreed")
    world.issue_credit_memo(eastgate.customer, "0.01", DAY)
    approved(run, manager)
    assert {(debit.customer.name, debit.state, debit.reason) for debit in run.collections.all()} == {
        ("Bramble GmbH", "pending", ""),
        ("Cedar AG", "left_out", f"{cedar.number} is disputed"),
        ("Dunmore Ltd", "left_out", f"{dunmore.number} is to be paid another way, or on another day"),
        ("Eastgate SA", "left_out", "they owe less in all than when the run was prepared"),
    }
    assert (run.file.count, run.file.total) == (1, Decimal(120))


def test_a_run_of_which_nothing_is_left_is_refused(debtor: Any, clerk: Any, manager: Any) -> None:
    run = run_for(debtor.company, clerk)
    revoke_mandate(debtor.mandates.get().pk, on=DAY, reason="x", by=None)
    request = ApprovalRequest.objects.get()
    assert refusal_of(lambda: approve_request(request.pk, by=manager)) == "nothing_to_debit"
    run.refresh_from_db()
    assert (run.state, run.collections.get().state) == ("waiting", "pending")


def test_a_declined_run_is_cancelled_and_its_items_are_free(debtor: Any, clerk: Any, manager: Any) -> None:
    run = run_for(debtor.company, clerk)
    assert refusal_of(lambda: cancel_debit_run(run.pk, reason="x", by=clerk)) == "approval_waiting"
    decline_request(ApprovalRequest.objects.get().pk, by=manager, reason="Wrong day")
    run.refresh_from_db()
    assert (run.state, run.cancelled_reason) == ("cancelled", "Wrong day")
    assert chosen(debtor.company)[0] == [("Bramble GmbH", Decimal(120))]


def test_a_run_that_the_bank_did_not_get_is_cancelled_once(debtor: Any, clerk: Any) -> None:
    run = run_for(debtor.company)
    assert refusal_of(lambda: cancel_debit_run(run.pk, reason=" ", by=clerk)) == "reason_missing"
    cancel_debit_run(run.pk, reason="The bank was closed", by=clerk)
    assert refusal_of(lambda: cancel_debit_run(run.pk, reason="again", by=clerk)) == "invalid_move"
    assert chosen(debtor.company)[0] == [("Bramble GmbH", Decimal(120))]
    assert PaymentFile.objects.count() == 1


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"scheme": "swift"}, "unknown_scheme"),
        ({"version": "pain.008.001.99"}, "unknown_scheme"),
        ({"bank_account_id": 0}, "unknown_bank_account"),
        ({"scheme": "ach"}, "bad_account"),
        ({"scheme": "b2b"}, "nothing_to_debit"),
        ({"collect_on": DAY}, "too_late"),
    ],
)
def test_what_cannot_be_a_run_is_refused(debtor: Any, values: dict[str, Any], code: str) -> None:
    assert refusal_of(lambda: run_for(debtor.company, **values)) == code
    assert not DebitRun.objects.exists()


def test_without_our_identifiers_there_is_no_file(debtor: Any) -> None:
    company = debtor.company
    may_debit(company, creditor_identifier="", ach_company_id="")
    assert refusal_of(lambda: run_for(company)) == "creditor_identifier_missing"
    dollars = dollar_account(company)
    assert refusal_of(lambda: run_for(company, account=dollars, scheme="ach")) == "ach_company_id_missing"
    assert refusal_of(lambda: run_for(company, account=dollars)) == "bad_account"


def test_american_debits_are_a_nacha_file(customer: Any) -> None:
    company = customer.company
    may_debit(company)
    account = dollar_account(company)
    with_mandate(customer, scheme="ach")
    world.issue(customer, "120.00", DAY, currency="USD", exchange_rate=Decimal("0.9"))
    run = run_for(company, account=account, scheme="ach")
    [batch] = read_nacha(bytes_of(run.file))
    [entry] = batch.entries
    assert (run.version, run.file.name) == ("nacha", f"DD-{company.pk}-{run.pk}.ach")
    assert (entry.amount, entry.account_number, entry.name) == (Decimal(120), "123456789", "Bramble Inc")
    assert entry.trace == debit_of(customer).trace
    assert entry.trace.startswith("12104288")


def test_bytes_that_were_changed_by_hand_are_never_given_out(debtor: Any) -> None:
    file = run_for(debtor.company).file
    PaymentFile.objects.update(sealed_content=seal("<other/>"))
    file.refresh_from_db()
    with pytest.raises(Unsealable, match="are not the ones"):
        bytes_of(file)


def test_a_file_is_sealed_anew_by_a_new_key_and_stays_the_same(account: Any, customer: Any, settings: Any) -> None:
    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    settings.ENCRYPTION_KEYS = [old]
    world.issue(with_mandate(customer), "120.00", DAY)
    file = run_for(customer.company).file
    before = bytes_of(file)
    settings.ENCRYPTION_KEYS = [new, old]
    call_command("reseal_accounts")
    settings.ENCRYPTION_KEYS = [new]
    file.refresh_from_db()
    assert bytes_of(file) == before


def test_two_runs_at_once_debit_an_item_once(transactional_db: None, in_parallel: Parallel, debtor: Any) -> None:
    company = Company.objects.get()
    details = RunDetails("core", company.bank_accounts.get().pk, tomorrow(company))
    results = in_parallel([lambda: prepare_debit_run(company, details, by=None)] * 4)
    refused = [result for result in results if isinstance(result, Refused)]
    assert [refusal.code for refusal in refused] == ["nothing_to_debit"] * 3
    assert DebitPart.objects.count() == 1


def test_control_without_the_lock_the_database_still_debits_an_item_once(
    transactional_db: None, in_parallel: Parallel, debtor: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the locks two choose the same item; the constraint lets one have it, and the other is an error."""
    company = Company.objects.get()
    monkeypatch.setattr(
        "payments.operations.prepare_debit_run._locked_choice", lambda c, d: choose_debits(c, d.scheme, d.collect_on)
    )
    details = RunDetails("core", company.bank_accounts.get().pk, tomorrow(company))
    results = in_parallel([lambda: prepare_debit_run(company, details, by=None)] * 4)
    errors = [result for result in results if isinstance(result, IntegrityError)]
    assert all("item_debited_once_at_a_time" in str(error) for error in errors)
    assert DebitPart.objects.filter(is_under_way=True).count() == 1


@pytest.mark.parametrize(
    ("table", "change", "guard"),
    [
        ("paymentfile", "sha256 = repeat('0', 64)", "is made once"),
        ("paymentfile", "total = 1", "is made once"),
        ("debitrun", "collect_on = '2026-01-01'", "does not change"),
        ("debitrun", "state = 'waiting'", "does not change"),
        ("debitcollection", "amount = 1", "does not change"),
        ("debitcollection", "state = 'returned'", "does not change"),
        ("debitcollection", "end_to_end_id = 'x'", "does not change"),
        ("debitpart", "amount = 1", "does not change"),
        ("debitpart", "is_under_way = true", "does not change"),
    ],
)
def test_the_database_changes_no_file_and_turns_no_run_back(debtor: Any, table: str, change: str, guard: str) -> None:
    run_for(debtor.company)
    with pytest.raises(IntegrityError, match=guard), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE payments_{table} SET {change}")
    with pytest.raises(IntegrityError, match=guard), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM payments_{table}")


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"state": "cancelled"}, "debit_run_cancelled_has_a_reason"),
        ({"state": "ready"}, "debit_run_has_its_file_when_ready"),
    ],
)
def test_the_database_wants_a_file_and_a_reason(debtor: Any, clerk: Any, change: dict[str, str], rule: str) -> None:
    run_for(debtor.company, clerk)
    with pytest.raises(IntegrityError, match=rule), transaction.atomic():
        DebitRun.objects.update(**change)


def test_the_database_lets_nobody_approve_their_own_run(debtor: Any, clerk: Any) -> None:
    run = run_for(debtor.company, clerk)
    with pytest.raises(IntegrityError, match="nobody_approves_the_debit_run_they_made"), transaction.atomic():
        DebitRun.objects.filter(pk=run.pk).update(state="ready", approved_by=clerk, file=a_file(run))


def a_file(run: DebitRun) -> PaymentFile:
    values = {"kind": "debit", "form": "nacha", "name": "x", "message_id": "x", "sealed_content": "", "sha256": ""}
    return PaymentFile.objects.create(company=run.company, count=1, total=1, currency="EUR", **values)


def test_a_debit_that_was_collected_has_its_receipt(debtor: Any) -> None:
    run_for(debtor.company)
    with pytest.raises(IntegrityError, match="debit_collected_has_its_receipt"), transaction.atomic():
        DebitCollection.objects.update(state="collected")


def test_a_waiting_account_is_never_debited(debtor: Any, clerk: Any) -> None:
    company = debtor.company
    cedar = world.make_customer(company, "Cedar AG")
    account = add_account(cedar, iban_account(IBANS[1]), by=clerk)
    assert refusal_of(lambda: signed(cedar, account)) == "account_not_usable"


def test_a_run_is_collected_as_a_whole_on_or_after_its_day(debtor: Any) -> None:
    run = run_for(debtor.company)
    on = debtor.company.today()
    assert refusal_of(lambda: collect_debit_run(run.pk, on=on, by=None)) == "before_its_day"
