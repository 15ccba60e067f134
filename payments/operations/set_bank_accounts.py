from collections.abc import Sequence
from dataclasses import asdict, dataclass

from django.db import transaction
from django.db.models import ProtectedError

from ledger.money import UnknownCurrency, places
from ledger.refusals import Refused
from office.audit import record
from office.models import BankAccount, Company, User
from office.swiss_payments import CURRENCIES, is_qr_iban
from payments.booked_banks import book_account_of, unbook


@dataclass(frozen=True)
class BankDetails:
    """An account customers pay to; an IBAN is checked, other numbers are taken as typed."""

    name: str
    holder: str
    iban: str
    bic: str = ""
    currency: str = ""


@transaction.atomic
def set_bank_accounts(company_id: int, accounts: Sequence[BankDetails], *, by: User | None) -> list[BankAccount]:
    """Say where customers pay to. Issued documents keep what they printed.

    Each gets its account of the book. It is told by its number and currency. Raises Refused for what cannot be, for one
    named twice, and for leaving out one that has bank statements, or on whose account of the book something stands.
    """
    company = Company.objects.select_for_update(no_key=True).get(pk=company_id)
    for account in accounts:
        _check(account, account.currency or company.currency)
    wanted = {_told(account.iban, account.currency or company.currency): account for account in accounts}
    if len(wanted) < len(accounts):
        raise Refused("One account is named twice.", code="account_twice")
    before, known = _words(company), {_told(row.iban, row.currency): row for row in company.bank_accounts.all()}
    _remove([row for told, row in known.items() if told not in wanted])
    rows = [known.get(told) or BankAccount(company=company) for told in wanted]
    for row, account in zip(rows, accounts, strict=True):
        for name, value in (asdict(account) | {"currency": account.currency or company.currency}).items():
            setattr(row, name, value)
        row.save()
        book_account_of(row)
    record(by, "set_bank_accounts", company, before={"accounts": before}, after={"accounts": _words(company)})
    return rows


def _told(iban: str, currency: str) -> tuple[str, str]:
    return iban.replace(" ", "").upper(), currency


def _remove(rows: Sequence[BankAccount]) -> None:
    for row in rows:
        try:
            unbook(row)
            row.delete()
        except ProtectedError as error:
            raise Refused(f"{row.name} has statements or bookings, so it stays.", code="account_in_use") from error


def _check(account: BankDetails, currency: str) -> None:
    from schwifty import IBAN
    from schwifty.exceptions import SchwiftyException

    if not (account.name.strip() and account.holder.strip() and account.iban.strip()):
        raise Refused("A bank account needs a name, a holder and a number.", code="bank_details_missing")
    if account.currency:
        try:
            places(account.currency)
        except UnknownCurrency as error:
            raise Refused(f"{account.currency!r} is not a currency.", code="bad_currency") from error
    number = account.iban.replace(" ", "").upper()
    if number[:2].isalpha() and number[2:4].isdigit():
        try:
            IBAN(number)
        except SchwiftyException as error:
            raise Refused(f"{account.iban} is not a valid IBAN: look for a mistyped digit.", code="bad_iban") from error
    if is_qr_iban(number) and currency not in CURRENCIES:
        raise Refused(
            f"{account.iban} is a QR-IBAN, which takes CHF and EUR only. For {currency} give the account's own IBAN.",
            code="qr_iban_currency",
        )


def _words(company: Company) -> str:
    return "; ".join(f"{account.name} {account.iban} {account.currency}" for account in company.bank_accounts.all())
