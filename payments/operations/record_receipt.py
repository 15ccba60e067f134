from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import IntegrityError, transaction

from customers.models import Customer
from ledger.accounts import default_accounts
from ledger.bulk import insert_all
from ledger.guards import guards_spoken
from ledger.models import Account, AccountRole, Entry, ItemKind, Line, OpenItem
from ledger.money import Money, round_money
from ledger.posting import Posting, customer_posting, post_all
from ledger.refusals import Refused
from office.audit import record_all
from office.days import require_bookable_day
from office.models import Company, User
from office.numbers.series import lock_series, take_number
from office.rates.exchange import exchange_rate_of, in_company_currency
from payments.models import PaymentMethod, Receipt, ReceiptBatch


@dataclass(frozen=True)
class ReceiptDetails:
    """Money that came in from a customer; `external_id` is the bank's or provider's own id of the payment.

    `bank_line_id` is the line of our account that it is, or is a part of. The customer is credited with the whole
    amount, the bank account with what is left of it after a `bank_fee`.

    Tax that the customer withheld is recorded the same way, with its certificate's number as the reference.
    """

    customer_id: int
    received_on: date
    amount: Decimal
    currency: str = ""
    exchange_rate: Decimal | None = None
    method: str = PaymentMethod.TRANSFER
    reference: str = ""
    bank_account_id: int | None = None
    external_id: str = ""
    bank_line_id: int | None = None
    bank_fee: Decimal = Decimal(0)


def record_receipt(company: Company, details: ReceiptDetails, *, by: User | None) -> Receipt:
    """Enter one receipt in the book, unapplied. A payment with an external id that came before is returned as it is.

    Raises Refused where the amount is not above zero, its day is in the future or a closed month, or tax was withheld
    without a certificate.
    """
    receipt, _ = record_receipt_once(company, details, by=by)
    return receipt


def record_receipt_once(company: Company, details: ReceiptDetails, *, by: User | None) -> tuple[Receipt, bool]:
    """As record_receipt, with whether the receipt is new; of two at once with one external id only one is."""
    known = _known(company, details.external_id)
    if known:
        return known, False
    try:
        with transaction.atomic():
            return record_receipts(company, [details], by=by)[0], True
    except IntegrityError:
        known = _known(company, details.external_id)  # somebody else was quicker with the same notice
        if known is None:
            raise
        return known, False


@transaction.atomic
def record_receipts(
    company: Company, batch: Sequence[ReceiptDetails], *, by: User | None, of_batch: ReceiptBatch | None = None
) -> list[Receipt]:
    """Enter many receipts at once, perhaps as those of one list; all of them or none."""
    customers = Customer.objects.filter(company=company).in_bulk({details.customer_id for details in batch})
    accounts = default_accounts(company.pk)
    receipts = [_receipt(company, customers.get(details.customer_id), details, by) for details in batch]
    _choose_accounts(company, receipts, accounts)
    _number(company, receipts)
    entries = post_all([_posting(receipt, accounts, by) for receipt in receipts])
    for receipt, entry in zip(receipts, entries, strict=True):
        receipt.entry, receipt.batch = entry, of_batch
    with guards_spoken():
        insert_all(receipts)
    record_all(by, "record_receipt", receipts)
    return receipts


def _known(company: Company, external_id: str) -> Receipt | None:
    return Receipt.objects.filter(company=company, external_id=external_id).first() if external_id else None


def _receipt(company: Company, customer: Customer | None, details: ReceiptDetails, by: User | None) -> Receipt:
    if customer is None:
        raise Refused("That customer is not one of this company's.", code="unknown_customer")
    currency = details.currency or customer.currency
    receipt = Receipt(
        company=company,
        customer=customer,
        received_on=details.received_on,
        amount=details.amount,
        currency=currency,
        exchange_rate=exchange_rate_of(company, currency, details.exchange_rate, details.received_on),
        method=details.method,
        reference=details.reference,
        bank_account_id=details.bank_account_id,  # type: ignore[misc]  # chosen before it is saved
        external_id=details.external_id,
        bank_line_id=details.bank_line_id,
        bank_fee=details.bank_fee,
        created_by=by,
    )
    _check(receipt)
    return receipt


def _choose_accounts(company: Company, receipts: Sequence[Receipt], usual: Mapping[str, Account]) -> None:
    """Let what names no account go to the usual one. Raises Refused for an account that is no bank of ours."""
    named = {receipt.bank_account_id for receipt in receipts} - {None}
    ours = Account.objects.filter(company_id=company.pk, is_active=True).in_bulk(named) if named else {}
    for receipt in receipts:
        role = AccountRole.TAX_WITHHELD if receipt.is_withheld else AccountRole.BANK
        account = ours.get(receipt.bank_account_id) if receipt.bank_account_id else usual[role]
        if account is None or account.role != role:
            raise Refused("That is not a bank account of this company.", code="unknown_bank_account")
        receipt.bank_account_id = account.pk


def _check(receipt: Receipt) -> None:
    if receipt.amount <= 0:
        raise Refused("The amount received must be above zero.", code="amount_not_positive")
    if receipt.amount != round_money(receipt.amount, receipt.currency):
        raise Refused(
            f"{receipt.amount} has more places than {receipt.currency} has.",
            code="too_many_places",
        )
    if not 0 <= receipt.bank_fee < receipt.amount or (receipt.is_withheld and receipt.bank_fee):
        raise Refused("The bank's fee is a part of what the customer paid.", code="bad_bank_fee")
    if receipt.bank_fee != round_money(receipt.bank_fee, receipt.currency):
        raise Refused(f"{receipt.bank_fee} has more places than {receipt.currency} has.", code="too_many_places")
    if receipt.is_withheld and not receipt.reference.strip():
        raise Refused("Type the number of the customer's certificate for the tax withheld.", code="reference_missing")
    require_bookable_day(receipt.company, receipt.received_on)


def _number(company: Company, receipts: list[Receipt]) -> None:
    """Give each its number, taking the series of each year once."""
    for year in sorted({receipt.received_on.year for receipt in receipts}):
        series = lock_series(company, "receipt", year)
        for receipt in receipts:
            if receipt.received_on.year == year:
                receipt.number = take_number(series)
        series.save()


def _posting(receipt: Receipt, accounts: Mapping[str, Account], by: User | None) -> Posting:
    money = Money(receipt.amount, receipt.currency)
    company_amount = in_company_currency(receipt.company, money.amount, receipt.exchange_rate)
    entry = Entry(
        company_id=receipt.company_id,
        key=f"record_receipt:{receipt.company_id}:{receipt.number}",
        kind="record_receipt",
        dated_on=receipt.received_on,
        currency=receipt.currency,
        company_currency=receipt.company.currency,
        reference=receipt.number,
        memo=receipt.reference,
        by_id=by.pk if by else None,
    )
    item = OpenItem(
        customer_id=receipt.customer_id,
        kind=ItemKind.WITHHOLDING if receipt.is_withheld else ItemKind.PAYMENT,
        reference=receipt.number,
        due_on=receipt.received_on,
        amount=-money.amount,
        company_amount=-company_amount,
    )
    return customer_posting(entry, accounts[AccountRole.RECEIVABLE], [item], _banked(receipt, company_amount, accounts))


def _banked(receipt: Receipt, company_amount: Decimal, accounts: Mapping[str, Account]) -> list[Line]:
    """What came to the account and, where the bank kept a fee, that."""
    company_fee = in_company_currency(receipt.company, receipt.bank_fee, receipt.exchange_rate)
    bank = Line(
        account_id=receipt.bank_account_id,
        amount=receipt.banked,
        company_amount=company_amount - company_fee,
    )
    if not receipt.bank_fee:
        return [bank]
    charges = accounts[AccountRole.BANK_CHARGES]
    return [bank, Line(account=charges, amount=receipt.bank_fee, company_amount=company_fee)]
