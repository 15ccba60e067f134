"""The editor of an order: the invoice's own line grid, with the days its lines are wanted."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.forms import BaseFormSet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from billing.access import get_order_for
from billing.models import Order, Tax
from billing.operations.change_order import change_order
from billing.operations.details import products_of
from billing.operations.order_details import OrderDetails, fill_order
from billing.operations.record_order import record_order
from billing.tax_choice import taxes_of
from billing.web.forms import line_places, tax_choices
from billing.web.order_forms import OrderForm, OrderLineForms, order_details_from, order_initial
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
class TypedOrder:
    """The editor's forms, of an order that is kept already or of a new one."""

    request: StaffRequest
    form: OrderForm
    lines: BaseFormSet
    order: Order | None = None

    def is_valid(self) -> bool:
        """Whether both forms can be read; each says where it cannot."""
        return all([self.form.is_valid(), self.lines.is_valid()])

    def details(self) -> OrderDetails:
        """What was typed. Raises Http404 for a customer whom this person may not see."""
        get_customer_for(self.request.user, self.form.cleaned_data["customer"])
        return order_details_from(self.form, self.lines, self.order)


@staff_door("billing.manage_orders")
@once
def new_order(request: StaffRequest) -> HttpResponse:
    """Record an order; a link may bring the customer along. Sent twice, a form makes one order."""
    typed = _typed(request)
    if request.method == "POST" and typed.is_valid():
        try:
            order = record_order(request.company, typed.details(), by=request.user, form_key=typed_key(request.POST))
        except Refused as refusal:
            typed.form.add_error(None, refusal.message)
        else:
            messages.success(request, f"{order} is recorded.")
            return redirect("billing:order", order.pk)
    return _page(request, typed)


@staff_door("billing.manage_orders")
def edit_order(request: StaffRequest, order_id: int) -> HttpResponse:
    """Change an order; refused where somebody else saved meanwhile. The version before is kept."""
    order = get_order_for(request.user, order_id)
    if not order.is_open:
        messages.error(request, f"{order} is {order.status}. Open it again first.")
        return redirect("billing:order", order.pk)
    typed = _typed(request, order)
    if request.method == "POST" and typed.is_valid():
        version, reason = typed_id(request.POST.get("version", "")) or 0, typed.form.cleaned_data["reason"]
        try:
            change_order(order.pk, typed.details(), version=version, reason=reason, by=request.user)
        except Refused as refusal:
            typed.form.add_error(None, refusal.message)
        else:
            messages.success(request, f"{order} is saved.")
            return redirect("billing:order", order.pk)
    return _page(request, typed)


@require_POST
@staff_door("billing.manage_orders")
def order_totals(request: StaffRequest) -> HttpResponse:
    """What the typed lines come to, as a piece; nothing is kept."""
    typed = _typed(request)
    context: dict[str, Any] = {}
    if typed.is_valid():
        try:
            details = typed.details()
            company, customer = request.company, get_customer_for(request.user, details.customer_id)
            order = Order(company=company)
            lines = fill_order(order, customer, details, taxes_of(company), products_of(company, [details]))
        except Refused as refusal:
            context = {"error": refusal.message}
        else:
            rows = zip(line_places(typed.lines), lines, details.lines, strict=True)
            context = {
                "order": order,
                "rows": [
                    {"place": place, "line": line, "is_decided": each.unit_price is None} for place, line, each in rows
                ],
            }
    return render(request, "billing/_order_totals.html", context)


def _typed(request: StaffRequest, order: Order | None = None) -> TypedOrder:
    carried = Tax.objects.filter(pk__in=order.lines.values("tax")) if order else None
    taxes = tax_choices(request.company, carried=carried)
    kwargs: dict[str, Any] = {"prefix": "lines", "company": request.company, "form_kwargs": {"taxes": taxes}}
    if request.method == "POST":
        return TypedOrder(request, OrderForm(request.POST), OrderLineForms(request.POST, **kwargs), order)
    if order:
        head, rows = order_initial(order)
    else:
        head = {"customer": request.GET.get("customer"), "ordered_on": request.company.today()}
        rows = [{"quantity": "1", "tax": taxes[0][0]} for _ in range(EMPTY_LINES)]
    return TypedOrder(request, OrderForm(initial=head), OrderLineForms(initial=rows, **kwargs), order)


def _page(request: StaffRequest, typed: TypedOrder) -> HttpResponse:
    context = {
        "form": typed.form,
        "lines": typed.lines,
        "order": typed.order,
        "version": request.POST.get("version") or (typed.order and typed.order.version),
        "key": typed_key(request.POST) or new_key(),
        "customer": customer_choice(request, str(typed.form["customer"].value())),
    }
    return render(request, "billing/order_edit.html", context)
