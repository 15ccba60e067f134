"""Handing debts to a collection agency: who is to be decided on, the hand-overs, and each with its file."""

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from credit_control.access import get_hand_over_for, hand_overs_for
from credit_control.agency_file import agency_zip
from credit_control.hand_overs import STATES, agencies_of, open_items_of, to_decide, warned, why_not_handed, with_state
from credit_control.models import HandOverOutcome
from credit_control.operations.hand_to_agency import HandOverDetails, end_hand_over, hand_to_agency
from credit_control.web.downloads import download
from customers.access import customers_for, get_customer_for
from customers.search import fold
from ledger.agreed_days import with_late
from ledger.refusals import Refused
from office.web.doors import staff_door
from office.web.fields import typed_currency, typed_id
from office.web.lists import Choice, Column, DateRange, Empty, ListSpec, list_page
from office.web.requests import StaffRequest

READ, ACT = "credit_control.view_handover", "credit_control.hand_over"
HAND_OVERS = ListSpec(
    name="hand-overs",
    title="Hand-overs to agencies",
    columns=(
        Column(
            "hand_over",
            "Hand-over",
            "pk",
            "number",
            sort="pk",
            url=lambda row: reverse("credit_control:hand_over", args=[row.pk]),
        ),
        Column(
            "customer",
            "Customer",
            "customer.name",
            sort="customer__sort_name",
            url=lambda row: reverse("customers:customer", args=[row.customer_id]),
        ),
        Column("state", "State", "state", "state"),
        Column("agency", "Agency", "agency", sort="agency", hide_below="tablet"),
        Column("handed_on", "Handed over", "handed_on", "day", sort="handed_on", hide_below="phone"),
        Column("amount", "Amount", "amount", "money", sort="amount", total="amount"),
        Column("open", "Open", "open", "money", sort="open", total="open", hide_below="phone"),
    ),
    order="-hand_over",
    filters=(Choice("state", "State", "state", STATES), DateRange("day", "Handed over", "handed_on")),
    search=("customer__search_text", "agency"),
    search_hint="Customer or agency",
    fold=fold,
    empty=Empty(
        "Nothing was handed to an agency",
        "When a final notice brings nothing, hand what is open over from the customer's page, or write it off.",
        "gavel",
    ),
)


class HandOverForm(forms.Form):
    """To whom, and a word along."""

    agency = forms.CharField(label="Agency", max_length=100)
    note = forms.CharField(label="Note", max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2}))
    was_warned = forms.BooleanField(
        label="They were warned in another way",
        required=False,
        help_text="For what no final notice of ours was about.",
    )


@require_GET
@staff_door(READ)
def hand_over_list(request: StaffRequest) -> HttpResponseBase:
    """Who is to be decided on, and what was handed over."""
    rows = with_state(hand_overs_for(request.user).filter(company=request.company)).select_related("customer")
    seen = set(customers_for(request.user).values_list("pk", flat=True))
    waiting = [row for row in to_decide(request.company, request.company.today()) if row[0] in seen]
    template = "credit_control/hand_over_list.html"
    return list_page(request, HAND_OVERS, rows, template=template, to_decide=waiting)


@staff_door(ACT)
def hand_over_page(request: StaffRequest, customer_id: int) -> HttpResponse:
    """Choose what goes to which agency."""
    customer = get_customer_for(request.user, customer_id)
    currency = typed_currency(request, customer.currency)
    form = HandOverForm(request.POST or None)
    chosen = [pk for text in request.POST.getlist("item") if (pk := typed_id(text))]
    if request.method == "POST" and form.is_valid():
        details = HandOverDetails(item_ids=chosen, **form.cleaned_data)
        try:
            made = hand_to_agency(customer.pk, details, on=customer.company.today(), by=request.user)
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, f"Handed to {made.agency}. Nobody here reminds of it any more.")
            return redirect("credit_control:hand_over", made.pk)
    items = list(with_late(open_items_of(customer.pk, currency), customer.company.today()))
    ids = [item.pk for item in items]
    told, out = warned(ids), agencies_of(ids)
    context = {
        "customer": customer,
        "form": form,
        "currency": currency,
        "today": customer.company.today(),
        "items": [(item, item.pk in told, out.get(item.pk)) for item in items],
        "marked": set(chosen) or told - set(why_not_handed(customer.company, items, customer.company.today())),
    }
    return render(request, "credit_control/hand_over_new.html", context)


@require_GET
@staff_door(READ)
def hand_over_one(request: StaffRequest, hand_over_id: int) -> HttpResponse:
    """One hand-over, with what came in since."""
    made = get_hand_over_for(request.user, hand_over_id)
    context = {
        "hand_over": made,
        "figures": with_state(hand_overs_for(request.user)).get(pk=made.pk),
        "items": made.items.select_related("item"),
        "outcomes": HandOverOutcome.choices,
    }
    return render(request, "credit_control/hand_over.html", context)


@require_GET
@staff_door(ACT)
def agency_file(request: StaffRequest, hand_over_id: int) -> HttpResponse:
    """The agency's ZIP."""
    made = get_hand_over_for(request.user, hand_over_id)
    return download(agency_zip(made, request.user), "application/zip", f"hand-over-{made.pk}.zip")


@require_POST
@staff_door(ACT)
def end(request: StaffRequest, hand_over_id: int) -> HttpResponse:
    """End it, with its outcome."""
    made = get_hand_over_for(request.user, hand_over_id)
    outcome, note = request.POST.get("outcome", ""), request.POST.get("note", "")
    try:
        end_hand_over(made.pk, outcome, on=made.company.today(), by=request.user, note=note)
    except Refused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, "Ended. What is open of it is ours to ask for again.")
    return redirect("credit_control:hand_over", made.pk)
