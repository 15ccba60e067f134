"""Holding the bank against the book: saying that two lines are one, booking what only the bank has, closing a month."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.db.models import Sum
from django.utils import timezone

from ledger.accounts import default_accounts
from ledger.bulk import insert_all
from ledger.guards import guards_spoken
from ledger.models import Account, AccountRole, Entry, Line
from ledger.money import format_money
from ledger.posting import Posting, post
from ledger.present import present
from ledger.refusals import Refused
from office.audit import record
from office.days import require_bookable_day
from office.models import BankAccount, User
from office.rates.exchange import exchange_rate_of, in_company_currency
from office.reasons import required_reason
from payments.booked_banks import book_account_of, lock_bank_account
from payments.models import BankLine, BankMonth, BankTie, BookedBank, Receipt
from payments.reconciling import OPENING, first_statement, reconciliation_of, untied_book_lines, with_untied

NOT_BY_HAND = (
    AccountRole.RECEIVABLE,
    AccountRole.TAX,
    AccountRole.TAX_WITHHELD,
    AccountRole.REVALUATION,
    AccountRole.PROVISION,
    AccountRole.REFUNDS,
)
"""Accounts that stand for items, taxes, refunds or expected losses: what goes there has an operation of its own."""


@transaction.atomic
def tie_bank_lines(
    bank_account_id: int, line_ids: Sequence[int], book_line_ids: Sequence[int], *, by: User | None
) -> list[BankTie]:
    """Say that lines of a bank account and lines of the book are the same money: one line with one or several.

    Raises Refused where both sides do not come to the same, several stand on both sides, money in and out are mixed, a
    line is not of this account, and for a closed month.
    """
    bank_account = lock_bank_account(bank_account_id)
    lines = list(with_untied(BankLine.objects.filter(bank_account=bank_account, pk__in=line_ids)).order_by("pk"))
    account = book_account_of(bank_account)
    book = Line.objects.filter(account=account, currency=bank_account.currency, pk__in=book_line_ids)
    book_lines = list(untied_book_lines(book).order_by("pk"))
    if len(lines) != len(set(line_ids)) or len(book_lines) != len(set(book_line_ids)) or not lines or not book_lines:
        raise Refused("Choose lines of this account that are not reconciled yet, on both sides.", code="unknown_line")
    if min(len(lines), len(book_lines)) > 1:
        raise Refused("Choose one line on one side at least: several with several say nothing.", code="many_with_many")
    bank_sum = sum((line.untied for line in lines), Decimal(0))
    book_sum = sum((line.untied for line in book_lines), Decimal(0))
    if bank_sum != book_sum:
        one, other = (format_money(each, bank_account.currency) for each in (bank_sum, book_sum))
        raise Refused(f"The bank's side comes to {one}, the book's to {other}.", code="sums_differ")
    if len({untied > 0 for untied in (*(line.untied for line in lines), *(line.untied for line in book_lines))}) > 1:
        raise Refused("Choose only money in, or only money out.", code="mixed_signs")
    days = [*(line.booked_on for line in lines), *(line.dated_on for line in book_lines)]
    require_open_bank_month(bank_account, days)
    many = lines if len(lines) > 1 else book_lines
    ties = [
        BankTie(line=line, book_line=book_line, amount=(line if many is lines else book_line).untied, by=by)
        for line in lines
        for book_line in book_lines
    ]
    with guards_spoken():
        insert_all(ties)
    record(by, "tie_bank_lines", bank_account, after={"bank": _told(lines), "book": [str(each) for each in book_lines]})
    return ties


@transaction.atomic
def untie_bank_line(tie_id: int, *, by: User | None) -> BankTie:
    """Take back that two lines are one. Raises Refused where that was done, and for a closed month."""
    bank_account = lock_bank_account(BankTie.objects.values_list("line__bank_account", flat=True).get(pk=tie_id))
    tie = BankTie.objects.select_related("line", "book_line").get(pk=tie_id)
    if tie.undone_at:
        raise Refused("This was taken back already.", code="invalid_move")
    require_open_bank_month(bank_account, [tie.line.booked_on, tie.book_line.dated_on])
    tie.undone_by, tie.undone_at = by, timezone.now()
    tie.save(update_fields=["undone_by", "undone_at"])
    record(by, "untie_bank_line", bank_account, before={"bank": str(tie.line), "amount": tie.amount})
    return tie


@transaction.atomic
def book_bank_line(
    line_id: int, account: Account, *, memo: str, by: User | None, exchange_rate: Decimal | None = None
) -> Entry:
    """Enter in the book what only the bank has, such as a fee, interest, or money moved to another account of ours.

    Raises Refused without a memo, for an account that stands for what customers owe or for taxes, where nothing is left
    of the line, for a closed month, and in a foreign currency without a rate.
    """
    memo = required_reason(memo, "Say what the line is.")
    bank_account = lock_bank_account(BankLine.objects.values_list("bank_account", flat=True).get(pk=line_id))
    line = with_untied(BankLine.objects.filter(pk=line_id)).get()
    own = book_account_of(bank_account)
    if account.company_id != bank_account.company_id or not account.is_active or account.role in NOT_BY_HAND:
        raise Refused("Choose an account of this company that is booked by hand.", code="unknown_account")
    other = BookedBank.objects.filter(account=account).exclude(bank_account__currency=line.currency)
    if other.exists():
        raise Refused("That account is kept in another currency. Book each side by itself.", code="another_currency")
    if account.pk == own.pk:
        raise Refused("That is this bank account itself. Choose what the money was for.", code="same_account")
    if not line.untied:
        raise Refused("Nothing is left of the line: the book has it.", code="nothing_left")
    company = bank_account.company
    require_bookable_day(company, line.booked_on)
    require_open_bank_month(bank_account, [line.booked_on])
    rate = exchange_rate_of(company, line.currency, exchange_rate, line.booked_on)
    worth = in_company_currency(company, line.untied, rate)
    place = BankTie.objects.filter(line=line).count()
    entry = Entry(
        company_id=company.pk,
        key=f"book_bank_line:{line.pk}:{place}",
        kind="book_bank_line",
        dated_on=line.booked_on,
        currency=line.currency,
        company_currency=company.currency,
        reference=f"Bank {line.pk}",
        memo=memo,
        by_id=by.pk if by else None,
    )
    bank = Line(account=own, amount=line.untied, company_amount=worth)
    post(Posting(entry, [bank, Line(account=account, amount=-line.untied, company_amount=-worth)]))
    with guards_spoken():
        BankTie.objects.create(line=line, book_line=bank, amount=line.untied, by=by)
    record(by, "book_bank_line", bank_account, after={"line": str(line), "account": str(account), "memo": memo})
    return entry


@transaction.atomic
def tie_return(line: BankLine, receipt: Receipt, *, by: User | None) -> None:
    """Say that a line of money out is the mirror of a reversed receipt; what the bank took more is its charge."""
    own, came = book_account_of(line.bank_account), receipt.banked
    mirror = present(receipt.reversal_entry).lines.filter(account=own, amount=-came).first()
    if mirror is None or came > -line.amount:
        return  # it came in on another account: a person reconciles it
    with guards_spoken():
        BankTie.objects.create(line=line, book_line=mirror, amount=-came, by=by)
    if came < -line.amount:
        charges = default_accounts(line.company_id)[AccountRole.BANK_CHARGES]
        book_bank_line(line.pk, charges, memo=f"The bank's charge for the return of {receipt}", by=by)


@transaction.atomic
def close_bank_month(bank_account_id: int, month: date, *, by: User | None) -> BankMonth:
    """Close a month whose balances differ by nothing but what both lists explain.

    Raises Refused where no statement ends in it, a difference stays unexplained, or it is closed or not over.
    """
    bank_account, month = lock_bank_account(bank_account_id), month.replace(day=1)
    if month >= bank_account.company.today().replace(day=1):
        raise Refused("A month is closed when it is over.", code="month_not_over")
    if BankMonth.objects.filter(bank_account=bank_account, month=month, reopened_at=None).exists():
        raise Refused(f"{month:%B %Y} is closed already.", code="invalid_move")
    end = _last_day(month)
    found = reconciliation_of(bank_account, end)
    if found is None or found.on < month:
        raise Refused(f"No statement with a balance is of {month:%B %Y}.", code="no_statement")
    if found.unexplained:
        words = format_money(found.unexplained, bank_account.currency)
        raise Refused(f"{words} of the difference is explained by nothing.", code="unexplained")
    closed = BankMonth.objects.create(
        bank_account=bank_account,
        month=month,
        on=found.on,
        statement_balance=found.statement_balance,
        book_balance=found.book_balance,
        closed_by=by,
    )
    record(by, "close_bank_month", bank_account, after={"month": f"{month:%Y-%m}", "balance": found.statement_balance})
    return closed


@transaction.atomic
def reopen_bank_month(month_id: int, *, reason: str, by: User | None) -> BankMonth:
    """Let a closed month of a bank account be changed again. Raises Refused without a reason, or for one reopened."""
    reason = required_reason(reason, "Say why the month is reopened.")
    lock_bank_account(BankMonth.objects.values_list("bank_account", flat=True).get(pk=month_id))
    closed = BankMonth.objects.select_related("bank_account").get(pk=month_id)
    if closed.reopened_at:
        raise Refused(f"{closed.month:%B %Y} is open.", code="invalid_move")
    closed.reopened_by, closed.reopened_at, closed.reopened_reason = by, timezone.now(), reason
    closed.save()
    record(by, "reopen_bank_month", closed.bank_account, before={"month": f"{closed.month:%Y-%m}"}, reason=reason)
    return closed


@transaction.atomic
def book_opening_balance(bank_account_id: int, *, by: User | None) -> Entry:
    """Enter what the book lacks of what stood on an account before its first statement, so that both begin alike.

    Raises Refused where that is nothing or was entered before, for a closed month, and in a foreign currency without a
    rate kept for that day.
    """
    bank_account = lock_bank_account(bank_account_id)
    first, own = first_statement(bank_account), book_account_of(bank_account)
    if first is None:
        raise Refused("No statement with an opening balance is known.", code="no_statement")
    before = Line.objects.filter(account=own, currency=bank_account.currency, dated_on__lt=first.from_on)
    from_on = present(first.from_on)
    missing = present(first.opening) - (before.aggregate(sum=Sum("amount"))["sum"] or Decimal(0))
    key = f"book_opening_balance:{bank_account.pk}"
    if Entry.objects.filter(key=key).exists():
        raise Refused("The opening balance is in the book.", code="invalid_move")
    if not missing:
        raise Refused("The book agrees with the opening of the first statement.", code="nothing_left")
    require_open_bank_month(bank_account, [from_on])
    company = bank_account.company
    rate = exchange_rate_of(company, bank_account.currency, None, from_on)
    worth = in_company_currency(company, missing, rate)
    entry = Entry(
        company_id=company.pk,
        key=key,
        kind=OPENING,
        dated_on=from_on,
        currency=bank_account.currency,
        company_currency=company.currency,
        memo=f"Opening balance of {bank_account}",
        by_id=by.pk if by else None,
    )
    contra = default_accounts(company.pk)[AccountRole.OPENING]
    lines = [
        Line(account=account, amount=amount, company_amount=company_amount)
        for account, amount, company_amount in ((own, missing, worth), (contra, -missing, -worth))
    ]
    post(Posting(entry, lines))
    record(by, "book_opening_balance", bank_account, after={"amount": missing})
    return entry


def require_open_bank_month(bank_account: BankAccount, days: Sequence[date]) -> None:
    """Refuse what changes a closed month: that of the latest of these days, as the earlier ones saw none of it."""
    month = max(days).replace(day=1)
    closed = BankMonth.objects.filter(bank_account=bank_account, month=month, reopened_at=None).first()
    if closed:
        raise Refused(f"{closed.month:%B %Y} of this account is closed. Have it reopened first.", code="month_closed")


def _last_day(month: date) -> date:
    following = month.replace(year=month.year + month.month // 12, month=month.month % 12 + 1)
    return date.fromordinal(following.toordinal() - 1)


def _told(lines: Sequence[BankLine]) -> list[str]:
    return [f"{line.booked_on} {line.amount} {line}" for line in lines]
