from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from billing.models import ReasonCode
from customers.models import Customer
from ledger.accounts import default_accounts
from ledger.allocating import Pair, allocate, company_amounts
from ledger.models import AccountRole, Entry, ItemKind, Line, OpenItem
from ledger.money import round_to_total
from ledger.posting import Posting, customer_posting, post
from office.models import User
from office.numbers.series import next_number
from payments.bad_debt_tax import TaxShare, tax_in
from payments.models import WriteOff, WriteOffKind, WriteOffTax, policy_of

Shares = Sequence[tuple[OpenItem, Decimal]]
ACCOUNTS: dict[str, AccountRole] = {
    WriteOffKind.BAD_DEBT: AccountRole.BAD_DEBT,
    WriteOffKind.TOLERANCE: AccountRole.ROUNDING,
    WriteOffKind.BANK_FEE: AccountRole.BANK_CHARGES,
}


@dataclass(frozen=True)
class Why:
    """What kind of write-off it is, and why."""

    kind: WriteOffKind
    words: str
    code: ReasonCode | None = None


def enter_write_off(customer: Customer, shares: Shares, why: Why, *, on: date, by: User | None) -> WriteOff:
    """Take so much off each of a customer's locked open items of one currency.

    Whether it may be is the caller's word. Raises Refused for more than is open, or before an item exists.
    """
    company, by_id = customer.company, by.pk if by else None
    taxes = tax_in(shares) if why.kind == WriteOffKind.BAD_DEBT else []
    relieves_tax = bool(taxes) and policy_of(company).relieves_tax
    row = WriteOff(
        company=company,
        customer=customer,
        kind=why.kind,
        written_off_on=on,
        amount=sum((amount for _, amount in shares), Decimal(0)),
        currency=shares[0][0].currency,
        reason_code=why.code,
        reason=why.words,
        relieves_tax=relieves_tax,
        created_by=by,
    )
    company_total = sum(company_amounts(shares), Decimal(0))
    row.number = next_number(company, "write_off", on.year)
    row.entry = post(_posting(row, company_total, taxes if relieves_tax else [], by_id))
    row.save()
    WriteOffTax.objects.bulk_create(_tax_row(row, share) for share in taxes)
    credit = row.entry.items.get()
    pairs = [Pair(item.pk, credit.pk, amount) for item, amount in shares]
    allocate(pairs, dated_on=on, by_id=by_id, reason=why.words)
    return row


def _posting(row: WriteOff, company_total: Decimal, taxes: Sequence[TaxShare], by_id: int | None) -> Posting:
    company = row.company
    entry = Entry(
        company_id=company.pk,
        key=f"write_off:{company.pk}:{row.number}",
        kind="write_off" if row.kind == WriteOffKind.BAD_DEBT else f"write_off_{row.kind}",
        dated_on=row.written_off_on,
        currency=row.currency,
        company_currency=company.currency,
        reference=row.number,
        memo=row.reason,
        by_id=by_id,
    )
    item = OpenItem(
        customer_id=row.customer_id,
        kind=ItemKind.WRITE_OFF,
        reference=row.number,
        due_on=row.written_off_on,
        amount=-row.amount,
        company_amount=-company_total,
    )
    accounts = default_accounts(company.pk)
    contra = split_lines(row.amount, company_total, company.currency, accounts[ACCOUNTS[row.kind]].pk, taxes)
    return customer_posting(entry, accounts[AccountRole.RECEIVABLE], [item], contra)


def split_lines(
    amount: Decimal, company_amount: Decimal, company_currency: str, account_id: int, taxes: Sequence[TaxShare]
) -> list[Line]:
    """The amount as debit lines: its taxes on their accounts, the rest on the account given, to the cent in both."""
    parts: dict[int, Decimal] = {account_id: amount}
    for share in taxes:
        parts[share.rate.account_id] = parts.get(share.rate.account_id, Decimal(0)) + share.amount
        parts[account_id] -= share.amount
    parts = {account: part for account, part in parts.items() if part}
    exact = [Fraction(part) * Fraction(company_amount) / Fraction(amount) for part in parts.values()]
    rounded = round_to_total(exact, company_amount, company_currency)
    return [
        Line(account_id=account, amount=part, company_amount=in_company)
        for (account, part), in_company in zip(parts.items(), rounded, strict=True)
    ]


def _tax_row(row: WriteOff, share: TaxShare) -> WriteOffTax:
    rate = share.rate._asdict()
    return WriteOffTax(write_off=row, invoice_id=share.invoice_id, **rate, base=share.base, amount=share.amount)
