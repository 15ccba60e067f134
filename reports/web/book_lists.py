"""What the tie-out adds up: all items, and the lines of the receivable account."""

from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpResponseBase
from django.urls import reverse
from django.views.decorators.http import require_GET

from customers.access import customers_for
from customers.models import Customer
from ledger.models import AccountRole, ItemKind, Line
from office.web.doors import staff_door
from office.web.lists import Choice, Column, DateRange, Empty, ListSpec, Text, list_page
from office.web.requests import StaffRequest
from reports.findings.items import AMOUNT, CUSTOMER, DATED, DUE, KIND, OPEN, PAPER, items
from reports.tie_out import ENTERED_BY
from reports.web.book_checks import PAPERS, asked_by


def _in_currency(rows: QuerySet[Any], currency: str) -> QuerySet[Any]:
    return rows.filter(currency=currency.upper())


def _of_papers(rows: QuerySet[Any], paper: str) -> QuerySet[Any]:
    """The items that papers of a kind, and their reversals, put into the book; or those of none of these kinds."""
    made = rows.annotate(made_by=Coalesce("entry__reverses__kind", "entry__kind"))
    if paper in ENTERED_BY:
        return made.filter(made_by__in=ENTERED_BY[paper])
    return made.exclude(made_by__in=[kind for kinds in ENTERED_BY.values() for kind in kinds])


CURRENCY = Text("currency", "Currency", _in_currency)
ITEMS = ListSpec(
    name="book-items",
    title="Items of the book",
    columns=(PAPER, CUSTOMER, KIND, DATED, DUE, AMOUNT, OPEN),
    order="-reference",
    filters=(
        Choice("paper", "Papers", _of_papers, tuple(PAPERS.items())),
        Choice("kind", "Kind", "kind", tuple(ItemKind.choices)),
        CURRENCY,
        DateRange("dated", "Date", "dated_on"),
    ),
    search=("reference",),
    search_hint="Number",
    empty=Empty("Nothing in the book yet", "Each document and payment adds an item to it."),
)
LINES = ListSpec(
    name="receivable-lines",
    title="Receivable account",
    columns=(
        Column(
            "entry",
            "Entry",
            lambda row: row.entry.reference or row.entry.key,
            sort="pk",
            url=lambda row: reverse("paper", args=[row.entry_id]),
        ),
        Column("what", "What", lambda row: row.entry.kind.replace("_", " ").capitalize(), hide_below="tablet"),
        Column(
            "customer",
            "Customer",
            "customer_name",
            url=lambda row: reverse("customers:customer", args=[row.customer_id]) if row.customer_id else "",
        ),
        Column("dated_on", "Date", "dated_on", "day", sort="dated_on", hide_below="phone"),
        Column("amount", "Amount", "amount", "money", sort="amount", total="amount"),
    ),
    order="-entry",
    filters=(CURRENCY, DateRange("dated", "Date", "dated_on")),
    search=("entry__reference",),
    search_hint="Number",
    empty=Empty("Nothing in the book yet", "Each document and payment writes on this account."),
)


@require_GET
@staff_door("office.view_reports")
def book_items(request: StaffRequest) -> HttpResponseBase:
    """All items, with what they came to and what is open of them."""
    return list_page(request, ITEMS, items(asked_by(request)), template="reports/book_list.html")


@require_GET
@staff_door("office.view_reports")
def receivable_lines(request: StaffRequest) -> HttpResponseBase:
    """The lines of the receivable account, of the customers whom somebody sees."""
    customer = Customer.objects.filter(pk=OuterRef("customer_id"))
    lines = Line.objects.filter(account__company_id=request.company.pk, account__role=AccountRole.RECEIVABLE)
    if request.user.only_own_customers:
        lines = lines.filter(customer_id__in=customers_for(request.user).values("pk"))
    named = lines.annotate(customer_name=Subquery(customer.values("name"))).select_related("entry")
    return list_page(request, LINES, named, template="reports/book_list.html")
