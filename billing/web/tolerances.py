"""By how much what is billed may pass what was ordered."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from billing.models import Product, Tolerance
from billing.operations.set_tolerance import ToleranceDetails, set_tolerance
from customers.models import Customer
from ledger.refusals import Refused
from office.models import Company
from office.web.doors import staff_door
from office.web.fields import SumField
from office.web.requests import StaffRequest


def _percent(label: str, help_text: str = "") -> SumField:
    return SumField(
        label=label, required=False, help_text=help_text, min_value=0, max_value=100, max_digits=9, decimal_places=6
    )


class ToleranceForm(forms.Form):
    """Of whom and what, and the percents."""

    customer = forms.CharField(label="Customer's number", max_length=30, required=False, help_text="Empty: all.")
    product = forms.CharField(label="Product's code", max_length=40, required=False, help_text="Empty: all.")
    quantity_percent = _percent("Quantity, in percent")
    price_percent = _percent("Price, in percent")
    amount_percent = _percent("Amount of an order, in percent", "Of all its lines together, or of a blanket order.")

    def __init__(self, *args: Any, company: Company, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.company = company

    def clean_customer(self) -> Customer | None:
        """The customer of the number."""
        number = self.cleaned_data["customer"].strip()
        if not number:
            return None
        found = Customer.objects.filter(company=self.company, number=number).first()
        if found is None:
            raise forms.ValidationError(f"No customer has the number {number}.")
        return found

    def clean_product(self) -> Product | None:
        """The product of the code."""
        code = self.cleaned_data["product"].strip()
        if not code:
            return None
        found = Product.objects.filter(company=self.company, code=code).first()
        if found is None:
            raise forms.ValidationError(f"No product has the code {code}.")
        return found


@staff_door("office.change_company_settings")
def tolerance_list(request: StaffRequest) -> HttpResponse:
    """All tolerances, the widest first, and a form to set one."""
    form = ToleranceForm(request.POST or None, company=request.company)
    if request.method == "POST" and form.is_valid():
        data = dict(form.cleaned_data)
        whose = {"customer": data.pop("customer"), "product": data.pop("product")}
        try:
            set_tolerance(request.company, ToleranceDetails(**data), **whose, by=request.user)
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, "Kept. It holds from now on.")
            return redirect("billing:tolerance_list")
    rows = Tolerance.objects.filter(company=request.company).select_related("customer", "product")
    ordered = rows.order_by("customer__sort_name", "product__sort_name", "pk")
    return render(request, "billing/tolerance_list.html", {"form": form, "tolerances": ordered})


@require_POST
@staff_door("office.change_company_settings")
def remove(request: StaffRequest, tolerance_id: int) -> HttpResponse:
    """Say nothing of its own there any more."""
    rows = Tolerance.objects.filter(company=request.company).select_related("customer", "product")
    row = rows.filter(pk=tolerance_id).first()
    if row is None:
        raise Http404("No such tolerance.")
    try:
        set_tolerance(request.company, ToleranceDetails(), customer=row.customer, product=row.product, by=request.user)
        messages.success(request, "Removed. What is set for all around it holds.")
    except Refused as refusal:
        messages.error(request, refusal.message)
    return redirect("billing:tolerance_list")
