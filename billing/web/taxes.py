"""The company's tax rates."""

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from billing.models import Tax, TaxCategory
from billing.operations.manage_taxes import TaxDetails, add_tax, retire_tax
from ledger.refusals import Refused
from office.web.doors import staff_door
from office.web.fields import SumField


class TaxForm(forms.Form):
    """A new rate."""

    name = forms.CharField(max_length=60, help_text="As it is printed, such as VAT 20%.")
    percent = SumField(label="Rate in percent", max_digits=9, decimal_places=6)
    category = forms.ChoiceField(choices=TaxCategory.choices)
    reason = forms.CharField(
        label="Why no tax is charged",
        max_length=200,
        required=False,
        help_text="Printed beside the tax. Empty takes the usual words; an exemption needs its own.",
    )


@staff_door("office.change_company_settings")
def tax_list(request: HttpRequest) -> HttpResponse:
    """The rates in use, and a form for a new one."""
    form = TaxForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            tax = add_tax(request.company, TaxDetails(**form.cleaned_data), by=request.user)
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, f"{tax} can be used on new lines.")
            return redirect("billing:tax_list")
    taxes = Tax.objects.filter(company=request.company).order_by("-is_active", "-percent", "name")
    return render(request, "billing/tax_list.html", {"form": form, "taxes": taxes})


@require_POST
@staff_door("office.change_company_settings")
def retire(request: HttpRequest, tax_id: int) -> HttpResponse:
    """Offer a rate no more."""
    tax = Tax.objects.filter(company=request.company, pk=tax_id).first()
    if tax is None:
        raise Http404("No such tax.")
    retire_tax(tax.pk, by=request.user)
    messages.success(request, f"{tax} is offered no more. Documents that carry it keep it.")
    return redirect("billing:tax_list")
