from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import transaction

from customers.models import Customer
from ledger.accounts import default_accounts
from ledger.allocating import Pair, allocate, lock_items
from ledger.models import Account, AccountRole, Entry, ItemKind, Line, OpenItem
from ledger.money import round_money
from ledger.posting import Posting, customer_posting, post
from ledger.refusals import Refused
from office.audit import record
from office.days import require_bookable_day
from office.exchange import exchange_rate_of, in_company_currency
from office.models import User
from office.numbers import next_number
from office.reasons import required_reason
from payments.models import Refund


@dataclass(frozen=True)
class RefundDetails:
    """What is paid back, and out of which credit item; without a rate at that of the credit."""

    credit_item_id: int
    amount: Decimal
    refunded_on: date
    reason: str
    exchange_rate: Decimal | None = None


@transaction.atomic
def refund_credit(customer: Customer, details: RefundDetails, *, by: User | None) -> Refund:
    """Pay free credit back to a customer, at most what is free. Raises Refused for more, or without a reason."""
    credit = lock_items([details.credit_item_id]).get(details.credit_item_id)
    if credit is None or credit.customer_id != customer.pk or credit.amount > 0:
        raise Refused("That is not a credit of this customer.", code="another_customer")
    reason = required_reason(details.reason, "Say why the credit is refunded.")
    _check(customer, details, credit)
    by_id = by and by.pk
    number = next_number(customer.company, "refund", details.refunded_on.year)
    accounts = default_accounts(customer.company_id)
    entry = post(_posting(customer, details, accounts, credit, number, by_id))
    pair = Pair(entry.items.get().pk, credit.pk, details.amount)
    allocate([pair], dated_on=details.refunded_on, by_id=by_id, reason=reason)
    refund = Refund.objects.create(
        company=customer.company,
        customer=customer,
        number=number,
        refunded_on=details.refunded_on,
        amount=details.amount,
        currency=credit.currency,
        bank_account=accounts[AccountRole.BANK],
        reason=reason,
        entry=entry,
        created_by=by,
    )
    record(by, "refund_credit", refund, after={"amount": details.amount}, reason=reason)
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


def _posting(
    customer: Customer,
    details: RefundDetails,
    accounts: dict[str, Account],
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
        memo=details.reason.strip(),
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
        account=accounts[AccountRole.BANK],
        amount=-details.amount,
        company_amount=-company_amount,
    )
    return customer_posting(entry, accounts[AccountRole.RECEIVABLE], [item], [bank])


def _rate(customer: Customer, details: RefundDetails, credit: OpenItem) -> Decimal:
    """The rate given, else the one the credit came in at, so that paying it back gains and loses nothing."""
    if details.exchange_rate is None and credit.currency != customer.company.currency:
        return credit.company_amount / credit.amount
    return exchange_rate_of(customer.company, credit.currency, details.exchange_rate)
