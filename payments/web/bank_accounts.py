"""Where customers pay to."""

from django import forms
from django.contrib import messages
from django.forms import formset_factory
from django.http import HttpResponse
from django.shortcuts import redirect, render

from ledger.refusals import Refused
from office.dressing import dressed
from office.models import BankAccount
from office.swiss_payments import slip_note
from office.web.doors import CHANGES, staff_door
from office.web.requests import StaffRequest
from payments.operations.set_bank_accounts import BankDetails, set_bank_accounts


class BankForm(forms.Form):
    """One account; a row left empty is none."""

    name = forms.CharField(max_length=100, required=False)
    holder = forms.CharField(max_length=100, required=False)
    iban = forms.CharField(label="IBAN or account number", max_length=40, required=False)
    bic = forms.CharField(label="BIC or routing number", max_length=20, required=False)
    currency = forms.CharField(max_length=3, required=False, help_text="Empty: the company's own.")


BankForms = formset_factory(BankForm, extra=1, max_num=20, absolute_max=200)


@staff_door("office.change_company_settings", recently_known=CHANGES)
def bank_accounts(request: StaffRequest) -> HttpResponse:
    """The accounts printed on documents, by currency."""
    rows = BankAccount.objects.filter(company=request.company).order_by("id").values(*BankForm.base_fields)
    forms_ = BankForms(request.POST or None, initial=list(rows), prefix="accounts")
    error = ""
    if request.method == "POST" and forms_.is_valid():
        filled = [each.cleaned_data for each in forms_ if any(each.cleaned_data.values())]
        details = [BankDetails(**row | {"currency": row["currency"].upper()}) for row in filled]
        try:
            set_bank_accounts(request.company.pk, details, by=request.user)
        except Refused as refusal:
            error = refusal.message
        else:
            messages.success(request, "Saved. New documents print these accounts.")
            return redirect("payments:bank_accounts")
    for form, row in zip(forms_, rows, strict=False):
        dressed(form, note=slip_note(request.company, row["holder"], row["iban"], row["currency"]))
    return render(request, "payments/bank_accounts.html", {"forms": forms_, "error": error})
