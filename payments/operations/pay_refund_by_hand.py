"""A refund that waits for a file, paid without one: in e-banking, from an account of ours."""

from datetime import date

from django.db import transaction
from django.utils import timezone

from ledger.posting import post_mirror
from ledger.present import present
from ledger.refusals import Refused
from office.audit import record
from office.days import require_bookable_day
from office.models import BankAccount, User
from office.reasons import required_reason
from office.written import plain_day
from payments.booked_banks import lock_bank_account
from payments.models import HandPayment, Refund
from payments.operations.reconcile_bank import require_open_bank_month
from payments.refunds_clearing import lock_payments, lock_refunded, pay_by_hand, require_not_reconciled
from payments.repayment_choice import credits_gone, with_repayment


@transaction.atomic
def pay_refund_by_hand(refund_id: int, *, bank_account_id: int, on: date, by: User | None) -> HandPayment:
    """Enter that an account of ours paid a refund without a file, on a day.

    Raises Refused where it is under way or paid, or its credit is gone, for an account of others or in another
    currency, and for a day before the refund, in the future, or in a month of the account that is closed.
    """
    refund = Refund.objects.select_related("company").get(pk=refund_id)
    lock_payments(refund.company_id)
    _require_to_pay(refund)
    account = _paying(refund, bank_account_id)
    _check_day(refund, account, on)
    place = refund.hand_payments.count()
    key = f"pay_refund_by_hand:{refund.pk}:{place}"
    entry = pay_by_hand(refund, account, on=on, key=key, by_id=by.pk if by else None)
    payment = HandPayment.objects.create(refund=refund, bank_account=account, paid_on=on, entry=entry, told_by=by)
    record(by, "pay_refund_by_hand", refund, after={"from": account, "on": on})
    return payment


@transaction.atomic
def undo_refund_by_hand(refund_id: int, *, reason: str, by: User | None) -> HandPayment:
    """Let a refund that was not paid by hand after all wait again, by a mirror of today.

    Raises Refused without a reason, where nobody said so, and where the bank's statement says that it was paid.
    """
    reason = required_reason(reason, "Say why it was not paid by hand.")
    refund = Refund.objects.select_related("company").get(pk=refund_id)
    lock_payments(refund.company_id)
    payment = refund.hand_payments.filter(undone_at=None).select_related("entry", "bank_account").first()
    if payment is None:
        raise Refused(f"Nobody said that {refund} was paid by hand after it had waited.", code="invalid_move")
    lock_bank_account(payment.bank_account_id)
    if payment.entry:
        require_not_reconciled([payment.entry])
        _take_back(payment, refund, reason, by)
    payment.undone_by, payment.undone_at, payment.undone_reason = by, timezone.now(), reason
    payment.save(update_fields=["undone_by", "undone_at", "undone_reason"])
    record(by, "undo_refund_by_hand", refund, before={"from": payment.bank_account}, reason=reason)
    return payment


def _require_to_pay(refund: Refund) -> None:
    """Refuse what is under way or paid, and what there is no credit for any more."""
    state = with_repayment(Refund.objects.all()).get(pk=refund.pk).state
    if state == "withdrawn":
        raise Refused(f"{refund} is taken back: nothing is paid.", code="invalid_move")
    if state == "by_hand":
        raise Refused(f"{refund} is paid by hand already.", code="already_paid")
    if state != "to_pay":
        raise Refused(f"{refund} is in a repayment. Cancel that first, or wait for the bank.", code="under_way")
    lock_refunded([refund])
    if gone := credits_gone([refund]).get(refund.pk):
        raise Refused(f"{gone}. Apply other credit to it first, or take it back.", code="credit_gone")


def _paying(refund: Refund, bank_account_id: int) -> BankAccount:
    if not refund.company.bank_accounts.filter(pk=bank_account_id).exists():
        raise Refused("That is not a bank account of this company.", code="unknown_bank_account")
    account = lock_bank_account(bank_account_id)
    if account.currency != refund.currency:
        raise Refused(
            f"{account} is kept in {account.currency}. Choose one in {refund.currency}.", code="another_currency"
        )
    return account


def _check_day(refund: Refund, account: BankAccount, on: date) -> None:
    if on < refund.refunded_on:
        raise Refused(
            f"It was refunded on {plain_day(refund.refunded_on)}; not paid before.", code="before_it_was_made"
        )
    require_bookable_day(refund.company, on)
    require_open_bank_month(account, [on])


def _take_back(payment: HandPayment, refund: Refund, reason: str, by: User | None) -> None:
    post_mirror(
        present(payment.entry),
        key=f"undo_refund_by_hand:{payment.pk}",
        kind="undo_refund_by_hand",
        dated_on=refund.company.today(),
        by_id=by.pk if by else None,
        memo=reason,
    )
