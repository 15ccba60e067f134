"""The list of disputes."""

from datetime import date

from django.db.models import QuerySet, Value
from django.db.models.functions import Coalesce
from django.http import HttpResponseBase
from django.urls import reverse
from django.views.decorators.http import require_GET

from billing.access import disputes_for
from billing.disputes import STATES, in_state, with_state
from billing.models import Dispute, DisputeOutcome, DisputeSource
from customers.search import fold
from office.models import Department
from office.web.doors import staff_door
from office.web.lists import Choice, Column, DateRange, Empty, ListSpec, Text, list_page
from office.web.requests import StaffRequest


def _day_words(row: Dispute) -> str:
    """What is to be known of a dispute's day."""
    return "raised to managers" if row.is_open and row.escalated_at else ""


def _owned_by(rows: QuerySet[Dispute], words: str) -> QuerySet[Dispute]:
    """Those of a colleague; with a dash, those of nobody."""
    return rows.filter(owner=None) if words == "-" else rows.filter(owner__name__icontains=words)


DISPUTES = ListSpec(
    name="disputes",
    title="Disputes",
    columns=(
        Column("number", "Dispute", "number", sort="pk", url=lambda row: reverse("billing:dispute", args=[row.pk])),
        Column(
            "customer",
            "Customer",
            "customer.name",
            sort="customer__sort_name",
            url=lambda row: reverse("customers:customer", args=[row.customer_id]),
        ),
        Column("state", "State", "state", "state", sort="status", note=_day_words),
        Column(
            "about",
            "About",
            "entry.reference",
            url=lambda row: reverse("paper", args=[row.entry_id]),
            hide_below="phone",
        ),
        Column("reason", "Reason", "reason_code.words", sort="reason_code__words", hide_below="tablet"),
        Column("owner", "Owner", "owner.name", sort=Coalesce("owner__name", Value("")), hide_below="tablet"),
        Column("department", "Department", "get_department_display", sort="department", hide_below="laptop"),
        Column("respond_by", "Answer by", "respond_by", "day", sort="respond_by", hide_below="phone"),
        Column("opened_on", "Opened", "opened_on", "day", sort="opened_on", hide_below="laptop"),
        Column("outcome", "Outcome", "get_outcome_display", sort="outcome", hide_below="laptop"),
        Column("amount", "Disputed", "amount", "money", sort="amount", total="amount"),
        Column("held", "Held now", "held", "money", total="held", hide_below="phone"),
    ),
    order="-number",
    filters=(
        Choice("state", "State", in_state, STATES),
        Choice("outcome", "Outcome", "outcome", DisputeOutcome.choices),
        Choice("department", "Department", "department", Department.choices),
        Choice("source", "Came", "source", DisputeSource.choices),
        Text("owner", "Owner", _owned_by),
        Text("reason", "Reason", "reason_code__words"),
        DateRange("answer", "Answer by", "respond_by"),
        DateRange("opened", "Opened", "opened_on"),
    ),
    search=("number", "customer__search_text", "entry__reference", "said_by"),
    search_hint="Number, customer or document",
    fold=fold,
    empty=Empty(
        "Nothing is disputed",
        "When a customer objects to an invoice, open a dispute from its page; customers do so on the page behind their"
        " link. The disputed part is then not reminded, debited or charged for.",
        "message-exclamation",
        "billing:invoice_list",
        "Invoices",
    ),
)


@require_GET
@staff_door("billing.view_dispute")
def dispute_list(request: StaffRequest) -> HttpResponseBase:
    """All disputes, with what they hold now."""
    rows = disputes_of_company(request, request.company.today())
    return list_page(request, DISPUTES, rows, template="billing/dispute_list.html")


def disputes_of_company(request: StaffRequest, today: date) -> QuerySet[Dispute]:
    """The disputes that this person sees here, with their state."""
    rows = disputes_for(request.user).filter(company=request.company)
    return with_state(rows.select_related("customer", "entry", "reason_code", "owner"), today)
