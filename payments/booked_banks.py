"""On which account of the book each bank account's money stands."""

from django.db import transaction

from ledger.accounts import default_accounts
from ledger.models import Account, AccountRole
from office.models import BankAccount, Company
from payments.models import BookedBank
from payments.online.in_transit import CODE as IN_TRANSIT

STEP = 10


@transaction.atomic
def book_account_of(bank_account: BankAccount) -> Account:
    """The account of the book for a bank account; made when it is first asked for.

    The company's first takes the book's usual bank account, each other gets one of its own, numbered after it.
    """
    known = BookedBank.objects.select_related("account").filter(bank_account=bank_account).first()
    if known:
        return known.account
    Company.objects.select_for_update(no_key=True).get(pk=bank_account.company_id)  # of two at once, one makes it
    first = BankAccount.objects.filter(company=bank_account.company_id).earliest("pk")
    if known := BookedBank.objects.select_related("account").filter(bank_account=bank_account).first():
        return known.account
    usual = default_accounts(bank_account.company_id)[AccountRole.BANK]
    is_free = not BookedBank.objects.filter(account=usual).exists()
    account = usual if is_free and first.pk == bank_account.pk else _another(usual, bank_account)
    BookedBank.objects.create(bank_account=bank_account, account=account)
    return account


def _another(usual: Account, bank_account: BankAccount) -> Account:
    codes = set(Account.objects.filter(company_id=usual.company_id).values_list("code", flat=True)) | {IN_TRANSIT}
    code = int(usual.code) if usual.code.isdecimal() else 1000
    while str(code) in codes:
        code += STEP
    return Account.objects.create(
        company_id=usual.company_id, code=str(code), name=bank_account.name[:100], role=AccountRole.BANK
    )
