"""Holds: those of one customer, placing one and releasing one."""

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from customers.access import get_customer_for, get_hold_for, holds_for
from customers.exposure import exposure_of
from customers.holds import in_hold_state
from customers.models import CreditHold, HoldCause, hold_policy_of
from customers.operations.change_credit_limit import LimitDetails, change_credit_limit
from customers.operations.place_hold import place_hold
from customers.operations.release_hold import LONGEST_QUIET, release_hold
from customers.search import fold
from ledger.refusals import Refused
from office.approvals.asking import ApprovalNeeded
from office.web.approvals import send_for_approval
from office.web.doors import staff_door
from office.web.fields import SumField
from office.web.lists import Choice, Column, DateRange, Empty, ListSpec, list_page
from office.web.requests import StaffRequest


def _releaser(hold: CreditHold) -> str:
    return str(hold.released_by or "Duebook") if hold.released_on else ""


MOST = 50
"""So many changes of a limit are shown."""
STATES = (("on_hold", "On hold"), ("released", "Released"))

HOLDS = ListSpec(
    name="holds",
    title="Holds",
    columns=(
        Column(
            "customer",
            "Customer",
            "customer.name",
            sort="customer__sort_name",
            url=lambda row: reverse("customers:customer_holds", args=[row.customer_id]),
            note=lambda row: row.customer.number,
        ),
        Column("state", "State", "state", "state"),
        Column("cause", "Cause", "get_cause_display", sort="cause", hide_below="phone"),
        Column("words", "Why", "words", note=lambda row: row.release_reason),
        Column("placed_on", "Since", "placed_on", "day", sort="placed_on"),
        Column("placed_by", "Placed by", lambda row: row.placed_by or "Duebook", hide_below="tablet"),
        Column("released_on", "Released", "released_on", "day", hide_below="tablet"),
        Column("released_by", "Released by", _releaser, hide_below="tablet"),
        Column("quiet_until", "Quiet until", "quiet_until", "day", hide_below="tablet"),
    ),
    order="-placed_on",
    filters=(
        Choice("state", "State", lambda rows, state: in_hold_state(rows, state), STATES),
        Choice("cause", "Cause", "cause", HoldCause.choices),
        DateRange("day", "Since", "placed_on"),
    ),
    search=("customer__search_text",),
    search_hint="Customer",
    fold=fold,
    empty=Empty(
        "Nobody is or was on hold",
        "To a customer on hold nothing more is billed. Put one on hold on their page, or say in Settings "
        "when it is done by rule.",
        "lock",
    ),
)


class LimitForm(forms.Form):
    """A new limit; empty for none."""

    limit = SumField(required=False, min_value=0, max_digits=19, decimal_places=4)
    until = forms.DateField(required=False)
    reason = forms.CharField(max_length=300)


class ReleaseForm(forms.Form):
    """Why they are billed again, and for how long no rule stops that."""

    reason = forms.CharField(max_length=300)
    quiet_days = forms.IntegerField(required=False, min_value=0, max_value=LONGEST_QUIET)


@require_GET
@staff_door("customers.view_customer")
def hold_list(request: StaffRequest) -> HttpResponseBase:
    """Who is on hold and who was, the newest first."""
    rows = holds_for(request.user).filter(company=request.company)
    rows = rows.select_related("customer", "placed_by", "released_by")
    return list_page(request, HOLDS, rows, template="customers/hold_list.html")


@require_GET
@staff_door("customers.view_customer")
def customer_holds(request: StaffRequest, customer_id: int) -> HttpResponse:
    """The holds of a customer, those that stand first, and what can be done with them."""
    customer = get_customer_for(request.user, customer_id)
    today = customer.company.today()
    holds = customer.holds.select_related("placed_by", "released_by", "approved_by").order_by("-pk")
    context = {
        "customer": customer,
        "standing": [hold for hold in holds if not hold.released_on],
        "released": [hold for hold in holds if hold.released_on],
        "changes": customer.limit_changes.select_related("changed_by", "approved_by")[:MOST],
        "exposure": exposure_of(customer, today),
        "is_temporary": customer.temporary_limit_until is not None and today <= customer.temporary_limit_until,
        "policy": hold_policy_of(customer.company),
        "release_words": "Release" if request.user.has_perm("customers.release_hold") else "Ask for release",
    }
    return render(request, "customers/customer_holds.html", context)


@require_GET
@staff_door("customers.view_customer")
def hold_page(request: StaffRequest, hold_id: int) -> HttpResponse:
    """One hold, among the others of its customer."""
    hold = get_hold_for(request.user, hold_id)
    return redirect(f"{reverse('customers:customer_holds', args=[hold.customer_id])}#hold-{hold.pk}")


@require_POST
@staff_door("customers.place_hold")
def place(request: StaffRequest, customer_id: int) -> HttpResponse:
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
@staff_door("customers.ask_release")
def release(request: StaffRequest, hold_id: int) -> HttpResponse:
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


@require_POST
@staff_door("customers.change_credit_limit")
def change_limit(request: StaffRequest, customer_id: int) -> HttpResponse:
    """Change a credit limit, or ask somebody else to say yes to it."""
    customer = get_customer_for(request.user, customer_id)
    form = LimitForm(request.POST)
    if not form.is_valid():
        messages.error(request, " ".join(f"{form[name].label}: {words[0]}" for name, words in form.errors.items()))
        return redirect("customers:customer_holds", customer.pk)
    details = LimitDetails(form.cleaned_data["limit"], form.cleaned_data["until"])
    try:
        change_credit_limit(
            customer.pk, details, reason=form.cleaned_data["reason"], on=customer.company.today(), by=request.user
        )
    except ApprovalNeeded as needed:
        send_for_approval(request, needed)
    except Refused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, "The limit is changed.")
    return redirect("customers:customer_holds", customer.pk)
