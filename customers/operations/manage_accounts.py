"""Blocking, releasing and closing a customer's bank account, and seeing its whole number."""

from collections.abc import Iterator

from django.db import transaction
from django.utils import timezone

from customers.models import ChangeRequest, CustomerAccount
from customers.operations.add_account import close, hash_of, locked_account
from ledger.refusals import Refused
from office.approvals.asking import require_none_waiting
from office.audit import record
from office.models import User
from office.reasons import required_reason
from office.sealing import Unsealable, reseal, unseal

AT_ONCE = 500


@transaction.atomic
def block_account(account_id: int, *, reason: str, by: User | None) -> CustomerAccount:
    """Let no money be moved with an account until somebody releases it. Raises Refused unless it is in use."""
    reason = required_reason(reason, "Say why the account is blocked.")
    account = locked_account(account_id)
    if account.closed_at or account.blocked_at:
        raise Refused(f"The account is {'closed' if account.closed_at else 'blocked'} already.", code="invalid_move")
    _set_block(account, reason)
    record(by, "block_account", account, reason=reason)
    return account


@transaction.atomic
def release_account(account_id: int, *, reason: str, by: User | None) -> CustomerAccount:
    """Let a blocked account be used again. Raises Refused for one that is not blocked, or without a reason."""
    reason = required_reason(reason, "Say why the account can be used again.")
    account = locked_account(account_id)
    if not account.blocked_at or account.closed_at:
        raise Refused("The account is not blocked.", code="invalid_move")
    blocked = account.blocked_reason
    _set_block(account, "")
    record(by, "release_account", account, before={"blocked": blocked}, reason=reason)
    return account


@transaction.atomic
def close_account(account_id: int, *, reason: str, by: User | None) -> CustomerAccount:
    """Use an account no more, for good. Raises Refused for one that is closed, or waits for somebody's word."""
    reason = required_reason(reason, "Say why the account is closed.")
    account = locked_account(account_id)
    if account.closed_at:
        raise Refused("The account is closed already.", code="invalid_move")
    require_none_waiting("confirm_account", account)
    close(account, by, reason)
    return account


def number_of(account: CustomerAccount) -> str:
    """The whole number, for a payment file. Raises Unsealable where what is kept is not what was confirmed."""
    number = unseal(account.sealed_number)
    if hash_of(account.kind, account.bank_code, number) != account.number_hash:
        raise Unsealable("The number kept is not the one that its hash was made of.")
    return number


@transaction.atomic
def reveal_account(account_id: int, *, by: User | None) -> str:
    """The whole number, for a person; that they saw it is kept."""
    account = CustomerAccount.objects.select_related("company").get(pk=account_id)
    number = number_of(account)
    record(by, "reveal_account", account)
    return number


def reseal_accounts() -> Iterator[int]:
    """Seal every number anew by the newest key, some at a time; gives how many are done. What is broken stops it."""
    for asked in ChangeRequest.objects.exclude(sealed_number=""):
        same = ChangeRequest.objects.filter(pk=asked.pk, sealed_number=asked.sealed_number)
        same.update(sealed_number=reseal(asked.sealed_number))
    done, last = 0, 0
    while rows := list(CustomerAccount.objects.filter(pk__gt=last).exclude(sealed_number="").order_by("pk")[:AT_ONCE]):
        for account in rows:
            _reseal(account)
        done, last = done + len(rows), rows[-1].pk
        yield done


def _reseal(account: CustomerAccount) -> None:
    number_of(account)
    same = CustomerAccount.objects.filter(pk=account.pk, sealed_number=account.sealed_number)
    same.update(sealed_number=reseal(account.sealed_number))


def _set_block(account: CustomerAccount, reason: str) -> None:
    account.blocked_at, account.blocked_reason = timezone.now() if reason else None, reason
    account.save(update_fields=["blocked_at", "blocked_reason"])
