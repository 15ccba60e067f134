"""Reading documents: each with what is open of it and the state that follows from the book and the date."""

from datetime import date
from decimal import Decimal
from typing import Any, TypeAlias, TypedDict

from django.db.models import Case, CharField, Exists, F, OuterRef, Q, QuerySet, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce
from django_stubs_ext import WithAnnotations

from billing.disputes import held_of, holding
from billing.models import DocumentKind, DocumentStatus, Invoice
from ledger.agreed_days import late_items
from ledger.balances import allocations_of
from ledger.fields import AmountField
from ledger.models import Allocation, ItemKind, OpenItem

STATES = {
    "draft": "Draft",
    "open": "Open",
    "part_paid": "Part-paid",
    "overdue": "Overdue",
    "disputed": "Disputed",
    "paid": "Paid",
    "written_off": "Written off",
    "void": "Void",
}
STATE_CHOICES = list(STATES.items())


class InvoiceState(TypedDict):
    open: Decimal
    state: str
    is_late: bool


InvoiceWithState: TypeAlias = "WithAnnotations[Invoice, InvoiceState]"


def with_state(invoices: QuerySet[Invoice], on: date) -> QuerySet[InvoiceWithState]:
    """Add `open` (what is open now, without sign) and `state`, one of STATES, as it reads on a day.

    A credit memo is open while some of it is unapplied, and paid when it is used up. What is late and in no dispute
    makes a document overdue; else, while some of it is in dispute, it is disputed.
    """
    items = OpenItem.objects.filter(entry=OuterRef("entry"))
    balance = items.order_by().values("entry").annotate(sum=Sum("balance")).values("sum")
    signed = Coalesce(Subquery(balance), Decimal(0), output_field=AmountField())
    late = overdue_items(items, on)
    disputed = holding().filter(item__entry=OuterRef("entry"))
    return invoices.alias(is_late=Exists(late), is_disputed=Exists(disputed)).annotate(
        open=Case(When(kind=DocumentKind.CREDIT_MEMO, then=-signed), default=signed, output_field=AmountField()),
        state=Case(
            When(status=DocumentStatus.DRAFT, then=Value("draft")),
            When(status=DocumentStatus.VOID, then=Value("void")),
            When(Q(open=0) & _is_given_up(), then=Value("written_off")),
            When(open=0, then=Value("paid")),
            When(is_late=True, then=Value("overdue")),
            When(is_disputed=True, then=Value("disputed")),
            When(open__lt=F("total"), then=Value("part_paid")),
            default=Value("open"),
            output_field=CharField(),
        ),
    )


def overdue_items(items: QuerySet[OpenItem], on: date) -> QuerySet[Any]:
    """Those of which more is late than is in dispute."""
    late: QuerySet[Any] = late_items(items, on)
    return late.alias(held=held_of("pk")).filter(late__gt=F("held"))


def _is_given_up() -> Exists:
    """Whether some of a document was written off as a bad debt, and stays so."""
    rows = Allocation.objects.filter(debit__entry=OuterRef("entry"), credit__entry__kind="write_off")
    return Exists(rows.filter(reverses=None, reversed_by=None))


def given_up_of(invoice: Invoice) -> Decimal:
    """What of a document is written off as a bad debt, and stays so."""
    rows = Allocation.objects.filter(debit__entry=invoice.entry_id, credit__entry__kind="write_off")
    return rows.aggregate(sum=Sum("amount"))["sum"] or Decimal(0)


def in_state(invoices: QuerySet[InvoiceWithState], state: str) -> QuerySet[InvoiceWithState]:
    """Those of `with_state` that are in a state; the rare ones are found by an index and not by looking at all."""
    if state in (DocumentStatus.DRAFT, DocumentStatus.VOID):
        return invoices.filter(status=state)
    if state == "overdue":
        return invoices.filter(status=DocumentStatus.ISSUED, is_late=True)
    if state == "disputed":
        return invoices.filter(state=state, entry__in=holding().values("item__entry"))
    return invoices.filter(state=state)


def settlements(invoice: Invoice) -> list[Allocation]:
    """What was applied to an invoice or, of a credit memo, what it was applied to; undone ones with their undoing."""
    return allocations_of(invoice.entry_id)


def account_of(invoice: Invoice) -> dict[str, Decimal]:
    """An invoice's own account: its total, what payments, tax withheld, credit memos and write-offs settled, the rest.

    `to_pay` is what of it is still to come in money: all but the tax that the customer is still to withhold.
    """
    settled: dict[str, Any] = dict(
        Allocation.objects.filter(debit__entry=invoice.entry_id)
        .order_by()
        .values_list("credit__kind")
        .annotate(Sum("amount"))
    )
    credited = settled.get(ItemKind.CREDIT_MEMO, Decimal(0))
    reversed_ = settled.get(ItemKind.REVERSAL, Decimal(0))
    withheld = settled.get(ItemKind.WITHHOLDING, Decimal(0))
    written_off = settled.get(ItemKind.WRITE_OFF, Decimal(0))
    paid = sum(settled.values(), Decimal(0)) - credited - reversed_ - withheld - written_off
    due = invoice.total - sum(settled.values(), Decimal(0))
    to_pay = max(due - max(invoice.withheld - withheld, Decimal(0)), Decimal(0))
    parts = {"paid": paid, "withheld": withheld, "credited": credited, "written_off": written_off}
    return {"total": invoice.total, **parts, "due": due, "to_pay": to_pay}
