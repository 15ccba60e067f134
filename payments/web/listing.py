"""The list of receipts."""

from typing import TypeAlias, TypedDict

from django.db.models import Case, CharField, F, QuerySet, Value, When
from django.http import HttpResponseBase
from django.urls import reverse
from django.views.decorators.http import require_GET
from django_stubs_ext import WithAnnotations

from customers.search import fold
from office.web.doors import staff_door
from office.web.lists import BulkAct, Choice, Column, DateRange, Empty, ListSpec, list_page
from office.web.requests import StaffRequest
from payments.access import receipts_for
from payments.models import PaymentMethod, Receipt, ReceiptStatus
from payments.queries import with_free

STATES = (
    ("applied", "Applied"),
    ("part_applied", "Part-applied"),
    ("unapplied", "Unapplied"),
    ("reversed", "Reversed"),
)


class ReceiptState(TypedDict):
    state: str
    is_free: bool


ReceiptRow: TypeAlias = "WithAnnotations[Receipt, ReceiptState]"


def _in_state(receipts: QuerySet[ReceiptRow], state: str) -> QuerySet[ReceiptRow]:
    """Those in a state; the rare ones are found by an index and not by looking at all."""
    if state == "reversed":
        return receipts.filter(status=ReceiptStatus.REVERSED)
    return receipts.filter(state=state) if state == "applied" else receipts.filter(state=state, is_free=True)


RECEIPTS = ListSpec(
    name="receipts",
    title="Payments",
    columns=(
        Column("number", "Receipt", "number", sort="pk", url=lambda row: reverse("payments:receipt", args=[row.pk])),
        Column(
            "customer",
            "Customer",
            "customer.name",
            sort="customer__sort_name",
            url=lambda row: reverse("customers:customer", args=[row.customer_id]),
        ),
        Column("state", "State", "state", "state"),
        Column("received_on", "Received", "received_on", "day", sort="received_on", hide_below="phone"),
        Column("method", "How", lambda row: row.get_method_display(), hide_below="tablet"),
        Column("bank_account", "Into", "bank_account", hide_below="tablet"),
        Column("reference", "Their words", "reference", hide_below="tablet"),
        Column("amount", "Amount", "amount", "money", sort="amount", total="amount"),
        Column("free", "Free", "free", "money", sort="free", total="free", hide_below="phone"),
    ),
    order="-number",
    filters=(
        Choice("state", "State", _in_state, STATES),
        Choice("method", "How", "method", tuple(PaymentMethod.choices)),
        DateRange("received", "Received", "received_on"),
    ),
    search=("number", "customer__search_text", "reference", "external_id"),
    search_hint="Number, customer or reference",
    fold=fold,
    bulk=(
        BulkAct(
            "Apply oldest first…", lambda: reverse("payments:prepare_applying"), "payments.allocate", "sort-ascending"
        ),
    ),
    empty=Empty(
        "No payments yet",
        "Record what came in, and apply it to what is open.",
        "cash",
        "payments:receipt_new",
        "Record a payment",
    ),
)


@require_GET
@staff_door("payments.view_receipt")
def receipt_list(request: StaffRequest) -> HttpResponseBase:
    """All receipts with what of them is free."""
    return list_page(request, RECEIPTS, listed_receipts(request), template="payments/receipt_list.html")


def listed_receipts(request: StaffRequest) -> QuerySet[Receipt]:
    """The receipts of the list, with what of them is free and the state that follows from it."""
    receipts = with_free(receipts_for(request.user).filter(company=request.company))
    state = Case(
        When(status=ReceiptStatus.REVERSED, then=Value("reversed")),
        When(free=0, then=Value("applied")),
        When(free__lt=F("amount"), then=Value("part_applied")),
        default=Value("unapplied"),
        output_field=CharField(),
    )
    return receipts.annotate(state=state).select_related("customer", "bank_account")
