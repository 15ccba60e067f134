from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction

from customers.payers import paid_for_by
from ledger.accounts import default_accounts
from ledger.models import AccountRole, Entry, Line, OpenItem
from ledger.money import format_money, round_money
from ledger.posting import Posting, post
from ledger.refusals import Refused
from office.audit import record
from office.models import User
from office.numbers.series import next_number
from office.rates.exchange import in_company_currency
from office.reasons import required_reason
from payments.models import Chargeback, PaymentMethod, Receipt
from payments.operations.receive_payment import Plan, Share, receive_payment
from payments.operations.record_receipt import ReceiptDetails
from payments.operations.reverse_receipt import reverse_receipt
from payments.receipt_pdf import settled_by

LONGEST_CODE = 20
ZERO = Decimal(0)


@dataclass(frozen=True)
class ChargebackDetails:
    """What a bank says when it takes a card payment back; without an amount, all of it."""

    opened_on: date
    respond_by: date
    reason_code: str
    reason: str
    amount: Decimal | None = None
    case_reference: str = ""
    bank_fee: Decimal = Decimal(0)
    customer_fee: Decimal = Decimal(0)


@transaction.atomic
def open_chargeback(receipt_id: int, details: ChargebackDetails, *, by: User | None) -> Chargeback:
    """Take a card payment back as its bank did: what it had settled is open again, and a case waits for our answer.
    Early-payment discounts stay until it is decided.

    Of a part, the rest of the payment is recorded anew and settles the same. Raises Refused for what is no card
    payment, for more than it was, a deadline before the day, without a reason, and as reverse_receipt does.
    """
    receipts = Receipt.objects.select_for_update(no_key=True, of=("self",)).select_related("company", "customer")
    receipt = receipts.get(pk=receipt_id)
    amount = details.amount if details.amount is not None else receipt.amount
    reason = required_reason(details.reason, "Say what the cardholder disputes.")
    _check(receipt, details, amount)
    settled = [Share(item.pk, share) for item, share in settled_by(receipt) if item.currency == receipt.currency]
    words = f"Chargeback {details.reason_code.strip()}: {reason}"[:300]
    how: dict[str, Any] = {"fee": details.customer_fee, "came_back": amount, "keeps_discounts": True}
    reverse_receipt(receipt.pk, dated_on=details.opened_on, by=by, reason=words, **how)
    chargeback = Chargeback(
        company=receipt.company,
        customer=receipt.customer,
        receipt=receipt,
        opened_on=details.opened_on,
        respond_by=details.respond_by,
        amount=amount,
        currency=receipt.currency,
        reason_code=details.reason_code.strip(),
        reason=reason,
        case_reference=details.case_reference.strip(),
        bank_fee=details.bank_fee,
        created_by=by,
    )
    if rest := receipt.amount - amount:
        words = f"Rest of {receipt}"
        chargeback.kept_receipt = paid_again(receipt, rest, settled, on=details.opened_on, reference=words, by=by)
    chargeback.number = next_number(receipt.company, "chargeback", details.opened_on.year)
    if details.bank_fee:
        chargeback.fee_entry = post(_fee_posting(chargeback, by.pk if by else None))
    chargeback.save()
    record(by, "open_chargeback", chargeback, after={"receipt": receipt.number, "amount": amount}, reason=reason)
    return chargeback


def paid_again(
    receipt: Receipt, amount: Decimal, settled: Sequence[Share], *, on: date, reference: str, by: User | None
) -> Receipt:
    """So much of a payment that was taken back, recorded anew; it settles the same, as far as that is open and still
    theirs to pay."""
    details = ReceiptDetails(
        customer_id=receipt.customer_id,
        received_on=on,
        amount=amount,
        currency=receipt.currency,
        exchange_rate=receipt.exchange_rate,
        method=PaymentMethod.CARD,
        reference=reference,
        bank_account_id=receipt.bank_account_id,
    )
    shares = []
    items = OpenItem.objects.filter(customer_id__in=paid_for_by(receipt.customer))
    theirs = set(items.filter(pk__in=[share.item_id for share in settled]).values_list("pk", flat=True))
    for share in settled:
        part = min(share.amount, amount) if share.item_id in theirs else ZERO
        amount -= part
        shares += [Share(share.item_id, part)] if part else []
    return receive_payment(receipt.customer, details, Plan(shares=shares), by=by)


def _check(receipt: Receipt, details: ChargebackDetails, amount: Decimal) -> None:
    if receipt.method != PaymentMethod.CARD:
        raise Refused("Only a card payment is charged back. Reverse this one as returned.", code="no_card_payment")
    if not 0 < amount <= receipt.amount or amount != round_money(amount, receipt.currency):
        whole = format_money(receipt.amount, receipt.currency)
        raise Refused(f"A chargeback takes back a part of the {whole} that were paid, or all.", code="bad_amounts")
    if details.bank_fee < 0 or details.bank_fee != round_money(details.bank_fee, receipt.currency):
        raise Refused("That is no fee.", code="bad_amounts")
    if details.respond_by < details.opened_on:
        raise Refused("The last day for an answer is not before the chargeback.", code="deadline_too_early")
    if not 0 < len(details.reason_code.strip()) <= LONGEST_CODE:
        raise Refused("Type the card network's reason code, such as 10.4.", code="reason_code_missing")


def _fee_posting(chargeback: Chargeback, by_id: int | None) -> Posting:
    """What the bank takes for the case: an expense, out of the account the payment had come to."""
    company, receipt = chargeback.company, chargeback.receipt
    fee = chargeback.bank_fee
    company_fee = in_company_currency(company, fee, receipt.exchange_rate)
    entry = Entry(
        company_id=company.pk,
        key=f"chargeback_fee:{receipt.pk}",
        kind="chargeback_fee",
        dated_on=chargeback.opened_on,
        currency=receipt.currency,
        company_currency=company.currency,
        reference=chargeback.number,
        memo=f"Bank fee for {chargeback.number}",
        by_id=by_id,
    )
    charges = default_accounts(company.pk)[AccountRole.BANK_CHARGES]
    out = Line(account_id=receipt.bank_account_id, amount=-fee, company_amount=-company_fee)
    return Posting(entry, [Line(account=charges, amount=fee, company_amount=company_fee), out])
