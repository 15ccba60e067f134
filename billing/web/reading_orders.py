"""Uploading a UBL order or despatch advice to keep it as an order or a shipment."""

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from billing.models import Order
from billing.operations.read_ubl_order import read_ubl_order
from customers.web.listing import customer_choice
from ledger.refusals import Refused
from office.web.doors import staff_door
from office.web.requests import StaffRequest


class ReadForm(forms.Form):
    """The file, and the customer where the file does not tell for certain."""

    file = forms.FileField(help_text="An Order or a DespatchAdvice as UBL 2.1, such as Peppol sends it.")
    customer = forms.IntegerField(required=False)


@staff_door("billing.import_orders")
def read_page(request: StaffRequest) -> HttpResponse:
    """Take a file in, and open the order or shipment that it is now."""
    form = ReadForm(request.POST or None, request.FILES or None)
    customer = customer_choice(request, str(form["customer"].value() or ""))
    if request.method == "POST" and form.is_valid():
        file, chosen = form.cleaned_data["file"], customer.pk if customer else None
        try:
            paper = read_ubl_order(request.company, file.read(), by=request.user, customer_id=chosen)
        except Refused as refusal:
            form.add_error("customer" if refusal.code == "order_customer_unknown" else None, refusal.message)
        else:
            messages.success(request, f"{file.name} is {paper} now.")
            return redirect("billing:order" if isinstance(paper, Order) else "billing:shipment", paper.pk)
    return render(request, "billing/read_order.html", {"form": form, "customer": customer})
