"""Refunds that wait stand on the clearing account, until what pays them moves them to the account that pays."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from ledger.allocating import lock_items
from ledger.models import Account, Entry, Line, OpenItem
from ledger.posting import Posting, post_all, post_mirror
from ledger.refusals import Refused
from office.models import BankAccount, Company
from payments.booked_banks import book_account_of
from payments.models import BankTie, Refund, RepaymentBatch, RepaymentLine

NEVER_LEFT = ("cancel_repayment", "reject_repayment_line", "undo_refund_by_hand", "withdraw_refund")
"""The kinds of mirrors of payments that the bank never made."""


def lock_payments(company_id: int) -> None:
    """Let one after the other choose refunds to pay: two at once see what the other has claimed."""
    Company.objects.select_for_update(no_key=True).get(pk=company_id)


def lock_refunded(refunds: Iterable[Refund]) -> None:
    """Hold what refunds pay back: nobody takes the credit from under them meanwhile."""
    entries = [refund.entry_id for refund in refunds]
    lock_items(OpenItem.objects.filter(entry__in=entries).values_list("pk", flat=True))


def pay_from_bank(batch: RepaymentBatch, lines: Sequence[RepaymentLine], *, by_id: int | None) -> None:
    """Enter that a batch's account pays these refunds, today, at what they were worth; lines get entries, unsaved."""
    how = {"kind": "approve_repayment", "dated_on": batch.company.today(), "memo": f"Paid with {batch.message_id}"}
    entries = {line.refund: _entry(line.refund, f"approve_repayment:{line.pk}", by_id=by_id, **how) for line in lines}
    entered = leave_bank(book_account_of(batch.bank_account), entries)
    for line in lines:
        line.entry = entered.get(line.refund_id)


def pay_by_hand(refund: Refund, bank_account: BankAccount, *, on: date, key: str, by_id: int | None) -> Entry | None:
    """Enter that an account of ours paid a refund without a file, at what it was worth."""
    entry = _entry(refund, key, kind="pay_refund_by_hand", dated_on=on, memo="Paid by hand", by_id=by_id)
    return leave_bank(book_account_of(bank_account), {refund: entry}).get(refund.pk)


def leave_bank(account: Account, entries: Mapping[Refund, Entry]) -> dict[int, Entry]:
    """Move each refund with its entry from where it stands to an account; one that stands there is in the book."""
    refunds = {refund.entry_id: refund for refund in entries}
    stands = Line.objects.filter(entry__in=refunds, amount__lt=0).select_related("account")
    postings = {
        refunds[waiting.entry_id].pk: _move(waiting, account, entries[refunds[waiting.entry_id]])
        for waiting in stands.exclude(account=account).order_by("pk")
    }
    return dict(zip(postings, post_all(list(postings.values())), strict=True))


def _move(waiting: Line, account: Account, entry: Entry) -> Posting:
    sides = ((waiting.account, 1), (account, -1))
    own = [
        Line(account=side, amount=-sign * waiting.amount, company_amount=-sign * waiting.company_amount)
        for side, sign in sides
    ]
    return Posting(entry, own)


def _entry(refund: Refund, key: str, **facts: Any) -> Entry:
    return Entry(
        company_id=refund.company_id,
        key=key,
        currency=refund.currency,
        company_currency=refund.company.currency,
        reference=refund.number,
        **facts,
    )


def take_back_payment(line: RepaymentLine, *, kind: str, reason: str, by_id: int | None) -> None:
    """Let a refund that was not paid wait on the account where it stood. `kind` says whether it ever left."""
    if line.entry is None:
        return
    post_mirror(
        line.entry,
        key=f"{kind}:{line.pk}",
        kind="return_repayment_line" if is_reconciled([line.entry]) else kind,
        dated_on=line.batch.company.today(),
        by_id=by_id,
        memo=reason,
    )


def is_reconciled(entries: Iterable[Entry]) -> bool:
    """Whether somebody found one of these payments on the bank's statement: then it did leave."""
    return BankTie.objects.filter(book_line__entry__in=entries, undone_at=None).exists()


def require_not_reconciled(entries: Iterable[Entry]) -> None:
    """Refuse to give up what the bank paid, as its statement says."""
    if is_reconciled(entries):
        raise Refused(
            "The bank has paid it: a line of its statement is reconciled with it. Untie that first if it is mistaken.",
            code="paid",
        )
