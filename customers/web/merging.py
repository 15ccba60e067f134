"""Making two customers one."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from customers.access import get_customer_for
from customers.models import Customer
from customers.operations.merge_customers import merge_customers, what_merging_moves
from customers.queries import owed_now
from customers.web.listing import customer_choice
from ledger.refusals import Refused
from office.web.doors import staff_door
from office.web.requests import StaffRequest


class MergeForm(forms.Form):
    """Why they are the same, and the old number once more, as nothing brings it back."""

    reason = forms.CharField(max_length=300)
    number = forms.CharField(max_length=30)

    def __init__(self, *args: Any, gone: Customer, **options: Any) -> None:
        super().__init__(*args, **options)
        self.gone = gone

    def clean_number(self) -> str:
        number: str = self.cleaned_data["number"].strip()
        if number != self.gone.number:
            raise forms.ValidationError(f"Type {self.gone.number}, the number that will be in use no more.")
        return number


@staff_door("customers.merge_customers")
def merge(request: StaffRequest, customer_id: int) -> HttpResponse:
    """Choose who is the same as this customer, see what moves, and make them one."""
    kept = get_customer_for(request.user, customer_id)
    gone = customer_choice(request, request.POST.get("with") or request.GET.get("with", ""))
    if gone is None:
        return render(request, "customers/merge.html", {"customer": kept})
    form = MergeForm(request.POST or None, gone=gone)
    moved, refusal = [], ""
    try:
        if request.method == "POST" and form.is_valid():
            merge_customers(gone.pk, kept.pk, reason=form.cleaned_data["reason"], by=request.user)
            messages.success(request, f"{gone} is part of {kept} now.")
            return redirect("customers:customer", kept.pk)
        moved = what_merging_moves(gone.pk, kept.pk)
    except Refused as refused:
        refusal = refused.message
    today = kept.company.today()
    context = {
        "customer": kept,
        "gone": gone,
        "form": form,
        "moved": moved,
        "refusal": refusal,
        "both": [(each, owed_now(each, today), each.contacts.all(), each.addresses.all()) for each in (kept, gone)],
    }
    return render(request, "customers/merge.html", context)
