from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.db.models import Sum

from ledger.accounts import default_accounts
from ledger.allocating import Pair, allocate
from ledger.guards import guards_spoken
from ledger.models import AccountRole, Entry, ItemKind, Line, OpenItem
from ledger.money import format_money, round_money
from ledger.posting import Posting, customer_posting, post
from ledger.refusals import Refused
from office.audit import record
from office.models import User
from office.written import plain_day
from payments.bad_debt_tax import Rate, TaxShare
from payments.models import (
    PaymentMethod,
    Receipt,
    ReceiptStatus,
    Recovery,
    RecoveryTax,
    WriteOff,
    WriteOffKind,
    WriteOffStatus,
    WriteOffTax,
)
from payments.operations.enter_write_off import split_lines
from payments.operations.record_receipt import ReceiptDetails, record_receipt

ZERO = Decimal(0)


@dataclass(frozen=True)
class RecoveryDetails:
    """Money that came in for a write-off."""

    amount: Decimal
    received_on: date
    method: str = PaymentMethod.TRANSFER
    reference: str = ""
    bank_account_id: int | None = None
    exchange_rate: Decimal | None = None


@transaction.atomic
def record_recovery(write_off_id: int, details: RecoveryDetails, *, by: User | None) -> Recovery:
    """Record money for what was written off: a receipt, and income, as bad debt that was recovered.

    The tax that the write-off relieved is payable again, in proportion. Raises Refused for a write-off that is reversed
    or no bad debt, before its day, for more than is left of it, and as record_receipt does.
    """
    rows = WriteOff.objects.select_for_update(no_key=True, of=("self",)).select_related("company", "customer", "entry")
    row = rows.get(pk=write_off_id)
    _check(row, details)
    receipt = record_receipt(row.company, _receipt(row, details), by=by)
    taxes = _taxes_again(row, details.amount) if row.relieves_tax else []
    paid = receipt.entry.items.get()
    entry = post(_posting(row, receipt, paid, taxes, by.pk if by else None))
    pair = Pair(entry.items.get().pk, paid.pk, receipt.amount)
    allocate([pair], dated_on=receipt.received_on, by_id=by.pk if by else None, reason=f"Recovered of {row}")
    with guards_spoken():
        recovery = Recovery.objects.create(write_off=row, receipt=receipt, entry=entry, amount=receipt.amount)
    RecoveryTax.objects.bulk_create(
        RecoveryTax(recovery=recovery, relieved=relieved, base=share.base, amount=share.amount)
        for relieved, share in taxes
    )
    record(by, "record_recovery", row, after={"receipt": receipt.number, "amount": receipt.amount})
    return recovery


def recovered_of(row: WriteOff) -> Decimal:
    """What came in for a write-off and stands."""
    standing = row.recoveries.filter(receipt__status=ReceiptStatus.RECORDED)
    return standing.aggregate(sum=Sum("amount"))["sum"] or ZERO


def _check(row: WriteOff, details: RecoveryDetails) -> None:
    if row.status == WriteOffStatus.REVERSED or row.kind != WriteOffKind.BAD_DEBT:
        raise Refused("Money can be recovered of a bad debt that is written off.", code="invalid_move")
    if details.received_on < row.written_off_on:
        raise Refused(f"It was written off on {plain_day(row.written_off_on)}; not before.", code="before_it_was_made")
    left = row.amount - recovered_of(row)
    if details.amount > left:
        words = f"{format_money(left, row.currency)} of it is not recovered. Record the rest as a payment of its own."
        raise Refused(words, code="more_than_left")


def _receipt(row: WriteOff, details: RecoveryDetails) -> ReceiptDetails:
    return ReceiptDetails(
        row.customer_id,
        details.received_on,
        details.amount,
        currency=row.currency,
        exchange_rate=details.exchange_rate,
        method=details.method,
        reference=details.reference,
        bank_account_id=details.bank_account_id,
    )


def _taxes_again(row: WriteOff, amount: Decimal) -> list[tuple[WriteOffTax, TaxShare]]:
    """What of each relieved tax is payable again, so that the whole amount brings back exactly the whole tax."""
    part = (recovered_of(row) + amount) / row.amount
    standing = {"recovery__receipt__status": ReceiptStatus.RECORDED}
    again = []
    for relieved in row.taxes.all():
        sums = relieved.recovered.filter(**standing).aggregate(base=Sum("base"), amount=Sum("amount"))
        due = round_money(relieved.amount * part, row.currency) - (sums["amount"] or ZERO)
        base = round_money(relieved.base * part, row.currency) - (sums["base"] or ZERO)
        rate = Rate(relieved.name, relieved.category, relieved.percent, relieved.account_id)
        again.append((relieved, TaxShare(relieved.invoice_id, rate, base, due)))
    return [(relieved, share) for relieved, share in again if share.amount]


def _posting(
    row: WriteOff, receipt: Receipt, paid: OpenItem, taxes: list[tuple[WriteOffTax, TaxShare]], by_id: int | None
) -> Posting:
    """The debt comes back for as much as was paid, against the income; the receipt then settles it."""
    company_amount = -paid.company_amount
    entry = Entry(
        company_id=row.company_id,
        key=f"record_recovery:{receipt.pk}",
        kind="record_recovery",
        dated_on=receipt.received_on,
        currency=row.currency,
        company_currency=row.company.currency,
        reference=row.number,
        memo=f"Recovered of {row}",
        by_id=by_id,
    )
    item = OpenItem(
        customer_id=row.customer_id,
        kind=ItemKind.RECOVERY,
        reference=row.number,
        due_on=receipt.received_on,
        amount=receipt.amount,
        company_amount=company_amount,
    )
    accounts = default_accounts(row.company_id)
    income, shares = accounts[AccountRole.BAD_DEBT_RECOVERED].pk, [share for _, share in taxes]
    lines = split_lines(receipt.amount, company_amount, row.company.currency, income, shares)
    mirrored = [
        Line(account_id=line.account_id, amount=-line.amount, company_amount=-line.company_amount) for line in lines
    ]
    return customer_posting(entry, accounts[AccountRole.RECEIVABLE], [item], mirrored)
