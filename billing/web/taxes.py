"""The company's taxes and their rates."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from billing.models import DatedRate, RateKind, Tax, TaxCategory
from billing.operations.manage_taxes import RateDetails, TaxDetails, add_rate, add_tax, remove_rate, retire_tax
from ledger.models import Account, AccountRole
from ledger.refusals import Refused
from office.access import found
from office.models import Company
from office.web.doors import staff_door
from office.web.fields import SumField, set_choices
from office.web.requests import StaffRequest


class RateForm(forms.Form):
    """A rate as typed."""

    name = forms.CharField(label="Printed as", max_length=60, required=False, help_text="Empty: as the tax is named.")
    percent = SumField(label="Rate in percent", max_digits=9, decimal_places=6)
    category = forms.ChoiceField(choices=TaxCategory.choices)
    kind = forms.ChoiceField(label="How it counts", choices=RateKind.choices)
    reason = forms.CharField(
        label="Why no tax is charged",
        max_length=200,
        required=False,
        help_text="Printed beside the tax. Empty takes the usual words; an exemption needs its own.",
    )
    account_id = forms.TypedChoiceField(label="Account", required=False, coerce=int, empty_value=None)
    valid_from = forms.DateField(
        label="First day",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text="Empty: since ever.",
    )
    valid_until = forms.DateField(
        label="Last day",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text="Empty: until the next rate begins.",
    )

    def __init__(self, *args: Any, company: Company, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        accounts = Account.objects.filter(company_id=company.pk, role=AccountRole.TAX, is_active=True)
        set_choices(self, "account_id", [("", "The usual one"), *((account.pk, account) for account in accounts)])

    def details(self) -> RateDetails:
        """The valid form as details for the operations."""
        return RateDetails(**{name: self.cleaned_data[name] for name in RateForm.base_fields})


class TaxForm(RateForm):
    """A new tax with its first rate."""

    tax_name = forms.CharField(label="Name", max_length=60, help_text="As it is chosen, such as VAT 20%.")
    needs_certificate = forms.BooleanField(
        label="Only with a certificate of exemption",
        required=False,
        help_text="Such a tax is billed only while the customer's certificate holds.",
    )
    field_order = ["tax_name", "percent", "category", "reason"]


class NextRateForm(RateForm):
    """A rate for one of a tax's parts, or for one more."""

    part = forms.TypedChoiceField(coerce=int)
    field_order = ["part", "percent", "valid_from", "valid_until", "name", "category", "kind", "reason", "account_id"]

    def __init__(self, *args: Any, tax: Tax, **kwargs: Any) -> None:
        super().__init__(*args, company=tax.company, **kwargs)
        parts = {rate.part: f"{rate.name}, from a day on" for rate in tax.rates.all()}
        set_choices(self, "part", [*parts.items(), (len(parts) + 1, "One more beside it")])


@staff_door("office.change_company_settings")
def tax_list(request: StaffRequest) -> HttpResponse:
    """The taxes in use, and a form for a new one."""
    form = TaxForm(request.POST or None, company=request.company)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            details = TaxDetails(data["tax_name"], [form.details()], data["needs_certificate"])
            tax = add_tax(request.company, details, by=request.user)
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, f"{tax} can be used on new lines.")
            return redirect("billing:tax_list")
    today = request.company.today()
    taxes = Tax.objects.filter(company=request.company).order_by("-is_active", "name").prefetch_related("rates")
    rows = [(tax, tax.rates_on(today)) for tax in taxes]
    return render(request, "billing/tax_list.html", {"form": form, "rows": rows})


@staff_door("office.change_company_settings")
def tax_page(request: StaffRequest, tax_id: int) -> HttpResponse:
    """One tax with the rates of its parts, past and to come, and a form for the next."""
    tax = _tax_of(request, tax_id)
    form = NextRateForm(request.POST or None, tax=tax)
    if request.method == "POST" and form.is_valid():
        try:
            rate = add_rate(tax.pk, form.cleaned_data["part"], form.details(), by=request.user)
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, f"{rate} holds from {rate.valid_from or 'ever'}.")
            return redirect("billing:tax", tax.pk)
    holding = tax.rates_on(request.company.today())
    return render(request, "billing/tax.html", {"tax": tax, "form": form, "holding": holding})


@require_POST
@staff_door("office.change_company_settings")
def take_back_rate(request: StaffRequest, rate_id: int) -> HttpResponse:
    """Take back a rate that was added by mistake."""
    rate = DatedRate.objects.filter(tax__company=request.company, pk=rate_id).first()
    if rate is None:
        raise Http404("No such rate.")
    try:
        remove_rate(rate.pk, by=request.user)
    except Refused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, f"{rate} is gone. What is issued keeps it.")
    return redirect("billing:tax", rate.tax_id)


@require_POST
@staff_door("office.change_company_settings")
def retire(request: StaffRequest, tax_id: int) -> HttpResponse:
    """Offer a tax no more."""
    tax = retire_tax(_tax_of(request, tax_id).pk, by=request.user)
    messages.success(request, f"{tax} is offered no more. Documents that carry it keep it.")
    return redirect("billing:tax_list")


def _tax_of(request: StaffRequest, tax_id: int) -> Tax:
    return found(Tax.objects.filter(company=request.company, pk=tax_id).select_related("company"), "tax")
