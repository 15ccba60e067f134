"""Refunds that wait for a file stand on the clearing account, until a file moves them to the account that pays."""

from collections.abc import Sequence

from ledger.models import Entry, Line
from ledger.posting import Posting, post_all, post_mirror
from ledger.refusals import Refused
from payments.booked_banks import book_account_of
from payments.models import BankTie, RepaymentBatch, RepaymentLine

NEVER_LEFT = ("cancel_repayment", "reject_repayment_line")
"""The kinds of mirrors of payments that the bank never made."""


def pay_from_bank(batch: RepaymentBatch, lines: Sequence[RepaymentLine], *, by_id: int | None) -> None:
    """Enter that a batch's account pays these refunds, today, at what they were worth; lines get entries, unsaved.

    A refund that stands on that account already is in the book.
    """
    account = book_account_of(batch.bank_account)
    stands = {
        line.entry_id: line
        for line in Line.objects.filter(entry__in=[line.refund.entry_id for line in lines], amount__lt=0)
    }
    postings = []
    for line in lines:
        waiting = stands[line.refund.entry_id]
        if waiting.account_id == account.pk:
            continue
        sides = ((waiting.account, 1), (account, -1))
        own = [
            Line(account=side, amount=-sign * waiting.amount, company_amount=-sign * waiting.company_amount)
            for side, sign in sides
        ]
        postings.append((line, Posting(_entry(batch, line, by_id), own)))
    entries = post_all([posting for _, posting in postings])
    for (line, _), entry in zip(postings, entries, strict=True):
        line.entry = entry


def _entry(batch: RepaymentBatch, line: RepaymentLine, by_id: int | None) -> Entry:
    return Entry(
        company_id=batch.company_id,
        key=f"approve_repayment:{line.pk}",
        kind="approve_repayment",
        dated_on=batch.company.today(),
        currency=batch.currency,
        company_currency=batch.company.currency,
        reference=line.refund.number,
        memo=f"Paid with {batch.message_id}",
        by_id=by_id,
    )


def take_back_payment(line: RepaymentLine, *, kind: str, reason: str, by_id: int | None) -> None:
    """Let a refund that was not paid wait on the account where it stood. `kind` says whether it ever left."""
    if line.entry is None:
        return
    post_mirror(
        line.entry,
        key=f"{kind}:{line.pk}",
        kind="return_repayment_line" if is_reconciled(line) else kind,
        dated_on=line.batch.company.today(),
        by_id=by_id,
        memo=reason,
    )


def is_reconciled(line: RepaymentLine) -> bool:
    """Whether somebody found the payment on the bank's statement: then it did leave."""
    return BankTie.objects.filter(book_line__entry=line.entry_id, undone_at=None).exists()


def require_not_reconciled(lines: Sequence[RepaymentLine]) -> None:
    """Refuse to give up what the bank paid, as its statement says."""
    if any(line.entry_id and is_reconciled(line) for line in lines):
        raise Refused("The bank has paid it: a line of its statement is reconciled with it.", code="paid")
