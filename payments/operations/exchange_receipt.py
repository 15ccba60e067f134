from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction

from ledger.accounts import default_accounts
from ledger.allocating import Pair, allocate, lock_items
from ledger.models import AccountRole, Entry, ItemKind, Line, OpenItem
from ledger.money import format_money
from ledger.posting import customer_posting, post
from ledger.refusals import Refused
from office.approvals.asking import Asked, require_approval, said_yes
from office.audit import record
from office.models import ApprovalRequest, User
from payments.exchanging import Exchange, ExchangeDetails, receipt_item, work_out
from payments.models import Receipt, ReceiptExchange
from payments.operations.apply_credits import apply_credits


@transaction.atomic
def exchange_receipt(
    receipt_id: int, details: ExchangeDetails, *, by: User | None, approved: ApprovalRequest | None = None
) -> ReceiptExchange:
    """Take free money of a receipt as money of another currency, so that it settles what is owed in that.

    Raises Refused for a reversed receipt, more than is free, the same or an unknown currency, none to compare with, and
    amounts that are far apart at the day's rate; ApprovalNeeded where we would give more than we got above the limit.
    """
    receipt, credit = _locked(receipt_id, details.item_id)
    exchange = work_out(receipt, credit, details)
    require_approval(_asked(receipt, details, exchange), by, approved)
    row = _entered(receipt, credit, details, exchange, by)
    into = format_money(exchange.into_amount, details.into_currency)
    after = {"amount": format_money(exchange.amount, receipt.currency), "into": into} | said_yes(approved)
    record(by, "exchange_receipt", receipt, after=after)
    if details.item_id:
        _apply(row, details.item_id, by)
    return row


def _locked(receipt_id: int, item_id: int | None) -> tuple[Receipt, OpenItem]:
    """The receipt and its open item, locked with the item that the money is for."""
    receipts = Receipt.objects.select_for_update(no_key=True, of=("self",)).select_related("company", "customer")
    receipt = receipts.get(pk=receipt_id)
    own_id = receipt_item(receipt).pk
    return receipt, lock_items([own_id, *([item_id] if item_id else [])])[own_id]


def details_from_kept(kept: Mapping[str, Any], on: date) -> ExchangeDetails:
    """What was asked for, dated the day it is approved."""
    amounts = {name: Decimal(kept[name]) for name in ("amount", "into_amount")}
    return ExchangeDetails(into_currency=kept["into_currency"], item_id=kept["item_id"], exchanged_on=on, **amounts)


def _asked(receipt: Receipt, details: ExchangeDetails, exchange: Exchange) -> Asked:
    """What an approval is for: what we would give more than we got, in the company's currency."""
    kept: dict[str, Any] = {"amount": str(exchange.amount), "into_amount": str(exchange.into_amount)}
    kept |= {"into_currency": details.into_currency, "item_id": details.item_id}
    words = f"{format_money(exchange.amount, receipt.currency)} as "
    words += format_money(exchange.into_amount, details.into_currency)
    return Asked("exchange_receipt", receipt.company, receipt, max(exchange.loss, Decimal(0)), kept, words)


def _entered(
    receipt: Receipt, credit: OpenItem, details: ExchangeDetails, exchange: Exchange, by: User | None
) -> ReceiptExchange:
    """Both entries in the book, the first applied to the receipt."""
    on, by_id = details.exchanged_on, by.pk if by else None
    taken = OpenItem(currency=receipt.currency, amount=exchange.amount, company_amount=exchange.taken)
    given = OpenItem(currency=details.into_currency, amount=-exchange.into_amount, company_amount=-exchange.given)
    taken_entry = _post(receipt, "taken", taken, on, by_id)
    given_entry = _post(receipt, "given", given, on, by_id)
    words = f"As {format_money(exchange.into_amount, details.into_currency)}"
    allocate([Pair(taken.pk, credit.pk, exchange.amount)], dated_on=on, by_id=by_id, reason=words)
    return ReceiptExchange.objects.create(
        company=receipt.company,
        customer=receipt.customer,
        receipt=receipt,
        exchanged_on=on,
        amount=exchange.amount,
        currency=receipt.currency,
        into_amount=exchange.into_amount,
        into_currency=details.into_currency,
        taken_entry=taken_entry,
        given_entry=given_entry,
        created_by=by,
    )


def _post(receipt: Receipt, side: str, item: OpenItem, on: date, by_id: int | None) -> Entry:
    """Enter one side against what exchange gains and loses. It is as old as the money."""
    item.customer_id, item.kind = receipt.customer_id, ItemKind.EXCHANGE
    item.reference, item.due_on = receipt.number, receipt.received_on
    entry = Entry(
        company_id=receipt.company_id,
        key=f"exchange_receipt:{receipt.pk}:{receipt.exchanges.count() + 1}:{side}",
        kind="exchange_receipt",
        dated_on=on,
        currency=item.currency,
        company_currency=receipt.company.currency,
        reference=receipt.number,
        memo=f"{receipt} {side} by exchange",
        by_id=by_id,
    )
    accounts = default_accounts(receipt.company_id)
    contra = Line(account=accounts[AccountRole.EXCHANGE], amount=-item.amount, company_amount=-item.company_amount)
    return post(customer_posting(entry, accounts[AccountRole.RECEIVABLE], [item], [contra]))


def _apply(row: ReceiptExchange, item_id: int, by: User | None) -> None:
    """Apply the new credit to one open item, as far as it goes."""
    item = OpenItem.objects.filter(pk=item_id, currency=row.into_currency, balance__gt=0).first()
    if item is None:
        raise Refused(f"That item is not open in {row.into_currency}.", code="does_not_belong_together")
    pair = Pair(item.pk, row.given_entry.items.get().pk, min(item.balance, row.into_amount))
    apply_credits(row.customer, [pair], dated_on=row.exchanged_on, by=by)
