"""The lists of invoices and credit memos."""

from typing import TypeAlias

from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce
from django.http import HttpResponseBase
from django.urls import reverse
from django.views.decorators.http import require_GET
from django_stubs_ext import WithAnnotations

from billing.access import invoices_for
from billing.delivery import DELIVERY_CHOICES, delivered_as, with_delivery
from billing.models import DocumentKind, Invoice
from billing.queries import STATES, InvoiceState, in_state, with_state
from customers.holds import with_hold
from office.web.doors import staff_door
from office.web.lists import BulkAct, Choice, Column, DateRange, Empty, ListSpec, Text, list_page
from office.web.requests import StaffRequest
from office.written import days_late


def _columns(title: str) -> tuple[Column, ...]:
    return (
        Column("number", title, str, sort="pk", url=lambda row: reverse("billing:invoice", args=[row.pk])),
        Column(
            "customer",
            "Customer",
            "customer.name",
            sort="customer__sort_name",
            url=lambda row: reverse("customers:customer", args=[row.customer_id]),
        ),
        Column("state", "State", "state", "state", note=_beside_state),
        Column("delivery", "Mail", "delivery", "state", hide_below="tablet"),
        Column(
            "dated_on", "Date", "dated_on", "day", sort=Coalesce("dated_on", F("created_at__date")), hide_below="phone"
        ),
        Column("due_on", "Due", "due_on", "day", hide_below="tablet"),
        Column("po_number", "Their order", "po_number", hide_below="tablet"),
        Column("total", "Total", "total", "money", sort="total", total="total", hide_below="phone"),
        Column("open", "Open", "open", "money", sort="open", total="open"),
    )


class RowState(InvoiceState):
    is_held: bool


InvoiceRow: TypeAlias = "WithAnnotations[Invoice, RowState]"


def _beside_state(row: InvoiceRow) -> str:
    """How late it is; of a draft that waits, that its customer is on hold."""
    if row.state == "draft" and row.is_held and not row.is_credit_memo:
        return "Customer on hold"
    return days_late(row.due_on, row.company.today()) if row.state == "overdue" else ""


def _because(rows: QuerySet[Invoice], words: str) -> QuerySet[Invoice]:
    """Those with a reason of these words, for what they are or for being void."""
    return rows.filter(Q(reason_code__words__icontains=words) | Q(void_reason_code__words__icontains=words))


REASON = Column("reason", "Reason", "reason_code.words", sort="reason_code__words", hide_below="tablet")
FILTERS = (
    Choice("state", "State", in_state, tuple(STATES.items())),
    Choice("delivery", "Mail", delivered_as, DELIVERY_CHOICES),
    DateRange("dated", "Date", "dated_on"),
    DateRange("due", "Due", "due_on"),
    Text("reason", "Reason", _because),
)
BULK = (
    BulkAct("Issue…", lambda: reverse("billing:prepare_run", args=["issue"]), "billing.issue_invoice", "file-check"),
    BulkAct("Mail…", lambda: reverse("billing:prepare_run", args=["send"]), "billing.send_invoice", "send"),
    BulkAct("One PDF", lambda: reverse("billing:print_chosen"), "billing.view_invoice", "printer"),
)
SEARCHED = ("number", "customer__search_text", "po_number", "source_reference")

INVOICES = ListSpec(
    name="invoices",
    title="Invoices",
    columns=_columns("Invoice"),
    order="-number",
    filters=FILTERS,
    bulk=BULK,
    search=SEARCHED,
    search_hint="Number, customer or order number",
    empty=Empty(
        "No invoices yet",
        "Draft one, check its totals while you type, and issue it: it gets its number and goes to the customer.",
        "file-invoice",
        "billing:invoice_new",
        "New invoice",
    ),
)
CREDIT_MEMOS = ListSpec(
    name="credit-memos",
    title="Credit memos",
    columns=(*_columns("Credit memo"), REASON),
    order="-number",
    filters=FILTERS,
    bulk=BULK,
    search=SEARCHED,
    search_hint="Number, customer or order number",
    empty=Empty(
        "No credit memos yet",
        "A credit memo takes back an invoice, or some of its lines. Open the invoice and choose Credit.",
        "receipt-refund",
    ),
)


DEBIT_NOTES = ListSpec(
    name="debit-notes",
    title="Debit notes",
    columns=(*_columns("Debit note"), REASON),
    order="-number",
    filters=FILTERS,
    bulk=BULK,
    search=SEARCHED,
    search_hint="Number, customer or order number",
    empty=Empty(
        "No debit notes yet",
        "A debit note charges more beside an invoice that is issued. Open the invoice and choose Charge more.",
        "file-plus",
    ),
)

LISTS = {
    INVOICES.name: (DocumentKind.INVOICE, INVOICES),
    CREDIT_MEMOS.name: (DocumentKind.CREDIT_MEMO, CREDIT_MEMOS),
    DEBIT_NOTES.name: (DocumentKind.DEBIT_NOTE, DEBIT_NOTES),
}


@require_GET
@staff_door("billing.view_invoice")
def invoice_list(request: StaffRequest) -> HttpResponseBase:
    """All invoices with their state and what is open."""
    return _listed(request, DocumentKind.INVOICE, INVOICES)


@require_GET
@staff_door("billing.view_invoice")
def credit_memo_list(request: StaffRequest) -> HttpResponseBase:
    """All credit memos with what of them is unapplied."""
    return _listed(request, DocumentKind.CREDIT_MEMO, CREDIT_MEMOS)


@require_GET
@staff_door("billing.view_invoice")
def debit_note_list(request: StaffRequest) -> HttpResponseBase:
    """All debit notes with their state and what is open."""
    return _listed(request, DocumentKind.DEBIT_NOTE, DEBIT_NOTES)


def _listed(request: StaffRequest, kind: DocumentKind, spec: ListSpec) -> HttpResponseBase:
    documents = invoices_for(request.user).filter(company=request.company, kind=kind)
    documents = with_state(documents.select_related("customer", "company", "reason_code"), request.company.today())
    documents = with_hold(with_delivery(documents), "customer_id")
    return list_page(request, spec, documents, template="billing/invoice_list.html")
