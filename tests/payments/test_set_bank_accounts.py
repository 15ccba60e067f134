"""Our bank accounts: what is printed, what is refused, and on which account of the book each stands."""

from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.db import IntegrityError, transaction
from django.test import Client

from ledger.models import Account
from office.models import AuditRecord, BankAccount
from payments.booked_banks import booked_account
from payments.models import BankLine, BookedBank
from payments.operations.set_bank_accounts import BankDetails, set_bank_accounts
from payments.operations.take_bank_file import take_bank_file
from tests import world
from tests.api.calling import Program
from tests.customers.accounts import refusal_of
from tests.payments.bank_samples import OURS, camt, entry, statement

pytestmark = pytest.mark.django_db
MAIN = BankDetails("Main", "Alder Ltd", OURS)
SAVINGS = BankDetails("Savings", "Alder Ltd", "DE89 3704 0044 0532 0130 00")


def codes(*accounts: BankAccount) -> list[str]:
    return [booked_account(account).code for account in accounts]


def test_bank_accounts_are_kept_and_printed_on_new_documents_only(company: Any, customer: Any) -> None:
    before = world.issue(customer, "1.00", company.today())
    set_bank_accounts(company.pk, [SAVINGS], by=None)
    customer = type(customer).objects.get(pk=customer.pk)
    after = world.issue(customer, "1.00", company.today())

    before.refresh_from_db()
    assert before.printed["bank_accounts"] == []
    assert after.printed["bank_accounts"][0]["iban"] == "DE89 3704 0044 0532 0130 00"


@pytest.mark.parametrize(
    ("account", "code"),
    [
        (BankDetails("Main", "Alder", "DE88 3704 0044 0532 0130 00"), "bad_iban"),
        (BankDetails("Main", "", "12345"), "bank_details_missing"),
        (BankDetails("Main", "Alder", "12345", currency="QQQ"), "bad_currency"),
    ],
)
def test_a_bank_account_that_cannot_be_is_refused(company: Any, account: BankDetails, code: str) -> None:
    assert refusal_of(lambda: set_bank_accounts(company.pk, [account], by=None)) == code
    assert not company.bank_accounts.exists()


def test_a_number_that_is_no_iban_is_taken_as_typed(company: Any) -> None:
    [account] = set_bank_accounts(company.pk, [BankDetails("Main", "Alder", "0010-443")], by=None)
    assert (account.iban, account.currency) == ("0010-443", "EUR")


def test_each_bank_account_gets_its_account_of_the_book_once(company: Any) -> None:
    accounts = set_bank_accounts(company.pk, [MAIN, SAVINGS], by=None)
    again = set_bank_accounts(company.pk, [MAIN, SAVINGS], by=None)

    assert codes(*accounts) == codes(*again) == ["1000", "1010"]
    assert str(booked_account(accounts[1])) == "1010 Savings"
    assert AuditRecord.objects.filter(action="set_bank_accounts").count() == 2


def test_a_corrected_number_takes_over_the_usual_account_with_what_stands_on_it(company: Any, customer: Any) -> None:
    set_bank_accounts(company.pk, [SAVINGS, MAIN], by=None)
    receipt = world.receive(customer, "10.00", company.today())
    corrected, main = set_bank_accounts(company.pk, [BankDetails("Savings", "Alder Ltd", "0010"), MAIN], by=None)

    assert codes(corrected, main) == ["1000", "1010"]
    assert receipt.bank_account == booked_account(corrected)


def test_an_account_of_its_own_goes_with_the_bank_account_unless_something_stands_on_it(
    company: Any, customer: Any
) -> None:
    main, savings = set_bank_accounts(company.pk, [MAIN, SAVINGS], by=None)
    own = booked_account(savings)
    set_bank_accounts(company.pk, [MAIN], by=None)
    assert not Account.objects.filter(pk=own.pk).exists()

    _, savings = set_bank_accounts(company.pk, [MAIN, SAVINGS], by=None)
    world.receive(customer, "10.00", company.today(), bank_account_id=booked_account(savings).pk)
    assert refusal_of(lambda: set_bank_accounts(company.pk, [MAIN], by=None)) == "account_in_use"
    assert codes(main, savings) == ["1000", "1010"]


def test_bank_accounts_of_before_get_theirs_by_the_migration(company: Any) -> None:
    values = {"holder": "Alder Ltd", "currency": "EUR"}
    old = [BankAccount.objects.create(company=company, name=name, iban=name, **values) for name in ("A", "B", "C")]
    other = world.make_company(legal_name="Birch Ltd")
    theirs = BankAccount.objects.create(company=other, name="D", iban="D", **values)
    import_module("payments.migrations.0034_booked_banks").book_bank_accounts(apps, None)

    assert codes(*old, theirs) == ["1000", "1010", "1020", "1000"]


def test_the_database_moves_no_bank_account_to_another_account_of_the_book(company: Any) -> None:
    main, savings = set_bank_accounts(company.pk, [MAIN, SAVINGS], by=None)
    with pytest.raises(IntegrityError, match="is append-only"), transaction.atomic():
        BookedBank.objects.filter(bank_account=main).update(account=booked_account(savings))


def test_looking_at_a_bank_account_writes_nothing(company: Any, client: Client) -> None:
    manager = world.make_user(company, "manager")
    client.force_login(manager)
    bank = BankAccount.objects.create(company=company, name="Main", holder="Alder Ltd", iban=OURS, currency="EUR")
    opening = {"opening": "0.00", "closing": "-5.00"}
    take_bank_file(company, "march.xml", camt(statement(entry("5.00", sign="DBIT"), **opening)), by=None)
    line = BankLine.objects.get()
    accounts = Account.objects.count()

    assert client.get(f"/bank/{bank.pk}/reconcile/").status_code == 200
    assert client.get(f"/bank/lines/{line.pk}/").status_code == 200
    assert Program(manager).get("bank-reconciliation/", account=OURS).json()["book_balance"] == "0.00"
    assert (BookedBank.objects.count(), Account.objects.count()) == (0, accounts)
