from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction

from customers.models import Customer
from ledger.accounts import default_accounts
from ledger.allocating import Pair, allocate, lock_items
from ledger.models import Account, AccountRole, Entry, ItemKind, Line, OpenItem
from ledger.money import round_money
from ledger.posting import Posting, customer_posting, post
from ledger.refusals import Refused
from office.approvals.asking import Asked, require_approval, said_yes
from office.audit import record
from office.card_numbers import without_card_numbers
from office.days import require_bookable_day
from office.models import ApprovalRequest, User
from office.numbers.series import next_number
from office.rates.exchange import exchange_rate_of, in_company_currency
from office.reasons import required_reason
from payments.booked_banks import book_account_of
from payments.models import PaymentMethod, Receipt, Refund
from payments.online.in_transit import CODE as IN_TRANSIT
from payments.original_way import WAYS, Way, fits_currency, original_way


@dataclass(frozen=True)
class RefundDetails:
    """What is paid back, and out of which credit item; without a rate at that of the credit.

    Without a method it goes back by the way it came. A transfer with an account of theirs is paid by file, any other by
    hand: out of our bank account that is named, else what was paid online by its provider, else the usual one.
    """

    credit_item_id: int
    amount: Decimal
    refunded_on: date
    reason: str
    exchange_rate: Decimal | None = None
    method: str = ""
    account_id: int | None = None
    bank_account_id: int | None = None


@transaction.atomic
def refund_credit(
    customer: Customer, details: RefundDetails, *, by: User | None, approved: ApprovalRequest | None = None
) -> Refund:
    """Pay free credit back to a customer, at most what is free.

    What a file pays waits on the clearing account until there is one. Raises Refused for more, without a reason, and
    for an account, of theirs or ours, that may not be used; ApprovalNeeded above the limit.
    """
    credit = lock_items([details.credit_item_id]).get(details.credit_item_id)
    if credit is None or credit.customer_id != customer.pk or credit.amount > 0:
        raise Refused("That is not a credit of this customer.", code="another_customer")
    reason = required_reason(details.reason, "Say why the credit is refunded.")
    _check(customer, details, credit)
    way = _way(customer, details, credit)
    accounts = default_accounts(customer.company_id)
    paid_from = _paid_from(customer, details, way, credit, accounts)
    require_approval(_asked(customer, details, credit, reason), by, approved)
    by_id = by.pk if by else None
    number = next_number(customer.company, "refund", details.refunded_on.year)
    receivable = accounts[AccountRole.RECEIVABLE]
    entry = post(_posting(customer, details, receivable, paid_from, credit, number, by_id))
    pair = Pair(entry.items.get().pk, credit.pk, details.amount)
    allocate([pair], dated_on=details.refunded_on, by_id=by_id, reason=reason)
    refund = Refund.objects.create(
        company=customer.company,
        customer=customer,
        number=number,
        refunded_on=details.refunded_on,
        amount=details.amount,
        currency=credit.currency,
        bank_account=paid_from,
        reason=reason,
        method=way.method,
        account=way.account,
        entry=entry,
        created_by=by,
    )
    after = {"amount": details.amount, "method": way.method, "account": way.account} | said_yes(approved)
    record(by, "refund_credit", refund, after=after, reason=reason)
    return refund


def _check(customer: Customer, details: RefundDetails, credit: OpenItem) -> None:
    if details.amount <= 0:
        raise Refused("The amount to refund must be above zero.", code="amount_not_positive")
    if details.amount > -credit.balance:
        free = round_money(-credit.balance, credit.currency)
        raise Refused(
            f"Only {free} {credit.currency} of {credit.reference} is free.",
            code="more_than_open",
        )
    require_bookable_day(customer.company, details.refunded_on)


def _way(customer: Customer, details: RefundDetails, credit: OpenItem) -> Way:
    """How it is paid: as somebody said, or the way it came."""
    if not details.method and details.account_id is None:
        return original_way(customer, credit)
    method = details.method or PaymentMethod.TRANSFER
    if method not in WAYS:
        raise Refused("A refund is a transfer, or paid by card, in cash or by cheque.", code="unknown_method")
    if details.account_id is None:
        return Way(method)
    account = customer.accounts.filter(pk=details.account_id).first()
    if account is None or method != PaymentMethod.TRANSFER:
        raise Refused("That is not an account of this customer to transfer to.", code="unknown_account")
    if account.reason_not_to_use or not fits_currency(account, credit.currency):
        why = account.reason_not_to_use or f"no file of ours moves {credit.currency} to it"
        raise Refused(f"It cannot be refunded to {account}: {why}.", code="account_not_usable")
    return Way(method, account)


def _paid_from(
    customer: Customer, details: RefundDetails, way: Way, credit: OpenItem, accounts: dict[str, Account]
) -> Account:
    """The account of the book out of which it is paid."""
    if details.bank_account_id is None:
        if way.account:
            return accounts[AccountRole.REFUNDS]
        receipts = Receipt.objects.filter(entry=credit.entry_id, bank_account__code=IN_TRANSIT)
        online = receipts.select_related("bank_account").first()
        return online.bank_account if online and way.method == PaymentMethod.CARD else accounts[AccountRole.BANK]
    ours = customer.company.bank_accounts.filter(pk=details.bank_account_id).first()
    if ours is None:
        raise Refused("That is not a bank account of this company.", code="unknown_bank_account")
    if way.account:
        raise Refused("It is paid by file: the file says which account pays.", code="paid_by_file")
    if ours.currency != credit.currency:
        raise Refused(f"{ours} is kept in {ours.currency}. Choose one in {credit.currency}.", code="another_currency")
    return book_account_of(ours)


def _asked(customer: Customer, details: RefundDetails, credit: OpenItem, reason: str) -> Asked:
    """What an approval is for; the amount is in the company's currency."""
    amount = in_company_currency(customer.company, details.amount, _rate(customer, details, credit))
    kept = asdict(details) | {"amount": str(details.amount), "reason": reason}
    kept["exchange_rate"] = None if details.exchange_rate is None else str(details.exchange_rate)
    del kept["refunded_on"]
    return Asked("refund_credit", customer.company, customer, amount, kept, reason)


def details_from_kept(kept: dict[str, Any], on: date) -> RefundDetails:
    """What was asked for, dated the day it is approved."""
    rate = kept["exchange_rate"]
    numbers = {"amount": Decimal(kept["amount"]), "exchange_rate": None if rate is None else Decimal(rate)}
    return RefundDetails(**kept | numbers, refunded_on=on)


def _posting(
    customer: Customer,
    details: RefundDetails,
    receivable: Account,
    paid_from: Account,
    credit: OpenItem,
    number: str,
    by_id: int | None,
) -> Posting:
    company = customer.company
    company_amount = in_company_currency(company, details.amount, _rate(customer, details, credit))
    entry = Entry(
        company_id=company.pk,
        key=f"refund_credit:{company.pk}:{number}",
        kind="refund_credit",
        dated_on=details.refunded_on,
        currency=credit.currency,
        company_currency=company.currency,
        reference=number,
        memo=without_card_numbers(details.reason.strip()),
        by_id=by_id,
    )
    item = OpenItem(
        customer_id=customer.pk,
        kind=ItemKind.REFUND,
        reference=number,
        due_on=details.refunded_on,
        amount=details.amount,
        company_amount=company_amount,
    )
    bank = Line(
        account=paid_from,
        amount=-details.amount,
        company_amount=-company_amount,
    )
    return customer_posting(entry, receivable, [item], [bank])


def _rate(customer: Customer, details: RefundDetails, credit: OpenItem) -> Decimal:
    """The rate given, else the one the credit came in at, so that paying it back gains and loses nothing."""
    if details.exchange_rate is None and credit.currency != customer.company.currency:
        return credit.company_amount / credit.amount
    return exchange_rate_of(customer.company, credit.currency, details.exchange_rate)
