"""Who would be charged what for paying late, and charging some of them or all."""

from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from credit_control.operations.claim_many import start_claiming
from credit_control.proposals import late_customers, proposals_for
from customers.access import customers_for
from customers.models import Customer
from ledger.refusals import Refused
from office.web.doors import staff_door
from office.web.fields import typed_id
from office.web.requests import StaffRequest

MOST_SHOWN = 200


class DayForm(forms.Form):
    """Up to which day."""

    on = forms.DateField(label="Up to and with", widget=forms.DateInput(attrs={"type": "date"}))


@staff_door("credit_control.claim_late_charges")
def claim_page(request: StaffRequest) -> HttpResponse:
    """The preview; sent, it charges those who were chosen, or all of them."""
    today = request.company.today()
    typed = request.POST if request.method == "POST" else request.GET
    form = DayForm(typed if "on" in typed else None, initial={"on": today})
    on = form.cleaned_data["on"] if form.is_bound and form.is_valid() else today
    try:
        late = _late(request, on)
    except Refused as refusal:
        form.add_error("on", refusal.message)
        late = []
    if request.method == "POST" and form.is_bound and form.is_valid():
        chosen = late if request.POST.get("all") else _chosen(request, late)
        try:
            run = start_claiming(request.company, chosen, on=on, by=request.user)
        except Refused as refusal:
            messages.error(request, refusal.message)
        else:
            return redirect("office:run", run.pk)
    context = {"form": form, "on": on} | _shown(request, late, on)
    return render(request, "credit_control/claim.html", context)


def _late(request: StaffRequest, on: date) -> list[int]:
    """The customers this person sees of whom something was late; only one where the address names them."""
    seen = customers_for(request.user).filter(company=request.company)
    if one := typed_id(request.GET.get("customer", "")):
        seen = seen.filter(pk=one)
    late = set(late_customers(request.company, on))
    return [pk for pk in seen.order_by("sort_name", "pk").values_list("pk", flat=True) if pk in late]


def _chosen(request: StaffRequest, late: list[int]) -> set[int]:
    return {pk for text in request.POST.getlist("customer") if (pk := typed_id(text)) in late}


def _shown(request: StaffRequest, late: list[int], on: date) -> dict[str, Any]:
    customers = Customer.objects.filter(pk__in=late[:MOST_SHOWN]).select_related("company")
    rows = proposals_for(request.company, customers, on) if late else []
    return {
        "will": [row for row in rows if not row.why_not],
        "will_not": [row for row in rows if row.why_not],
        "count": len(late),
        "most": MOST_SHOWN,
    }
