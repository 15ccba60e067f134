"""Online payments for staff: what was begun, paid and held, and settling what is held."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.postgres.aggregates import StringAgg
from django.db.models import OuterRef, Subquery, Value
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from billing.models import Invoice
from customers.search import fold
from ledger.fields import EXCHANGE_RATE
from ledger.refusals import Refused
from office.web.doors import staff_door
from office.web.fields import SumField
from office.web.lists import Choice, Column, DateRange, Empty, ListSpec, list_page
from office.web.requests import StaffRequest
from payments.access import get_online_payment_for, online_payments_for
from payments.models import OnlinePayment, OnlinePaymentPart, OnlineStatus
from payments.operations.settle_held_payment import set_held_payment_aside, take_held_payment
from payments.operations.undo_online_payment import undo_online_payment

ONLINE_PAYMENTS = ListSpec(
    name="online-payments",
    title="Online payments",
    columns=(
        Column(
            "for",
            "For",
            "what_for",
            sort="pk",
            url=lambda row: reverse("payments:online_payment", args=[row.pk]),
        ),
        Column("customer", "Customer", "customer.name", sort="customer__sort_name"),
        Column("state", "State", lambda row: row.get_status_display(), note=lambda row: row.held_because),
        Column("provider", "With", "provider", hide_below="tablet"),
        Column("begun_at", "Begun", "begun_at", "moment", hide_below="phone"),
        Column("receipt", "Receipt", "receipt.number", hide_below="tablet"),
        Column("amount", "Asked", "amount", "money", sort="amount", total="amount"),
    ),
    order="-for",
    filters=(
        Choice("state", "State", "status", OnlineStatus.choices),
        DateRange("begun", "Begun", "begun_at__date"),
    ),
    search=("numbers", "customer__search_text", "payment_id", "reference"),
    search_hint="Document, customer or the provider's id",
    fold=fold,
    empty=Empty(
        "Nobody paid online yet",
        "Customers pay on the page behind their link, where this office has a provider.",
        "credit-card",
    ),
)


class HeldForm(forms.Form):
    """Why it is taken or set aside, and the rate of a foreign currency."""

    reason = forms.CharField(max_length=300, label="Why")
    exchange_rate = SumField(required=False, help_text="Only in a foreign currency.", **EXCHANGE_RATE)


@require_GET
@staff_door("payments.view_receipt")
def online_payment_list(request: StaffRequest) -> HttpResponseBase:
    """All online payments, the newest first."""
    rows = online_payments_for(request.user).filter(company=request.company)
    parts = OnlinePaymentPart.objects.filter(payment=OuterRef("pk")).order_by().values("payment")
    numbers = Subquery(parts.values(numbers=StringAgg("item__reference", Value(" "))))
    rows = rows.annotate(numbers=numbers).select_related("customer", "receipt").prefetch_related("parts__item")
    return list_page(request, ONLINE_PAYMENTS, rows, template="payments/online_payment_list.html")


@require_GET
@staff_door("payments.view_receipt")
def online_payment(request: StaffRequest, payment_id: int) -> HttpResponse:
    """What was asked, what the provider reported, and what came of it."""
    return _page(request, get_online_payment_for(request.user, payment_id), HeldForm())


@require_POST
@staff_door("payments.settle_online_payment")
def take_held(request: StaffRequest, payment_id: int) -> HttpResponse:
    """Take a held payment as it was reported."""
    payment, form = get_online_payment_for(request.user, payment_id), HeldForm(request.POST)
    return _settled(request, payment, form, lambda data: take_held_payment(payment.pk, by=request.user, **data))


@require_POST
@staff_door("payments.settle_online_payment")
def set_aside_held(request: StaffRequest, payment_id: int) -> HttpResponse:
    """Say what became of the money otherwise."""
    payment, form = get_online_payment_for(request.user, payment_id), HeldForm(request.POST)
    return _settled(
        request,
        payment,
        form,
        lambda data: set_held_payment_aside(payment.pk, reason=data["reason"], by=request.user),
    )


@require_POST
@staff_door("payments.undo_allocation")
def undo(request: StaffRequest, payment_id: int) -> HttpResponse:
    """Bring back all that a payment settled, and the credit used with it."""
    payment = get_online_payment_for(request.user, payment_id)
    try:
        on, reason = payment.company.today(), request.POST.get("reason", "")
        undo_online_payment(payment.pk, on=on, by=request.user, reason=reason)
    except Refused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, f"{payment} is undone: its money is on account.")
    return redirect("payments:online_payment", payment.pk)


def _settled(request: StaffRequest, payment: OnlinePayment, form: HeldForm, act: Any) -> HttpResponse:
    if form.is_valid():
        try:
            made = act(form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, f"{made}: its reason is kept.")
            return redirect("payments:online_payment", payment.pk)
    return _page(request, payment, form)


def _page(request: StaffRequest, payment: OnlinePayment, form: HeldForm) -> HttpResponse:
    context = {
        "payment": payment,
        "form": form,
        "parts": payment.parts.select_related("item").annotate(
            invoice_id=Subquery(Invoice.objects.filter(entry=OuterRef("item__entry")).values("pk"))
        ),
        "made": payment.made.filter(reversed_by=None).select_related("debit", "credit").order_by("pk"),
        "events": payment.events.order_by("pk"),
        "is_held": payment.status == OnlineStatus.HELD,
        "is_foreign": (payment.reported_currency or payment.currency) != payment.company.currency,
    }
    return render(request, "payments/online_payment.html", context)
