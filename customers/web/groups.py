"""Groups of customers."""

from django import forms
from django.contrib import messages
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import redirect, render

from customers.models import CustomerGroup
from customers.operations.add_customer_group import add_customer_group
from ledger.refusals import Refused
from office.web.doors import staff_door
from office.web.requests import StaffRequest


class GroupForm(forms.Form):
    """A new group."""

    name = forms.CharField(max_length=100)


@staff_door("customers.update_customer")
def group_list(request: StaffRequest) -> HttpResponse:
    """The groups with how many customers are in each, and a form for a new one."""
    form = GroupForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            group = add_customer_group(request.company, form.cleaned_data["name"], by=request.user)
        except Refused as refusal:
            form.add_error("name", refusal.message)
        else:
            messages.success(request, f"Customers can be put into {group} now.")
            return redirect("customers:group_list")
    groups = CustomerGroup.objects.filter(company=request.company).annotate(size=Count("customers"))
    return render(request, "customers/group_list.html", {"form": form, "groups": groups})
