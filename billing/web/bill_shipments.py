"""Drafts of the shipments chosen in the list: first what would be drafted, then doing it."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from billing.access import shipments_for
from billing.models import Shipment, ShipmentKind
from billing.operations.bill_shipments import MOST, bill_shipments, bills_of
from billing.order_figures import with_shipment_state
from billing.web.shipments import SHIPMENTS
from ledger.refusals import Refused
from office.web.doors import staff_door
from office.web.fields import typed_id
from office.web.lists import chosen_rows
from office.web.once import once
from office.web.requests import StaffRequest
from office.written import counted


@require_POST
@staff_door("billing.draft_invoice")
def choose_to_bill(request: StaffRequest) -> HttpResponse:
    """What would be drafted of the shipments that were chosen, but those that are billed, cancelled or came back."""
    own = shipments_for(request.user).filter(company=request.company).select_related("customer", "order")
    chosen = chosen_rows(request, SHIPMENTS, with_shipment_state(own))
    rows = chosen.filter(cancelled_on=None).exclude(kind=ShipmentKind.RETURN).order_by("pk")
    shipments = list(rows[: MOST + 1])
    if len(shipments) > MOST:
        messages.error(request, f"At most {MOST} shipments are billed at once. Narrow the list first.")
        return redirect("billing:shipment_list")
    return _check_page(request, shipments)


@require_POST
@staff_door("billing.draft_invoice")
@once
def draft(request: StaffRequest) -> HttpResponse:
    """Draft them, all or none."""
    wanted = [pk for value in request.POST.getlist("shipments") if (pk := typed_id(value))]
    own = shipments_for(request.user).filter(company=request.company, pk__in=wanted)
    ids = list(own.values_list("pk", flat=True)[: MOST + 1])
    try:
        drafts = bill_shipments(request.company, ids, one_each="one_each" in request.POST, by=request.user)
    except Refused as refusal:
        return _check_page(
            request, list(own.select_related("customer", "order").order_by("pk")[:MOST]), refusal.message
        )
    messages.success(request, f"{counted(len(drafts), 'draft')} of {counted(len(ids), 'shipment')}.")
    if len(drafts) == 1:
        return redirect("billing:invoice", drafts[0].pk)
    return redirect(reverse("billing:invoice_list") + "?state=draft")


def _check_page(request: StaffRequest, shipments: list[Shipment], refusal: str = "") -> HttpResponse:
    context = {"shipments": shipments, "bills": bills_of(request.company, shipments), "refusal": refusal}
    return render(request, "billing/bill_shipments.html", context)
