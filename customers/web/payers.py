"""Who pays for a customer."""

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from customers.access import get_customer_for
from customers.operations.declare_payer import declare_payer
from customers.payers import payer_of
from customers.web.listing import customer_choice
from ledger.refusals import Refused
from office.web.doors import staff_door
from office.web.requests import StaffRequest


class PayerForm(forms.Form):
    """The customer who pays; empty for nobody else."""

    customer = forms.IntegerField(required=False, max_value=2**63 - 1)


@staff_door("customers.update_customer")
def payer(request: StaffRequest, customer_id: int) -> HttpResponse:
    """Say who pays what a customer owes."""
    customer = get_customer_for(request.user, customer_id)
    declared = payer_of(customer)
    form = PayerForm(request.POST or None, initial={"customer": declared and declared.payer_id})
    if request.method == "POST" and form.is_valid():
        chosen = form.cleaned_data["customer"]
        wanted = get_customer_for(request.user, chosen).pk if chosen else None
        try:
            declare_payer(customer.pk, wanted, by=request.user)
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, "Saved. It holds for what is applied from now on.")
            return redirect("customers:customer", customer.pk)
    context = {
        "customer": customer,
        "form": form,
        "payer": customer_choice(request, str(form["customer"].value() or "")),
    }
    return render(request, "customers/payer.html", context)
