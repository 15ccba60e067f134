"""Promises to pay: the list, recording one, taking one back."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from credit_control.access import get_promise_for, promises_for
from credit_control.operations.record_promise import PromiseDetails, record_promise
from credit_control.operations.withdraw_promise import withdraw_promise
from credit_control.plans.reading import planned_now
from credit_control.promises import STATES, standing_promises, with_state
from customers.access import get_customer_for
from customers.models import Customer
from customers.search import fold
from ledger.agreed_days import with_late
from ledger.models import OpenItem
from ledger.refusals import Refused
from office.persons import person_name, sees_persons
from office.web.doors import staff_door
from office.web.fields import SumField, typed_currency, typed_id
from office.web.lists import Choice, Column, DateRange, Empty, ListSpec, list_page
from office.web.once import once
from office.web.requests import StaffRequest
from office.written import plain_day

PROMISES = ListSpec(
    name="promises",
    title="Promises to pay",
    columns=(
        Column("promise", "Promise", "pk", "number", sort="pk", hide_below="phone"),
        Column(
            "customer",
            "Customer",
            "customer.name",
            sort="customer__sort_name",
            url=lambda row: reverse("customers:customer", args=[row.customer_id]),
            note=lambda row: row.withdraw_reason or row.note,
        ),
        Column("state", "State", "state", "state"),
        Column("pay_on", "For", "pay_on", "day", sort="pay_on"),
        Column("said_by", "Said by", lambda row: person_name(row.said_by), hide_below="tablet"),
        Column("made_on", "Made", "made_on", "day", sort="made_on", hide_below="tablet"),
        Column("amount", "Promised", "amount", "money", sort="amount", total="amount"),
        Column("came", "Came", "came", "money", sort="came", total="came", hide_below="phone"),
    ),
    order="-promise",
    filters=(Choice("state", "State", "state", STATES), DateRange("day", "For", "pay_on")),
    search=("customer__search_text", "said_by"),
    search_hint="Customer or who said so",
    fold=fold,
    empty=Empty(
        "Nobody promised anything yet",
        "When a customer says by when they pay, record it on their page: reminders wait, and what came is told here.",
        "calendar",
    ),
)


class PromiseForm(forms.Form):
    """What was said."""

    pay_on = forms.DateField(label="They pay by", widget=forms.DateInput(attrs={"type": "date"}))
    amount = SumField(
        label="Amount", required=False, max_digits=19, decimal_places=4, help_text="Empty: all of the items chosen."
    )
    said_by = forms.CharField(label="Who said so", max_length=100)
    note = forms.CharField(label="Note", max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2}))


@require_GET
@staff_door("credit_control.view_paymentpromise")
def promise_list(request: StaffRequest) -> HttpResponseBase:
    """What customers promised, and what came."""
    rows = promises_for(request.user).filter(company=request.company).select_related("customer")
    return list_page(request, PROMISES, with_state(rows, request.company.today()))


@staff_door("credit_control.record_promise")
@once
def promise_page(request: StaffRequest, customer_id: int) -> HttpResponse:
    """Record what a customer said, for all that is open or for chosen items."""
    customer = get_customer_for(request.user, customer_id)
    today = customer.company.today()
    person = customer.contacts.filter(is_active=True).first()
    form = PromiseForm(request.POST or None, initial={"said_by": person.name if person and sees_persons() else ""})
    currency = typed_currency(request, customer.currency)
    chosen = {pk for text in request.POST.getlist("item") if (pk := typed_id(text))}
    if request.method == "POST" and form.is_valid():
        details = PromiseDetails(currency=currency, item_ids=sorted(chosen), **form.cleaned_data)
        try:
            promise = record_promise(customer.pk, details, on=today, by=request.user)
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, f"Recorded. Reminders wait until {plain_day(promise.counts_until)}.")
            return redirect("customers:customer", customer.pk)
    context = {"form": form, "customer": customer, "currency": currency, "chosen": chosen, "today": today}
    return render(request, "credit_control/promise.html", context | _items(customer, currency, chosen, today))


def _items(customer: Customer, currency: str, chosen: set[int], today: Any) -> dict[str, Any]:
    open_ = OpenItem.objects.filter(customer_id=customer.pk, balance__gt=0).order_by("due_on", "dated_on", "pk")
    items = list(with_late(open_.filter(currency=currency), today))
    ids = [item.pk for item in items]
    held = {pk: f"Promised for {plain_day(promise.pay_on)}" for pk, promise in standing_promises(ids, today).items()}
    held |= {pk: f"In {planned.plan}" for pk, planned in planned_now(ids, today).items()}
    others = open_.exclude(currency=currency).order_by("currency").values_list("currency", flat=True).distinct()
    return {
        "items": [(item, held.get(item.pk, "")) for item in items],
        "marked": chosen or {item.pk for item in items if item.late and item.pk not in held},
        "other_currencies": list(others),
    }


@require_POST
@staff_door("credit_control.record_promise")
def withdraw(request: StaffRequest, promise_id: int) -> HttpResponse:
    """Take a promise back, with a reason."""
    promise = get_promise_for(request.user, promise_id)
    reason = request.POST.get("reason", "")
    try:
        withdraw_promise(promise.pk, on=promise.company.today(), by=request.user, reason=reason)
    except Refused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, "Withdrawn. What it held is reminded of again.")
    return redirect("customers:customer", promise.customer_id)
