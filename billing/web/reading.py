"""Uploading an e-invoice to make a draft of it."""

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from billing.operations.read_einvoice import read_einvoice
from customers.web.listing import customer_choice
from ledger.fields import EXCHANGE_RATE
from ledger.refusals import Refused
from office.web.doors import staff_door
from office.web.fields import SumField
from office.web.requests import StaffRequest


class ReadForm(forms.Form):
    """The file, and what it may not tell."""

    file = forms.FileField(help_text="UBL or CII as XML, or a Factur-X or ZUGFeRD PDF, up to 20 MB.")
    customer = forms.IntegerField(required=False)
    exchange_rate = SumField(required=False, help_text="Only for a file in a foreign currency.", **EXCHANGE_RATE)


@staff_door("billing.draft_invoice")
def read_page(request: StaffRequest) -> HttpResponse:
    """Take a file in, and open the draft made of it."""
    form = ReadForm(request.POST or None, request.FILES or None)
    customer = customer_choice(request, str(form["customer"].value() or ""))
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            draft = read_einvoice(
                request.company,
                data["file"].read(),
                by=request.user,
                customer_id=customer.pk if customer else None,
                exchange_rate=data["exchange_rate"],
            )
        except Refused as refusal:
            form.add_error("customer" if refusal.code == "einvoice_customer_unknown" else None, refusal.message)
        else:
            messages.success(request, f"{data['file'].name} is a draft now. Nothing is issued yet.")
            return redirect("billing:invoice", draft.pk)
    return render(request, "billing/read_einvoice.html", {"form": form, "customer": customer})
