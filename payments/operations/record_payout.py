"""What a provider pays out: from the account of online payments on their way to our bank, less its fee."""

from decimal import Decimal

from django.db import transaction

from ledger.accounts import default_accounts
from ledger.guards import guards_spoken
from ledger.models import Account, AccountRole, Entry, Line
from ledger.money import format_money, round_money
from ledger.posting import Posting, post, post_mirror
from ledger.refusals import Refused
from office.audit import record
from office.days import require_bookable_day
from office.models import BankAccount, Company, User
from office.reasons import required_reason
from payments.bank import left_of
from payments.booked_banks import book_account_of
from payments.models import BankLine, Payout
from payments.online.in_transit import in_transit, in_transit_account


@transaction.atomic
def record_payout(line_id: int, *, fee: Decimal, by: User | None) -> Payout:
    """Say that a line of money in is what a provider paid out, and what it kept of it.

    Raises Refused for money out, a line of which something is matched or set aside, a fee that is none, and for more
    than customers paid online and is still on its way.
    """
    line = _locked(line_id)
    account = in_transit_account(line.company_id)
    Account.objects.select_for_update(no_key=True).get(pk=account.pk)
    _check(line, fee)
    company = line.bank_account.company
    require_bookable_day(company, line.booked_on)
    with guards_spoken():
        payout = Payout.objects.create(
            company=company,
            line=line,
            currency=line.currency,
            amount=line.amount,
            fee=fee,
            entry=post(_posting(company, line, fee, account, by)),
            recorded_by=by,
        )
    told = {"amount": format_money(line.amount, line.currency), "fee": format_money(fee, line.currency)}
    record(by, "record_payout", payout, after=told)
    return payout


@transaction.atomic
def reverse_payout(payout_id: int, *, reason: str, by: User | None) -> Payout:
    """Take that back on its own day: the line can be matched again. Raises Refused without a reason, or done before."""
    reason = required_reason(reason, "Say why it was no payout.")
    line_id = Payout.objects.values_list("line", flat=True).get(pk=payout_id)
    _locked(line_id)
    payout = Payout.objects.select_related("company", "entry").get(pk=payout_id)
    if payout.reversal_entry_id:
        raise Refused("The payout is taken back already.", code="invalid_move")
    require_bookable_day(payout.company, payout.entry.dated_on)
    payout.reversal_entry = post_mirror(
        payout.entry,
        key=f"reverse_payout:{payout.pk}",
        kind="reverse_payout",
        dated_on=payout.entry.dated_on,
        by_id=by.pk if by else None,
        memo=reason,
    )
    payout.reversal_reason = reason
    payout.save(update_fields=["reversal_entry", "reversal_reason"])
    record(by, "reverse_payout", payout, reason=reason)
    return payout


def _locked(line_id: int) -> BankLine:
    line = BankLine.objects.select_related("bank_account__company").get(pk=line_id)
    BankAccount.objects.select_for_update(no_key=True).get(pk=line.bank_account_id)
    return line


def _check(line: BankLine, fee: Decimal) -> None:
    if line.amount <= 0:
        raise Refused("Money went out on this line; nobody paid it out to us.", code="money_out")
    if left_of(line) != line.amount:
        raise Refused("Part of the line is matched or set aside already.", code="invalid_move")
    if fee < 0 or fee != round_money(fee, line.currency):
        raise Refused(f"{fee} is no fee in {line.currency}.", code="bad_amount")
    on_its_way, _ = in_transit(line.company_id, line.currency)
    if line.amount + fee > on_its_way:
        words = f"Only {format_money(on_its_way, line.currency)} of online payments is on its way."
        raise Refused(words, code="more_than_on_its_way")


def _posting(company: Company, line: BankLine, fee: Decimal, account: Account, by: User | None) -> Posting:
    """At what it was worth when customers paid, so that the account of what is on its way closes to zero."""
    on_its_way, worth = in_transit(company.pk, line.currency)
    whole = line.amount + fee
    value = round_money(worth * whole / on_its_way, company.currency)
    fee_value = round_money(value * fee / whole, company.currency)
    accounts = default_accounts(company.pk)
    entry = Entry(
        company_id=company.pk,
        key=f"record_payout:{line.pk}:{Payout.objects.filter(line=line).count()}",
        kind="record_payout",
        dated_on=line.booked_on,
        currency=line.currency,
        company_currency=company.currency,
        reference=str(line)[:60],
        memo="Payout of online payments",
        by_id=by.pk if by else None,
    )
    lines = [
        Line(account=book_account_of(line.bank_account), amount=line.amount, company_amount=value - fee_value),
        Line(account=account, amount=-whole, company_amount=-value),
    ]
    charges = Line(account=accounts[AccountRole.BANK_CHARGES], amount=fee, company_amount=fee_value)
    return Posting(entry, [*lines, charges] if fee else lines)
