"""What was taken over from other products: the list, and one document."""

from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from billing.access import get_opening_item_for, opening_items_for
from billing.models import OpeningItemKind
from billing.opening.shown import settlements_of, with_open
from customers.search import fold
from office.web.doors import staff_door
from office.web.lists import Choice, Column, DateRange, Empty, ListSpec, list_page
from office.web.requests import StaffRequest


def _state(row: Any) -> str:
    return "withdrawn" if row.reversal_entry_id else "open" if row.open else "settled"


OPENING_ITEMS = ListSpec(
    name="opening-items",
    title="Taken over",
    columns=(
        Column("number", "Number", "number", sort="pk", url=lambda row: reverse("billing:opening_item", args=[row.pk])),
        Column("kind", "Kind", lambda row: row.get_kind_display(), sort="kind", hide_below="tablet"),
        Column(
            "customer",
            "Customer",
            "customer.name",
            sort="customer__sort_name",
            url=lambda row: reverse("customers:customer", args=[row.customer_id]),
        ),
        Column("dated_on", "Date", "dated_on", "day", sort="dated_on", hide_below="tablet"),
        Column("due_on", "Due", "due_on", "day", sort="due_on", hide_below="phone"),
        Column("amount", "Taken over", "standing", "money", sort="standing", total="standing", hide_below="phone"),
        Column("open", "Open", "open", "money", sort="open", total="open"),
        Column("state", "State", _state, "state", hide_below="tablet"),
    ),
    order="-number",
    filters=(
        Choice("kind", "Kind", "kind", OpeningItemKind.choices),
        DateRange("dated", "Date", "dated_on"),
        DateRange("due", "Due", "due_on"),
    ),
    search=("number", "po_number", "customer__search_text"),
    search_hint="Number, order number or customer",
    fold=fold,
    empty=Empty(
        "Nothing was taken over",
        "When a company comes from another product, what is open there is loaded under Settings, Opening.",
        "file-import",
    ),
)


@require_GET
@staff_door("billing.view_invoice")
def opening_item_list(request: StaffRequest) -> HttpResponseBase:
    """What was taken over, and what of it is open."""
    rows = with_open(opening_items_for(request.user).filter(company=request.company)).select_related("customer")
    return list_page(request, OPENING_ITEMS, rows)


@require_GET
@staff_door("billing.view_invoice")
def opening_item(request: StaffRequest, item_id: int) -> HttpResponse:
    """One document as it was taken over, and what became of it."""
    shown = get_opening_item_for(request.user, item_id)
    context = {"item": shown, "state": _state(shown), "rows": settlements_of(shown)}
    return render(request, "billing/opening_item.html", context)
