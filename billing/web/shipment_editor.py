"""The editor of a shipment: from an order, filled with what is left to ship, or of its own."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.forms import BaseFormSet
from django.http import HttpResponse
from django.shortcuts import redirect, render

from billing.access import get_order_for, get_shipment_for, orders_for
from billing.models import Order, Shipment
from billing.operations.change_shipment import change_shipment
from billing.operations.record_shipment import record_shipment
from billing.operations.shipment_details import ShipmentDetails
from billing.web.shipment_forms import (
    ShipmentForm,
    ShipmentLineForms,
    rows_to_ship,
    shipment_details_from,
    shipment_initial,
)
from billing.web.typed_draft import new_key, typed_key
from customers.access import get_customer_for
from customers.web.listing import customer_choice
from ledger.refusals import Refused
from office.web.doors import staff_door
from office.web.fields import typed_id
from office.web.once import once
from office.web.requests import StaffRequest

EMPTY_LINES = 3


@dataclass(frozen=True)
class TypedShipment:
    """The editor's forms, of a shipment that is kept already or of a new one, perhaps for an order."""

    request: StaffRequest
    form: ShipmentForm
    lines: BaseFormSet
    order: Order | None = None
    shipment: Shipment | None = None

    def is_valid(self) -> bool:
        """Whether both forms can be read; each says where it cannot."""
        return all([self.form.is_valid(), self.lines.is_valid()])

    def details(self) -> ShipmentDetails:
        """What was typed. Raises Http404 for a customer whom this person may not see."""
        get_customer_for(self.request.user, self.form.cleaned_data["customer"])
        return shipment_details_from(self.form, self.lines, self.shipment)


@staff_door("billing.manage_shipments")
@once
def new_shipment(request: StaffRequest) -> HttpResponse:
    """Record a shipment; a link may bring its order or customer along. Sent twice, a form makes one shipment."""
    asked = typed_id(request.GET.get("order", "") or request.POST.get("order", ""))
    order = orders_for(request.user).filter(company=request.company, pk=asked or 0).select_related("customer").first()
    typed = _typed(request, order)
    if request.method == "POST" and typed.is_valid():
        key = typed_key(request.POST)
        try:
            shipment = record_shipment(request.company, typed.details(), by=request.user, form_key=key)
        except Refused as refusal:
            typed.form.add_error(None, refusal.message)
        else:
            messages.success(request, f"{shipment} is recorded.")
            return redirect("billing:shipment", shipment.pk)
    return _page(request, typed)


@staff_door("billing.manage_shipments")
def edit_shipment(request: StaffRequest, shipment_id: int) -> HttpResponse:
    """Change a shipment; refused where somebody else saved meanwhile. The version before is kept."""
    shipment = get_shipment_for(request.user, shipment_id)
    if shipment.is_cancelled or shipment.is_return:
        why = "is cancelled" if shipment.is_cancelled else "is a return: cancel it, and record it anew"
        messages.error(request, f"{shipment} {why}.")
        return redirect("billing:shipment", shipment.pk)
    order = get_order_for(request.user, shipment.order_id) if shipment.order_id else None
    typed = _typed(request, order, shipment)
    if request.method == "POST" and typed.is_valid():
        version, reason = typed_id(request.POST.get("version", "")) or 0, typed.form.cleaned_data["reason"]
        try:
            change_shipment(shipment.pk, typed.details(), version=version, reason=reason, by=request.user)
        except Refused as refusal:
            typed.form.add_error(None, refusal.message)
        else:
            messages.success(request, f"{shipment} is saved.")
            return redirect("billing:shipment", shipment.pk)
    return _page(request, typed)


def _typed(request: StaffRequest, order: Order | None, shipment: Shipment | None = None) -> TypedShipment:
    kwargs: dict[str, Any] = {"prefix": "lines", "company": request.company}
    if request.method == "POST":
        lines = ShipmentLineForms(request.POST, **kwargs)
        return TypedShipment(request, ShipmentForm(request.POST), lines, order, shipment)
    if shipment:
        head, rows = shipment_initial(shipment)
    else:
        customer = order.customer_id if order else request.GET.get("customer")
        head = {"customer": customer, "order": order and order.pk, "shipped_on": request.company.today()}
        rows = rows_to_ship(order) if order else [{"quantity": ""} for _ in range(EMPTY_LINES)]
    return TypedShipment(
        request, ShipmentForm(initial=head), ShipmentLineForms(initial=rows, **kwargs), order, shipment
    )


def _page(request: StaffRequest, typed: TypedShipment) -> HttpResponse:
    context = {
        "form": typed.form,
        "lines": typed.lines,
        "order": typed.order,
        "shipment": typed.shipment,
        "version": request.POST.get("version") or (typed.shipment and typed.shipment.version),
        "key": typed_key(request.POST) or new_key(),
        "customer": customer_choice(request, str(typed.form["customer"].value())),
    }
    return render(request, "billing/shipment_edit.html", context)
