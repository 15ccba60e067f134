"""A customer's certificates of exemption."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from billing.models import Tax, TaxExemption
from billing.operations.manage_exemptions import ExemptionDetails, add_exemption, end_exemption
from customers.access import customers_for, get_customer_for
from customers.models import Customer
from ledger.refusals import Refused
from office.web.doors import staff_door
from office.web.fields import set_choices
from office.web.requests import StaffRequest


class ExemptionForm(forms.Form):
    """A certificate as typed."""

    certificate = forms.CharField(label="Number of the certificate", max_length=60)
    tax_id = forms.TypedChoiceField(label="Bill with", coerce=int)
    valid_from = forms.DateField(label="First day", widget=forms.DateInput(attrs={"type": "date"}))
    valid_until = forms.DateField(
        label="Last day",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text="Empty: until it is withdrawn.",
    )

    def __init__(self, *args: Any, customer: Customer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        taxes = Tax.objects.filter(company=customer.company_id, needs_certificate=True, is_active=True)
        offered = [(tax.pk, tax.name) for tax in taxes]
        set_choices(self, "tax_id", offered)
        self.has_taxes = bool(offered)


@staff_door("billing.manage_exemptions")
def exemption_list(request: StaffRequest, customer_id: int) -> HttpResponse:
    """The certificates a customer has shown, and a form for the next."""
    customer = get_customer_for(request.user, customer_id)
    form = ExemptionForm(request.POST or None, customer=customer)
    if request.method == "POST" and form.is_valid():
        try:
            exemption = add_exemption(customer.pk, ExemptionDetails(**form.cleaned_data), by=request.user)
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, f"Certificate {exemption.certificate} is noted.")
            return redirect("billing:exemption_list", customer.pk)
    context = {
        "customer": customer,
        "exemptions": customer.tax_exemptions.select_related("tax"),
        "form": form,
        "today": customer.company.today(),
        "has_taxes": form.has_taxes,
    }
    return render(request, "billing/exemption_list.html", context)


@require_POST
@staff_door("billing.manage_exemptions")
def end(request: StaffRequest, exemption_id: int) -> HttpResponse:
    """Let a certificate end today."""
    scope = TaxExemption.objects.filter(customer__in=customers_for(request.user))
    exemption = scope.select_related("customer__company").filter(pk=exemption_id).first()
    if exemption is None:
        raise Http404("No such certificate.")
    try:
        end_exemption(exemption.pk, last_day=exemption.customer.company.today(), by=request.user)
    except Refused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, f"Certificate {exemption.certificate} holds until today.")
    return redirect("billing:exemption_list", exemption.customer_id)
