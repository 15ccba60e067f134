from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone

from billing.early_payment import discounts_granted
from billing.locking import lock_documents
from billing.models import DocumentStatus, Invoice
from ledger.accounts import default_accounts
from ledger.models import AccountRole, Entry, ItemKind, Line, OpenItem
from ledger.money import round_money
from ledger.posting import customer_posting, post
from ledger.present import present
from ledger.refusals import Refused
from office.audit import record
from office.days import require_bookable_day
from office.models import User
from office.rates.exchange import in_company_currency
from office.reasons import required_reason
from office.written import plain_day
from payments.models import BankMatch, BankTie, Receipt, ReceiptStatus, Recovery, Settlement
from payments.operations.learn_payer import forget_mistaken
from payments.operations.lose_discounts import lose_discounts
from payments.operations.undo_settlement import undo_settlement
from payments.operations.void_discount import void_discount
from payments.receipt_pdf import settled_by
from payments.returned import tell_returned
from payments.taking_back import take_back


@transaction.atomic
def reverse_receipt(
    receipt_id: int,
    *,
    dated_on: date,
    by: User | None,
    reason: str,
    fee: Decimal = Decimal(0),
    mistaken: bool = False,
    came_back: Decimal | None = None,
    keeps_discounts: bool = False,
) -> Receipt:
    """Take back a receipt that was returned or mistaken: what it had settled is open again from that day.

    The bank line of one that was `mistaken` can be matched again; void are the credit memos then that granted
    early-payment discounts on what it had settled, and undone what was said of the rests that it left. A fee the bank
    took can be passed on; it is an open item of its own. Of one that was returned `came_back` says how much, where that
    is not all: nothing, where it is not the customer's doing. If it is, the early-payment discounts on what it had
    settled are void as well, unless it is not decided yet whether that stays so: it `keeps_discounts` then.
    Raises Refused where it was reversed before, without a reason, dated before the receipt or in the future, and for a
    discount that the person may not void.
    """
    reason = required_reason(reason, "Say why the receipt is reversed.")
    receipts = Receipt.objects.select_for_update(no_key=True, of=("self",)).select_related("company")
    receipt = receipts.get(pk=receipt_id)
    _check(receipt, dated_on)
    back = receipt.amount if came_back is None else came_back
    if back and not mistaken and not keeps_discounts:
        lose_discounts([item.pk for item, _ in settled_by(receipt)], on=dated_on, reason=reason)
    if mistaken:
        _void_discounts(receipt, dated_on, by, reason)
        _unsettle(receipt, dated_on, by, reason)
        _untie(receipt, by)
    by_id = by.pk if by else None
    how: dict[str, Any] = {"kind": "reverse_receipt", "dated_on": dated_on, "by_id": by_id, "reason": reason}
    if recovery := Recovery.objects.filter(receipt=receipt).first():
        take_back(recovery.entry, key=f"reverse_recovery:{recovery.pk}", **how)
    mirror = take_back(receipt.entry, key=f"reverse_receipt:{receipt.pk}", **how)
    if fee:
        _charge_fee(receipt, fee, dated_on, by_id)
    receipt.status = ReceiptStatus.REVERSED
    receipt.reversal_entry = mirror
    receipt.reversed_on = dated_on
    receipt.reversal_reason = reason
    receipt.was_mistaken = mistaken
    receipt.save()
    if mistaken and receipt.bank_line:
        forget_mistaken(receipt.bank_line, receipt.customer_id, by=by)
    if back and not mistaken:
        tell_returned(receipt, back, dated_on)
    record(by, "reverse_receipt", receipt, after={"fee": fee}, reason=reason)
    return receipt


def _void_discounts(receipt: Receipt, on: date, by: User | None, reason: str) -> None:
    """Take back the early-payment discounts that were granted with a match, or since: they were not earned."""
    match = BankMatch.objects.filter(receipt=receipt).first()
    with_it = Invoice.objects.filter(pk__in=match.granted if match else [], status=DocumentStatus.ISSUED)
    since = discounts_granted([item.pk for item, _ in settled_by(receipt)]).exclude(settled_item__isnull=False)
    ids = {*with_it.values_list("pk", flat=True), *since.values_list("pk", flat=True)}
    memos = list(Invoice.objects.filter(pk__in=ids).select_related("entry").order_by("pk"))
    if memos and by and not by.has_perm("billing.void_invoice"):
        numbers = ", ".join(memo.number for memo in memos)
        words = f"{numbers} granted the discount with it. Ask somebody who may void it to take the match back."
        raise Refused(words, code="discount_stands")
    lock_documents({pk for memo in memos for pk in (memo.pk, present(memo.credits_id))})
    for memo in memos:
        void_discount(memo, on=on, by=by, reason=reason)


def _unsettle(receipt: Receipt, dated_on: date, by: User | None, reason: str) -> None:
    """What was said of the rests that a mistaken receipt left is undone with it."""
    said = Settlement.objects.filter(credit__entry=receipt.entry_id, undone_on=None, refund=None).order_by("-pk")
    for settlement_id in list(said.values_list("pk", flat=True)):
        undo_settlement(settlement_id, on=dated_on, by=by, reason=reason)


def _untie(receipt: Receipt, by: User | None) -> None:
    """What the bank never had of this customer is no bank line either."""
    ties = BankTie.objects.filter(book_line__entry=receipt.entry_id, undone_at=None)
    ties.update(undone_at=timezone.now(), undone_by=by)


def _check(receipt: Receipt, dated_on: date) -> None:
    if receipt.status == ReceiptStatus.REVERSED:
        raise Refused(f"{receipt.number} has been reversed already.", code="invalid_move")
    if dated_on < receipt.received_on:
        raise Refused(
            f"{receipt.number} came in on {plain_day(receipt.received_on)}.",
            code="before_it_was_made",
        )
    require_bookable_day(receipt.company, dated_on)


def _charge_fee(receipt: Receipt, fee: Decimal, dated_on: date, by_id: int | None) -> None:
    if fee < 0:
        raise Refused("A fee cannot be below zero.", code="amount_not_positive")
    if fee != round_money(fee, receipt.currency):
        raise Refused(f"{fee} has more places than {receipt.currency} has.", code="too_many_places")
    company_fee = in_company_currency(receipt.company, fee, receipt.exchange_rate)
    entry = Entry(
        company_id=receipt.company_id,
        key=f"returned_payment_fee:{receipt.pk}",
        kind="returned_payment_fee",
        dated_on=dated_on,
        currency=receipt.currency,
        company_currency=receipt.company.currency,
        reference=receipt.number,
        memo=f"Bank fee for the return of {receipt.number}",
        by_id=by_id,
    )
    item = OpenItem(
        customer_id=receipt.customer_id,
        kind=ItemKind.FEE,
        reference=f"Fee {receipt.number}",
        due_on=dated_on,
        amount=fee,
        company_amount=company_fee,
    )
    accounts = default_accounts(receipt.company_id)
    income = Line(account=accounts[AccountRole.FEE], amount=-fee, company_amount=-company_fee)
    post(customer_posting(entry, accounts[AccountRole.RECEIVABLE], [item], [income]))
