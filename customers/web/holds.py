"""Holds: those of one customer, placing one and releasing one."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from customers.access import get_customer_for, get_hold_for
from customers.exposure import exposure_of
from customers.models import hold_policy_of
from customers.operations.place_hold import place_hold
from customers.operations.release_hold import LONGEST_QUIET, release_hold
from ledger.refusals import Refused
from office.approvals import ApprovalNeeded
from office.web.approvals import send_for_approval
from office.web.doors import staff_door


class ReleaseForm(forms.Form):
    """Why they are billed again, and for how long no rule stops that."""

    reason = forms.CharField(max_length=300)
    quiet_days = forms.IntegerField(required=False, min_value=0, max_value=LONGEST_QUIET)


@require_GET
@staff_door("customers.view_customer")
def customer_holds(request: HttpRequest, customer_id: int) -> HttpResponse:
    """The holds of a customer, those that stand first, and what can be done with them."""
    customer = get_customer_for(request.user, customer_id)
    today = customer.company.today()
    holds = customer.holds.select_related("placed_by", "released_by", "approved_by").order_by("-pk")
    context = {
        "customer": customer,
        "standing": [hold for hold in holds if not hold.released_on],
        "released": [hold for hold in holds if hold.released_on],
        "exposure": exposure_of(customer, today),
        "is_temporary": customer.temporary_limit_until is not None and today <= customer.temporary_limit_until,
        "policy": hold_policy_of(customer.company),
    }
    return render(request, "customers/customer_holds.html", context)


@require_GET
@staff_door("customers.view_customer")
def hold_page(request: HttpRequest, hold_id: int) -> HttpResponse:
    """One hold, among the others of its customer."""
    hold = get_hold_for(request.user, hold_id)
    return redirect(f"{reverse('customers:customer_holds', args=[hold.customer_id])}#hold-{hold.pk}")


@require_POST
@staff_door("customers.place_hold")
def place(request: HttpRequest, customer_id: int) -> HttpResponse:
    """Put a customer on hold, by hand."""
    customer = get_customer_for(request.user, customer_id)
    try:
        place_hold(customer.pk, request.POST.get("reason", ""), on=customer.company.today(), by=request.user)
    except Refused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, f"{customer.name} is on hold: what is drafted for them waits.")
    return redirect("customers:customer_holds", customer.pk)


@require_POST
@staff_door("customers.release_hold")
def release(request: HttpRequest, hold_id: int) -> HttpResponse:
    """Release a hold, or ask somebody else to say yes to it."""
    hold = get_hold_for(request.user, hold_id)
    form = ReleaseForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Say why they are billed again, and a number of days from 0 to 366.")
        return redirect("customers:customer_holds", hold.customer_id)
    try:
        release_hold(hold.pk, **form.cleaned_data, on=hold.company.today(), by=request.user)
    except ApprovalNeeded as needed:
        send_for_approval(request, needed)
    except Refused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, "Released.")
    return redirect("customers:customer_holds", hold.customer_id)
