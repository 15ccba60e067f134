"""Reading receipts and what of them is free."""

from decimal import Decimal
from typing import TypeAlias, TypedDict

from django.db.models import Exists, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django_stubs_ext import WithAnnotations

from ledger.balances import allocations_of
from ledger.fields import AmountField
from ledger.models import Allocation, OpenItem
from office.dressing import dressed
from payments.models import Receipt, ReceiptExchange


class Free(TypedDict):
    free: Decimal
    is_free: bool


ReceiptWithFree: TypeAlias = "WithAnnotations[Receipt, Free]"


def with_free(receipts: QuerySet[Receipt]) -> QuerySet[ReceiptWithFree]:
    """Add `free`: what of each receipt is applied to nothing yet."""
    items = OpenItem.objects.filter(entry=OuterRef("entry")).order_by()
    balance = items.values("entry").annotate(sum=Sum("balance")).values("sum")
    return receipts.alias(is_free=Exists(items.filter(balance__lt=0))).annotate(
        free=Coalesce(-Subquery(balance), Decimal(0), output_field=AmountField())
    )


def applications(receipt: Receipt) -> list[Allocation]:
    """What a receipt was applied to, in order; undone ones with their undoing."""
    return allocations_of(receipt.entry_id)


def exchanges_of(receipt: Receipt) -> list[ReceiptExchange]:
    """What of a receipt was taken as another currency, each with its credit, what of that is free, and its `rows`."""
    exchanges = list(receipt.exchanges.order_by("pk"))
    for exchange in exchanges:
        item = OpenItem.objects.get(entry=exchange.given_entry_id)
        dressed(exchange, item=item, free=-item.balance, rows=allocations_of(exchange.given_entry_id))
    return exchanges
