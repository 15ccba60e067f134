"""Adding a customer's bank account: checked, sealed, and used only once a second person has confirmed it."""

from dataclasses import dataclass
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.utils import timezone

from customers.account_numbers import (
    Verdict,
    bank_name_of_bic,
    bank_of_iban,
    check_bic,
    check_iban,
    check_routing_number,
    check_sort_code,
    check_uk_account,
    check_us_account,
    last_four,
)
from customers.mandates import with_state
from customers.merging import require_not_merged
from customers.models import AccountKind, Customer, CustomerAccount
from customers.operations.manage_mandates import put_to, require_scheme
from ledger.present import present
from ledger.refusals import Refused
from office.approvals.asking import ApprovalNeeded, Asked, require_second_person
from office.audit import record
from office.models import ApprovalRequest, User
from office.operations.ask_approval import ask_approval
from office.reasons import LONGEST
from office.sealing import keyed_hash, seal

LONGEST_HOLDER = 70
"""As many characters as payment files take."""
COUNTRIES: dict[str, str] = {AccountKind.US: "US", AccountKind.UK: "GB"}


@dataclass(frozen=True)
class AccountDetails:
    """An account as typed. `bank_code` is the routing number or sort code; an IBAN needs none, and seldom a BIC."""

    kind: str
    number: str
    holder: str
    bank_code: str = ""
    bic: str = ""
    is_savings: bool = False
    replaces_id: int | None = None


@transaction.atomic
def add_account(customer: Customer, details: AccountDetails, *, by: User | None, reason: str = "") -> CustomerAccount:
    """Keep an account of a customer and ask a second person to confirm it; what the office does itself needs none.

    One that replaces another takes its place, in its mandates too, when it is confirmed, not before. Raises Refused for
    a number that cannot be one, with the reason, for an account that the customer has already, and for one in the place
    of another under a mandate by whose scheme it cannot be debited.
    """
    require_not_merged(customer)
    account, _ = checked_account(customer, details, by)
    try:
        with transaction.atomic():
            account.save()
    except IntegrityError as error:
        if "customer_account_once_at_a_time" not in str(error):
            raise
        raise Refused(f"{customer.name} has this account already.", code="account_known") from error
    record(by, "add_account", account, after=_state(account), reason=reason[:LONGEST])
    try:
        return confirm_account(account.pk, by=by, reason=reason)
    except ApprovalNeeded as needed:
        ask_approval(needed, by=present(by))
        return account


@transaction.atomic
def confirm_account(
    account_id: int, *, by: User | None, reason: str = "", approved: ApprovalRequest | None = None
) -> CustomerAccount:
    """Let money be moved with an account, by the word of somebody else than who added it.

    Raises ApprovalNeeded without that word, and Refused where the account is confirmed or closed already, or cannot be
    debited under a mandate of the one that it replaces.
    """
    account = locked_account(account_id)
    if account.state != "waiting":
        raise Refused(f"The account is {account.state} already.", code="invalid_move")
    asked = Asked("confirm_account", account.company, account, Decimal(0), {}, reason[:LONGEST])
    require_second_person(asked, by, approved)
    set_confirmed(account, approved.decided_by if approved else None)
    if account.replaces_id:
        _close_replaced(account)
    return account


def set_confirmed(account: CustomerAccount, by: User | None) -> None:
    """Write down by whose word a locked account may be used."""
    account.confirmed_by, account.confirmed_at = by, timezone.now()
    account.save(update_fields=["confirmed_by", "confirmed_at"])
    record(by, "confirm_account", account)


def drop_account(account_id: int, *, by: User | None, reason: str) -> None:
    """Close an account that was not confirmed."""
    account = locked_account(account_id)
    if account.state == "waiting":
        close(account, by, reason or "Not confirmed.")


def close(account: CustomerAccount, by: User | None, reason: str) -> None:
    """Let an account that is locked move no more money."""
    account.closed_at, account.closed_reason = timezone.now(), reason
    account.save(update_fields=["closed_at", "closed_reason"])
    record(by, "close_account", account, reason=reason)


def locked_account(account_id: int) -> CustomerAccount:
    """The account, its row held."""
    accounts = CustomerAccount.objects.select_for_update(no_key=True, of=("self",))
    return accounts.select_related("company", "customer").get(pk=account_id)


def _close_replaced(account: CustomerAccount) -> None:
    old = locked_account(present(account.replaces_id))
    today = account.company.today()
    for mandate in with_state(old.mandates.select_for_update(no_key=True, of=("self",)), today).filter(state="live"):
        require_scheme(account, mandate.scheme)
        put_to(mandate, account, today, f"Their account was replaced by {account}.", account.confirmed_by)
    if old.state != "closed":
        close(old, account.confirmed_by, f"Replaced by {account}.")


def checked_account(customer: Customer, details: AccountDetails, by: User | None) -> tuple[CustomerAccount, str]:
    """An account as it would be kept, unsaved, and its whole number. Raises Refused as `add_account` does."""
    if details.kind not in AccountKind.values:
        raise Refused("That is no kind of account that we know.", code="unknown_kind")
    holder = " ".join(details.holder.split())
    if not holder or len(holder) > LONGEST_HOLDER:
        raise Refused(f"Name whose account it is, in at most {LONGEST_HOLDER} characters.", code="bad_holder")
    account = CustomerAccount(
        company=customer.company,
        customer=customer,
        kind=details.kind,
        holder=holder,
        replaces=_replaced(customer, details),
        added_by=by,
    )
    number = _iban(account, details) if details.kind == AccountKind.IBAN else _national(account, details)
    account.sealed_number = seal(number)
    account.number_hash = hash_of(details.kind, account.bank_code, number)
    account.last_four = last_four(number)
    if account.replaces:
        for mandate in with_state(account.replaces.mandates.all(), customer.company.today()).filter(state="live"):
            require_scheme(account, mandate.scheme)
    return account, number


def hash_of(kind: str, bank_code: str, number: str) -> str:
    """By which an account is found again, whoever has it."""
    return keyed_hash(f"{kind}:{bank_code}:{number}")


def _replaced(customer: Customer, details: AccountDetails) -> CustomerAccount | None:
    if details.replaces_id is None:
        return None
    old = customer.accounts.filter(pk=details.replaces_id, closed_at=None).first()
    if old is None:
        raise Refused("The account to replace is not one in use by this customer.", code="unknown_account")
    return old


def _iban(account: CustomerAccount, details: AccountDetails) -> str:
    number = _sound(check_iban(details.number), "bad_iban", "This IBAN cannot be one")
    bank = bank_of_iban(number)
    bic = _sound(check_bic(details.bic), "bad_bic", "This BIC cannot be one") if details.bic.strip() else bank.bic
    account.bic, account.country, account.takes_sepa = bic, bank.country, bank.takes_sepa
    account.bank_name = bank.name or (bank_name_of_bic(bic) if bic else "")
    return number


def _national(account: CustomerAccount, details: AccountDetails) -> str:
    account.country = COUNTRIES[account.kind]
    if account.kind == AccountKind.US:
        routing = check_routing_number(details.bank_code)
        account.bank_code = _sound(routing, "bad_routing_number", "This routing number cannot be one")
        account.is_savings = details.is_savings
        return _sound(check_us_account(details.number), "bad_account_number", "This account number cannot be one")
    sort_code = check_sort_code(details.bank_code)
    account.bank_code = _sound(sort_code, "bad_sort_code", "This sort code cannot be one")
    return _sound(check_uk_account(details.number), "bad_account_number", "This account number cannot be one")


def _sound(verdict: Verdict, code: str, words: str) -> str:
    """The number as it is kept. The refusal says why, and not which number."""
    if not verdict.is_valid:
        raise Refused(f"{words}: {verdict.reason}.", code=code)
    return verdict.number


def _state(account: CustomerAccount) -> dict[str, str]:
    names = ("kind", "holder", "masked_number", "bank_name", "bic")
    return {name: value for name in names if (value := getattr(account, name))}
