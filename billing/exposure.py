"""What drafts add to what a customer would owe: those of invoices and debit notes, less those of credit memos."""

from collections.abc import Iterable
from decimal import Decimal

from django.db.models import Case, F, QuerySet, When

from billing.models import DocumentKind, DocumentStatus, Invoice
from customers.exposure import Part
from ledger.fields import AmountField

AMOUNT = Case(When(kind=DocumentKind.CREDIT_MEMO, then=-F("total")), default=F("total"), output_field=AmountField())


def drafts() -> QuerySet[Invoice]:
    """The drafts of everybody."""
    return Invoice.objects.filter(status=DocumentStatus.DRAFT)


DRAFTS = Part("draft", "In drafts", drafts, AMOUNT)


def drafted_before(wanted: Iterable[Invoice]) -> dict[int, dict[str, Decimal]]:
    """What a customer's drafts come to up to and with each of these, by the draft's id and by currency.

    Drafts count in the order in which they were made, so what is said of one is the same whatever it is looked at with.
    """
    customers = {draft.customer_id for draft in wanted}
    rows = (
        drafts().filter(customer_id__in=customers).order_by("pk").values_list("pk", "customer_id", "currency", AMOUNT)
    )
    sums: dict[int, dict[str, Decimal]] = {}
    found = {}
    for draft_id, customer_id, currency, amount in rows:
        so_far = sums.get(customer_id, {})
        sums[customer_id] = found[draft_id] = so_far | {currency: so_far.get(currency, Decimal(0)) + amount}
    return found
