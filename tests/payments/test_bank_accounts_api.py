"""Our bank accounts as a program sees and sets them: the same refusals and the same right as the settings."""

from typing import Any

import pytest

from office.models import AuditRecord
from payments.operations.set_bank_accounts import BankDetails, set_bank_accounts
from tests import world
from tests.api.calling import Program, refused
from tests.payments.bank_samples import OURS

pytestmark = pytest.mark.django_db
MAIN = {"name": "Main", "holder": "Alder Ltd", "iban": OURS, "bic": "BYLADEM1001", "currency": "eur"}
WELLS = {"name": "Wells", "holder": "Alder Inc", "iban": "0001234567", "bic": "121042882", "currency": "USD"}


@pytest.fixture
def program(company: Any) -> Program:
    return Program(world.make_user(company, "administrator"))


def named(company: Any) -> list[str]:
    return sorted(company.bank_accounts.values_list("name", flat=True))


def test_a_program_sets_them_lists_them_and_changes_one(company: Any, program: Program) -> None:
    first = program.put("bank-accounts/", {"accounts": [MAIN, WELLS]})
    ids = {account.name: account.pk for account in company.bank_accounts.all()}
    assert first.json()["accounts"] == [
        MAIN | {"id": ids["Main"], "currency": "EUR", "book_account": "1000 Bank"},
        WELLS | {"id": ids["Wells"], "book_account": "1010 Wells"},
    ]
    assert program.get("bank-accounts/").json() == first.json()
    changed = {"name": "House bank", "holder": "Alder Ltd", "iban": OURS}
    [account] = program.put("bank-accounts/", {"accounts": [changed]}).json()["accounts"]
    assert account == changed | {"id": ids["Main"], "bic": "", "currency": "EUR", "book_account": "1000 Bank"}
    assert named(company) == ["House bank"]
    assert AuditRecord.objects.filter(action="set_bank_accounts").count() == 2


@pytest.mark.parametrize(
    ("accounts", "code"),
    [
        ([MAIN | {"iban": "DE88 3704 0044 0532 0130 00"}], "bad_iban"),
        ([MAIN | {"currency": "QQQ"}], "bad_currency"),
        ([MAIN, MAIN | {"name": "Twice"}], "account_twice"),
    ],
)
def test_what_the_settings_refuse_is_refused(company: Any, program: Program, accounts: Any, code: str) -> None:
    assert refused(program.put("bank-accounts/", {"accounts": accounts})) == (409, code)
    assert named(company) == []


def test_one_on_which_money_stands_stays(company: Any, customer: Any, program: Program) -> None:
    _, savings = set_bank_accounts(company.pk, [BankDetails("Main", "A", OURS), BankDetails("Two", "A", "2")], by=None)
    world.receive(customer, "10.00", company.today(), bank_account_id=savings.booked.account_id)
    assert refused(program.put("bank-accounts/", {"accounts": [MAIN]})) == (409, "account_in_use")
    assert named(company) == ["Main", "Two"]


@pytest.mark.parametrize("accounts", [None, [{"name": "Main"}], [MAIN | {"iban": ""}], [MAIN] * 21, "x"])
def test_what_is_no_list_of_accounts_is_bad_input(company: Any, program: Program, accounts: Any) -> None:
    assert program.put("bank-accounts/", {"accounts": accounts}).status_code == 400
    assert named(company) == []


def test_without_the_right_nothing_is_seen_or_set(company: Any) -> None:
    clerk = Program(world.make_user(company, "manager"))
    assert clerk.get("bank-accounts/").status_code == 403
    assert clerk.put("bank-accounts/", {"accounts": [MAIN]}).status_code == 403
    assert named(company) == []


def test_another_companys_are_neither_seen_nor_touched(company: Any, program: Program) -> None:
    other = world.make_company(legal_name="Birch")
    set_bank_accounts(other.pk, [BankDetails("Theirs", "Birch", "77")], by=None)
    assert program.get("bank-accounts/").json()["accounts"] == []
    program.put("bank-accounts/", {"accounts": [MAIN]})
    assert (named(company), named(other)) == (["Main"], ["Theirs"])
    assert program.get("bank-accounts/", company=other.pk).status_code in (400, 403, 404)
