"""Orders on screen: the list, the page of one with what was shipped and billed, and ending it."""

from datetime import date

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from billing.access import get_order_for, invoices_for, orders_for, shipments_for
from billing.models import DocumentStatus, Order, OrderStatus
from billing.operations.end_order import end_order, reopen_order
from billing.operations.order_details import order_facts
from billing.order_figures import STATES, in_state, lines_with_figures, with_shipment_state, with_state
from billing.order_timeline import order_timeline
from billing.order_versions import changes_of
from billing.orders.compare import FINE, comparison_of
from billing.orders.mending import Mend, credits_of_returns, latest_billed, mend_of
from billing.orders.words import said_of
from ledger.refusals import Refused
from office.web.doors import staff_door
from office.web.lists import Choice, Column, DateRange, Empty, ListSpec, list_page
from office.web.once import once
from office.web.requests import StaffRequest


def _wanted(rows: QuerySet[Order], days: tuple[date | None, date | None]) -> QuerySet[Order]:
    """Those with a line that is wanted in these days."""
    first, last = days
    wanted = {"lines__wanted_on__gte": first, "lines__wanted_on__lte": last}
    found = Order.objects.filter(**{path: day for path, day in wanted.items() if day})
    return rows.filter(pk__in=found.values("pk"))


ORDERS = ListSpec(
    name="orders",
    title="Orders",
    columns=(
        Column("number", "Order", "number", sort="pk", url=lambda row: reverse("billing:order", args=[row.pk])),
        Column(
            "customer",
            "Customer",
            "customer.name",
            sort="customer__sort_name",
            url=lambda row: reverse("customers:customer", args=[row.customer_id]),
        ),
        Column("state", "State", "state", "state"),
        Column("po_number", "Their order", "po_number", sort="po_number", hide_below="phone"),
        Column("ordered_on", "Ordered", "ordered_on", "day", sort="ordered_on", hide_below="phone"),
        Column("valid_until", "Valid until", "valid_until", "day", hide_below="tablet"),
        Column("blanket", "Up to", "blanket_amount", "money", hide_below="tablet"),
        Column("net", "Net", "net", "money", sort="net", total="net"),
    ),
    order="-number",
    filters=(
        Choice("state", "State", in_state, STATES),
        DateRange("ordered", "Ordered", "ordered_on"),
        DateRange("wanted", "Wanted", _wanted),
        DateRange("until", "Valid until", "valid_until"),
    ),
    search=("number", "po_number", "source_reference", "customer__search_text"),
    search_hint="Number, their number or customer",
    empty=Empty(
        "No orders yet",
        "What customers order, under their number and yours: what is shipped and billed is compared with it.",
        "clipboard-list",
        "billing:order_new",
        "New order",
    ),
)


@require_GET
@staff_door("billing.view_order")
def order_list(request: StaffRequest) -> HttpResponseBase:
    """All orders with how far they are."""
    rows = orders_for(request.user).filter(company=request.company).select_related("customer")
    return list_page(request, ORDERS, with_state(rows, request.company.today()), template="billing/order_list.html")


@require_GET
@staff_door("billing.view_order")
def order_page(request: StaffRequest, order_id: int) -> HttpResponse:
    """What was ordered, shipped and billed line by line, and each version."""
    order = get_order_for(request.user, order_id)
    today = order.company.today()
    shipments = shipments_for(request.user).filter(order=order) | shipments_for(request.user).filter(
        lines__order_line__order=order
    )
    invoices = invoices_for(request.user).filter(lines__billed__order=order)
    shipped = list(with_shipment_state(shipments.distinct()).order_by("-shipped_on", "-pk"))
    context = {
        "order": order,
        "state": with_state(orders_for(request.user).filter(pk=order.pk), today).get().state,
        "lines": lines_with_figures(order),
        "compared": _differences(order),
        "returned": credits_of_returns(invoices.filter(status=DocumentStatus.ISSUED).distinct().order_by("pk")),
        "to_bill": [shipment for shipment in shipped if shipment.state in ("to_bill", "part_billed")],
        "shipments": shipped,
        "invoices": invoices.exclude(status=DocumentStatus.VOID).distinct().order_by("-pk"),
        "changes": changes_of(list(order.versions.select_related("changed_by")), order_facts(order)),
        "timeline": order_timeline(order),
        "today": today,
    }
    return render(request, "billing/order.html", context)


def _differences(order: Order) -> list[tuple[str, str, Mend | None]]:
    """What differs between the order and what is shipped and billed: in words, which result, and what mends it."""
    latest = latest_billed(order)
    rows = [row for row in comparison_of(order) if row.result not in FINE]
    return [(said_of(row), row.result.label, mend_of(row, latest)) for row in rows]


@require_POST
@staff_door("billing.manage_orders")
@once
def end(request: StaffRequest, order_id: int) -> HttpResponse:
    """Close it or cancel it, with a reason."""
    order = get_order_for(request.user, order_id)
    status, reason = request.POST.get("status", ""), request.POST.get("reason", "")
    try:
        end_order(order.pk, status, reason=reason, on=order.company.today(), by=request.user)
    except Refused as refusal:
        messages.error(request, refusal.message)
    else:
        done = "cancelled" if status == OrderStatus.CANCELLED else "closed"
        messages.success(request, f"{order} is {done}.")
    return redirect("billing:order", order.pk)


@require_POST
@staff_door("billing.manage_orders")
@once
def reopen(request: StaffRequest, order_id: int) -> HttpResponse:
    """Let it go on, with a reason."""
    order = get_order_for(request.user, order_id)
    try:
        reopen_order(order.pk, reason=request.POST.get("reason", ""), by=request.user)
    except Refused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, f"{order} is open again.")
    return redirect("billing:order", order.pk)
