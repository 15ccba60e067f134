"""On which account of the book each bank account's money stands."""

from django.db import transaction

from ledger.accounts import default_accounts
from ledger.models import Account, AccountRole
from office.models import BankAccount, Company
from payments.models import BookedBank
from payments.online.in_transit import CODE as IN_TRANSIT

STEP = 10


def booked_account(bank_account: BankAccount) -> Account | None:
    """The account of the book for a bank account, for reading; None while it has none, and so nothing on it."""
    known = BookedBank.objects.select_related("account").filter(bank_account=bank_account).first()
    return known.account if known else None


@transaction.atomic
def book_account_of(bank_account: BankAccount) -> Account:
    """The account of the book for a bank account, for writing; made where it has none.

    One of a company takes the book's usual bank account, each other gets one of its own, numbered after it.
    """
    if known := booked_account(bank_account):
        return known
    Company.objects.select_for_update(no_key=True).get(pk=bank_account.company_id)  # of two at once, one makes it
    if known := booked_account(bank_account):
        return known
    usual = default_accounts(bank_account.company_id)[AccountRole.BANK]
    is_free = not BookedBank.objects.filter(account=usual).exists()
    account = usual if is_free else _another(usual, bank_account)
    BookedBank.objects.create(bank_account=bank_account, account=account)
    return account


def lock_bank_account(bank_account_id: int) -> BankAccount:
    """The account, so locked that nothing of it is reconciled, taken back or closed meanwhile."""
    accounts = BankAccount.objects.select_for_update(no_key=True, of=("self",)).select_related("company")
    return accounts.get(pk=bank_account_id)


def unbook(bank_account: BankAccount) -> None:
    """Free the account of the book of a bank account that goes; its own, which nothing stands on, goes with it.

    Raises ProtectedError where something stands on it, unless it is the usual one, which the next takes over.
    """
    account = booked_account(bank_account)
    BookedBank.objects.filter(bank_account=bank_account).delete()
    if account and not account.is_default:
        account.delete()


def _another(usual: Account, bank_account: BankAccount) -> Account:
    codes = set(Account.objects.filter(company_id=usual.company_id).values_list("code", flat=True)) | {IN_TRANSIT}
    code = int(usual.code) if usual.code.isdecimal() else 1000
    while str(code) in codes:
        code += STEP
    return Account.objects.create(
        company_id=usual.company_id, code=str(code), name=bank_account.name[:100], role=AccountRole.BANK
    )
