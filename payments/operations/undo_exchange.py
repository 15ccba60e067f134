from datetime import date

from django.db import transaction

from ledger.allocating import lock_items
from ledger.models import Allocation, ItemKind
from ledger.money import format_money
from ledger.refusals import Refused
from office.audit import record
from office.days import require_bookable_day
from office.models import User
from office.reasons import required_reason
from office.written import plain_day
from payments.models import Receipt, ReceiptExchange, ReceiptStatus
from payments.taking_back import items_of, take_back_exchange


@transaction.atomic
def undo_exchange(exchange_id: int, *, on: date, by: User | None, reason: str) -> ReceiptExchange:
    """Give a receipt back what was taken of it as another currency; what that had settled is open again.

    Raises Refused without a reason, the second time, dated before it or in the future, and where it was paid back.
    """
    reason = required_reason(reason, "Say why the exchange is undone.")
    receipt_id = ReceiptExchange.objects.values_list("receipt_id", flat=True).get(pk=exchange_id)
    Receipt.objects.select_for_update(no_key=True, of=("self",)).get(pk=receipt_id)
    exchange = ReceiptExchange.objects.select_related("company", "receipt").get(pk=exchange_id)
    _check(exchange, on)
    lock_items(items_of([exchange]))
    _require_not_paid_back(exchange)
    take_back_exchange(exchange, dated_on=on, by_id=by.pk if by else None, reason=reason)
    after = {"into": format_money(exchange.into_amount, exchange.into_currency)}
    record(by, "undo_exchange", exchange.receipt, after=after, reason=reason)
    return exchange


def _check(exchange: ReceiptExchange, on: date) -> None:
    if exchange.status == ReceiptStatus.REVERSED:
        raise Refused("This exchange has been undone already.", code="already_undone")
    if on < exchange.exchanged_on:
        raise Refused(f"It was made on {plain_day(exchange.exchanged_on)}; not before.", code="before_it_was_made")
    require_bookable_day(exchange.company, on)


def _require_not_paid_back(exchange: ReceiptExchange) -> None:
    used = Allocation.objects.filter(credit__entry=exchange.given_entry_id, reverses=None, reversed_by=None)
    if used.filter(debit__kind=ItemKind.REFUND).exists():
        raise Refused("Some of it was paid back, and that stands.", code="paid_back")
