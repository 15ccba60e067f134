from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.db.models import Max

from customers.models import Customer
from customers.payers import paid_for_by
from ledger.allocating import Pair, lock_items
from ledger.models import Allocation, OpenItem
from ledger.refusals import Refused
from office.models import User
from payments.models import Receipt
from payments.operations.apply_credits import apply_credits, apply_oldest_first
from payments.operations.record_receipt import ReceiptDetails, record_receipt_once


@dataclass(frozen=True)
class Share:
    """So much of a receipt for one open item."""

    item_id: int
    amount: Decimal


@dataclass(frozen=True)
class Plan:
    """What a receipt settles: chosen items, or the oldest first; and whether what finds no place stays on account."""

    shares: Sequence[Share] = ()
    oldest_first: bool = False
    keep_excess: bool = True


@transaction.atomic
def receive_payment(customer: Customer, details: ReceiptDetails, plan: Plan, *, by: User | None) -> Receipt:
    """Record a receipt and apply it at once. One with an external id that came before is returned and nothing done.

    Raises Refused for what record_receipt and apply_credits refuse and, unless excess is kept, where less is open than
    the plan wants to settle; then nothing is recorded.
    """
    open_items = _locked_debits(customer, plan)
    receipt, is_new = record_receipt_once(customer.company, details, by=by)
    if not is_new:
        return receipt
    credit = receipt.entry.items.get()
    if plan.oldest_first:
        apply_oldest_first(
            customer, dated_on=receipt.received_on, by=by, only_credits=[credit.pk], currency=receipt.currency
        )
    else:
        _apply_shares(customer, receipt, credit, plan, open_items, by)
    credit.refresh_from_db()
    if plan.oldest_first and not plan.keep_excess and credit.balance:
        raise Refused(f"{-credit.balance} {credit.currency} more came in than is open.", code="more_than_open")
    return receipt


def _locked_debits(customer: Customer, plan: Plan) -> dict[int, OpenItem]:
    """What the receipt may settle, locked before it is numbered: what was chosen of theirs and whom they pay for."""
    debits = OpenItem.objects.filter(company_id=customer.company_id, amount__gt=0)
    if plan.oldest_first:
        wanted = debits.filter(customer_id=customer.pk).exclude(balance=0)
    else:
        chosen = [share.item_id for share in plan.shares]
        wanted = debits.filter(customer_id__in=paid_for_by(customer), pk__in=chosen)
    return lock_items(wanted.values_list("pk", flat=True))


def first_day_to_apply(receipt: Receipt, items: Iterable[OpenItem]) -> date:
    """The first day on which a receipt can settle items: none before its own day, nor before what was taken off it."""
    items = list(items)
    undone: date | None = Allocation.objects.filter(debit__in=items, amount__lt=0).aggregate(last=Max("dated_on"))[
        "last"
    ]
    return max(receipt.received_on, *(item.dated_on for item in items), *([undone] if undone else []))


def _apply_shares(
    customer: Customer,
    receipt: Receipt,
    credit: OpenItem,
    plan: Plan,
    open_items: dict[int, OpenItem],
    by: User | None,
) -> None:
    if unknown := {share.item_id for share in plan.shares} - set(open_items):
        raise Refused(f"Item {min(unknown)} is not a debt of this customer.", code="another_customer")
    amounts = {share.item_id: share.amount for share in plan.shares}
    if plan.keep_excess:
        amounts = {item_id: min(amount, open_items[item_id].balance) for item_id, amount in amounts.items()}
    pairs = [Pair(item_id, credit.pk, amount) for item_id, amount in amounts.items() if amount]
    if pairs:
        day = first_day_to_apply(receipt, [open_items[pair.debit_id] for pair in pairs])
        apply_credits(customer, pairs, dated_on=day, by=by)
