"""The company's own details and logo."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from ledger.money import round_money
from ledger.refusals import Refused
from office.languages import LANGUAGES
from office.models import Company
from office.operations.update_company import set_logo, update_company
from office.web.doors import staff_door
from office.web.requests import StaffRequest
from office.web.settings_map import settings_for

FIELDS = ["legal_name", "street", "postal_code", "city", "region", "country", "tax_id", "registration", "email"]
FIELDS += [
    "phone",
    "contact_name",
    "electronic_address",
    "electronic_address_scheme",
    "language",
    "time_zone",
    "net_days",
    "most_issued_unseen",
    "tax_rounding",
    "payment_reference",
    "creditor_identifier",
    "ach_company_id",
    "debit_notice_days",
    "debit_return_fee",
    "invoice_footer",
    "bills_healthcare",
    "prints_medical_codes",
]


FIELD_OF = {
    "unknown_time_zone": "time_zone",
    "bad_creditor_identifier": "creditor_identifier",
    "bad_ach_company_id": "ach_company_id",
}
"""Beside which field a refusal stands; those about a picture stand beside the logo."""


class CompanyForm(forms.ModelForm):
    """What a company says of itself. Its currency is fixed once it has a book."""

    language = forms.ChoiceField(label="Usual language of papers", choices=LANGUAGES.items())
    logo = forms.FileField(required=False, help_text="PNG or JPEG, up to 1 MB. Printed on documents.")

    class Meta:
        model = Company
        fields = FIELDS

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("debit_return_fee", "most_issued_unseen"):
            if (amount := self.initial.get(name)) is not None:
                self.initial[name] = round_money(amount, self.instance.currency)


@staff_door("office.change_company_settings")
def company_settings(request: StaffRequest) -> HttpResponse:
    """Show and change the company's details."""
    company = Company.objects.get(pk=request.company.pk)
    form = CompanyForm(request.POST or None, request.FILES or None, instance=company)
    if request.method == "POST" and form.is_valid():
        try:
            update_company(company.pk, {name: form.cleaned_data[name] for name in FIELDS}, by=request.user)
            if upload := form.cleaned_data["logo"]:
                set_logo(company.pk, upload.read(), by=request.user)
        except Refused as refusal:
            form.add_error(FIELD_OF.get(refusal.code, "logo"), refusal.message)
        else:
            messages.success(request, "Saved. New documents print these details; issued ones stay as they are.")
            return redirect("office:company_settings")
    context = {"form": form, "company": company, "groups": settings_for(request.user, company)}
    return render(request, "office/company_settings.html", context)


@require_GET
@staff_door("office.change_company_settings")
def logo(request: StaffRequest) -> HttpResponse:
    """The company's logo as stored."""
    if not request.company.logo:
        raise Http404("No logo.")
    return HttpResponse(bytes(request.company.logo), content_type=request.company.logo_type)
