"""What drafts add to what a customer would owe: those of invoices and debit notes, less those of credit memos."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from decimal import Decimal

from django.db.models import Case, F, QuerySet, When

from billing.models import DocumentKind, DocumentStatus, Invoice
from customers.exposure import Exposure, Part, Rates, counted
from ledger.fields import AmountField

AMOUNT = Case(When(kind=DocumentKind.CREDIT_MEMO, then=-F("total")), default=F("total"), output_field=AmountField())


def drafts() -> QuerySet[Invoice]:
    """The drafts of everybody."""
    return Invoice.objects.filter(status=DocumentStatus.DRAFT)


DRAFTS = Part("draft", "In drafts", drafts, AMOUNT)


Row = tuple[int, str, Decimal]
"""A draft's id, currency and amount."""


def drafts_of(customer_ids: Collection[int]) -> dict[int, list[Row]]:
    """The drafts of each customer in the order in which they were made."""
    rows = drafts().filter(customer_id__in=customer_ids).order_by("pk")
    found: dict[int, list[Row]] = defaultdict(list)
    for customer_id, *row in rows.values_list("customer_id", "pk", "currency", AMOUNT):
        found[customer_id].append(tuple(row))
    return found


def would_owe(exposure: Exposure, rows: Iterable[Row], rates: Rates) -> dict[int, Decimal]:
    """By draft, what its customer would owe with it: what is open, and the drafts before it that fit the limit.

    One that does not fit takes nothing from those after it. So what is said of a draft is the same whatever it is
    looked at with, and in a run of many as one by one.
    """
    is_open = exposure.total - exposure.parts[DRAFTS.name]
    fitting: dict[str, Decimal] = {}
    found = {}
    for draft_id, currency, amount in rows:
        with_it = fitting | {currency: fitting.get(currency, Decimal(0)) + amount}
        found[draft_id] = is_open + counted(with_it, exposure.currency, rates)[0]
        if exposure.limit is None or found[draft_id] <= exposure.limit:
            fitting = with_it
    return found
