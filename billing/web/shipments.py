"""Shipments on screen: the list, the page of one, its delivery, its cancelling, and what comes back."""

from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Q, QuerySet
from django.db.models.expressions import Value
from django.db.models.functions import Coalesce
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from billing.access import get_proof_for, get_shipment_for, invoices_for, shipments_for
from billing.attachments import MOST_BYTES
from billing.models import DocumentStatus, Shipment, ShipmentKind, ShipmentLine
from billing.operations.cancel_shipment import cancel_shipment
from billing.operations.confirm_delivery import confirm_delivery
from billing.operations.record_return import record_return
from billing.operations.shipment_details import shipment_facts
from billing.order_figures import SHIPMENT_STATES, in_shipment_state, shipped_lines, with_shipment_state
from billing.order_timeline import shipment_timeline
from billing.order_versions import changes_of
from billing.orders.mending import credits_of_returns
from billing.web.attachments import file_response
from billing.web.forms import short
from billing.web.recurring_forms import DayField
from ledger.refusals import Refused
from office.web.doors import staff_door
from office.web.fields import SumField
from office.web.lists import BulkAct, Choice, Column, DateRange, Empty, ListSpec, Toggle, list_page
from office.web.once import once
from office.web.requests import StaffRequest


def _not_confirmed(rows: QuerySet[Shipment], _: bool) -> QuerySet[Shipment]:
    """Those of which nobody confirmed that they arrived."""
    return rows.filter(delivered_on=None, cancelled_on=None, kind=ShipmentKind.DELIVERY_NOTE)


SHIPMENTS = ListSpec(
    name="shipments",
    title="Shipments",
    columns=(
        Column("number", "Shipment", "number", sort="pk", url=lambda row: reverse("billing:shipment", args=[row.pk])),
        Column("kind", "Kind", "get_kind_display", sort="kind", hide_below="phone"),
        Column(
            "customer",
            "Customer",
            "customer.name",
            sort="customer__sort_name",
            url=lambda row: reverse("customers:customer", args=[row.customer_id]),
        ),
        Column("state", "State", "state", "state"),
        Column(
            "order",
            "Order",
            "order.number",
            sort=Coalesce("order__number", Value("")),
            url=lambda row: reverse("billing:order", args=[row.order_id]) if row.order_id else "",
            hide_below="phone",
        ),
        Column("shipped_on", "Shipped", "shipped_on", "day", sort="shipped_on"),
        Column("delivered_on", "Arrived", "delivered_on", "day", hide_below="phone"),
        Column("tracking", "Tracking", "tracking_number", hide_below="tablet"),
    ),
    order="-number",
    filters=(
        Choice("state", "State", in_shipment_state, SHIPMENT_STATES),
        Choice("kind", "Kind", "kind", ShipmentKind.choices),
        Toggle("unconfirmed", "Arrival not confirmed", _not_confirmed),
        DateRange("shipped", "Shipped", "shipped_on"),
        DateRange("arrived", "Arrived", "delivered_on"),
    ),
    bulk=(
        BulkAct("Draft invoices…", lambda: reverse("billing:choose_to_bill"), "billing.draft_invoice", "file-invoice"),
    ),
    search=("number", "tracking_number", "source_reference", "order__number", "customer__search_text"),
    search_hint="Number, tracking, order or customer",
    empty=Empty(
        "No shipments yet",
        "Delivery notes, timesheets and what comes back: what left is what may be billed.",
        "truck",
        "billing:shipment_new",
        "New shipment",
    ),
)


@require_GET
@staff_door("billing.view_shipment")
def shipment_list(request: StaffRequest) -> HttpResponseBase:
    """All shipments, and whether they are billed."""
    rows = shipments_for(request.user).filter(company=request.company).select_related("customer", "order")
    return list_page(request, SHIPMENTS, with_shipment_state(rows), template="billing/shipment_list.html")


class DeliveryForm(forms.Form):
    """When it arrived, who signed, and a file that proves it."""

    delivered_on = DayField(label="Arrived on")
    received_by = forms.CharField(label="Signed by", max_length=100, required=False)
    file = forms.FileField(
        label="Proof of delivery", required=False, help_text="PDF, PNG, JPG, CSV, XLSX or ODS, up to 5 MB."
    )


@require_GET
@staff_door("billing.view_shipment")
def shipment_page(request: StaffRequest, shipment_id: int) -> HttpResponse:
    """What was shipped line by line, what of it came back and is billed, and its proofs."""
    shipment = get_shipment_for(request.user, shipment_id)
    today = shipment.company.today()
    is_its = Q(lines__billed__shipment_line__shipment=shipment)
    its_lines = ShipmentLine.objects.filter(returned_in__shipment=shipment)
    is_of_return = Q(lines__billed__shipment_line__in=its_lines)
    is_of_order = Q(lines__billed__order_line__in=its_lines.values("order_line"), lines__billed__shipment_line=None)
    invoices = invoices_for(request.user).filter(is_of_return | is_of_order if shipment.is_return else is_its)
    invoices = invoices.exclude(status=DocumentStatus.VOID).distinct().order_by("-pk")
    first = {"delivered_on": shipment.delivered_on or today, "received_by": shipment.received_by}
    context = {
        "shipment": shipment,
        "state": with_shipment_state(Shipment.objects.filter(pk=shipment.pk)).get().state,
        "lines": shipped_lines(shipment),
        "returns": shipments_for(request.user).filter(lines__returns__shipment=shipment).distinct().order_by("pk"),
        "invoices": invoices,
        "returned": [] if shipment.is_cancelled else credits_of_returns(invoices),
        "proofs": shipment.proofs.defer("content").select_related("added_by"),
        "changes": changes_of(list(shipment.versions.select_related("changed_by")), shipment_facts(shipment)),
        "timeline": shipment_timeline(shipment),
        "delivery": DeliveryForm(initial=first),
    }
    return render(request, "billing/shipment.html", context)


@require_POST
@staff_door("billing.manage_shipments")
@once
def confirm(request: StaffRequest, shipment_id: int) -> HttpResponse:
    """Note that it arrived, with a proof."""
    shipment = get_shipment_for(request.user, shipment_id)
    form = DeliveryForm(request.POST, request.FILES)
    if not form.is_valid():
        messages.error(request, "Say on which day it arrived.")
        return redirect("billing:shipment", shipment.pk)
    data, file = form.cleaned_data, form.cleaned_data["file"]
    files = [(file.name, file.read(MOST_BYTES + 1))] if file else []  # more is refused, and need not be read
    try:
        confirm_delivery(
            shipment.pk,
            delivered_on=data["delivered_on"],
            received_by=data["received_by"],
            files=files,
            by=request.user,
        )
    except Refused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, f"The delivery of {shipment} is confirmed.")
    return redirect("billing:shipment", shipment.pk)


@require_POST
@staff_door("billing.manage_shipments")
@once
def cancel(request: StaffRequest, shipment_id: int) -> HttpResponse:
    """Let it count for nothing, with a reason."""
    shipment = get_shipment_for(request.user, shipment_id)
    try:
        cancel_shipment(
            shipment.pk, reason=request.POST.get("reason", ""), on=shipment.company.today(), by=request.user
        )
    except Refused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, f"{shipment} is cancelled.")
    return redirect("billing:shipment", shipment.pk)


class ReturnForm(forms.Form):
    """How much of each line came back, and when."""

    on = DayField(label="Came back on")
    number = forms.CharField(label="Number", max_length=40, required=False, help_text="Empty: the next of your series.")
    note = forms.CharField(required=False, widget=forms.Textarea(attrs={"rows": 2}), max_length=4000)

    def __init__(self, *args: Any, lines: list[ShipmentLine], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.returnable = lines
        for line in lines:
            self.fields[f"line_{line.pk}"] = SumField(
                label=f"{line.position}. {line.description[:60]}",
                required=False,
                max_digits=19,
                decimal_places=6,
                help_text=f"Up to {short(line.may_return)} {line.unit}".strip(),  # type: ignore[attr-defined]  # dressed
            )

    @property
    def quantities(self) -> dict[int, Decimal]:
        """So much of each line, by its id."""
        typed = {line.pk: self.cleaned_data[f"line_{line.pk}"] for line in self.returnable}
        return {pk: so_much for pk, so_much in typed.items() if so_much}


@staff_door("billing.manage_shipments")
@once
def return_page(request: StaffRequest, shipment_id: int) -> HttpResponse:
    """Say what came back of a shipment."""
    shipment = get_shipment_for(request.user, shipment_id)
    if shipment.is_cancelled or shipment.is_return:
        messages.error(request, f"Nothing can come back of {shipment}.")
        return redirect("billing:shipment", shipment.pk)
    lines = shipped_lines(shipment)
    posted = (request.POST,) if request.method == "POST" else ()
    form = ReturnForm(*posted, lines=lines, initial={"on": shipment.company.today()})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            returned = record_return(
                shipment.pk,
                form.quantities,
                on=data["on"],
                number=data["number"],
                note=data["note"],
                by=request.user,
            )
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, f"{returned} is recorded.")
            return redirect("billing:shipment", returned.pk)
    return render(request, "billing/shipment_return.html", {"shipment": shipment, "form": form})


@require_GET
@staff_door("billing.view_shipment")
def proof(request: StaffRequest, proof_id: int) -> HttpResponse:
    """The file, to be saved."""
    return file_response(get_proof_for(request.user, proof_id))
