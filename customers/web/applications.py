"""Applications for an account: the list, asking, the acts of the checklist, and which points are required."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from customers.access import applications_for, get_application_for, get_customer_for
from customers.applications import terms_words
from customers.models import AccountApplication, ApplicationStatus, PointKey, application_policy_of
from customers.operations.manage_applications import (
    ApplicationDetails,
    apply_for_account,
    approve_application,
    decline_application,
    reopen_point,
    tick_point,
    waive_point,
)
from customers.operations.set_application_policy import set_application_policy
from customers.search import fold
from customers.web.forms import terms_choices
from ledger.refusals import Refused
from office.approvals.asking import ApprovalNeeded
from office.models import Company
from office.web.approvals import send_for_approval
from office.web.doors import staff_door
from office.web.fields import SumField, set_choices
from office.web.lists import Choice, Column, DateRange, Empty, ListSpec, list_page
from office.web.once import once
from office.web.requests import StaffRequest

APPLICATIONS = ListSpec(
    name="account-applications",
    title="Applications for an account",
    columns=(
        Column(
            "customer",
            "Customer",
            "customer.name",
            sort="customer__sort_name",
            url=lambda row: reverse("customers:application", args=[row.pk]),
        ),
        Column("state", "State", "status", "state", note=lambda row: row.reason),
        Column("limit", "Wanted limit", "wanted_limit", "money", currency="customer.currency", hide_below="phone"),
        Column("terms", "Wanted terms", terms_words, hide_below="tablet"),
        Column("asked_by", "Asked by", "asked_by.name", hide_below="tablet"),
        Column("asked_at", "Asked", "asked_at", "moment", sort="pk", hide_below="phone"),
        Column("decided_by", "Decided by", "decided_by.name", hide_below="tablet"),
    ),
    order="-asked_at",
    filters=(
        Choice("state", "State", "status", ApplicationStatus.choices),
        DateRange("asked", "Asked", "asked_at__date"),
    ),
    search=("customer__search_text",),
    search_hint="Customer",
    fold=fold,
    empty=Empty(
        "Nobody has applied for an account",
        "A new customer is opened on application where that is ticked when they are added: nothing is billed to them "
        "before somebody else has said yes.",
        "clipboard-list",
        "customers:new",
        "Add a customer",
    ),
)


class ApplicationForm(forms.Form):
    """What is asked, as people type it."""

    limit = SumField(label="Credit limit", min_value=0, max_digits=19, decimal_places=4, required=False)
    terms_id = forms.TypedChoiceField(label="Payment terms", required=False, coerce=int, empty_value=None)
    net_days = forms.IntegerField(label="Days to pay", min_value=0, max_value=365, required=False)
    note = forms.CharField(max_length=300, required=False)

    def __init__(self, *args: Any, company: Company, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        set_choices(self, "terms_id", terms_choices(company))


@require_GET
@staff_door("customers.view_customer")
def application_list(request: StaffRequest) -> HttpResponseBase:
    """All applications, the newest first."""
    rows = applications_for(request.user).filter(company=request.company)
    rows = rows.select_related("customer", "wanted_terms", "asked_by", "decided_by")
    return list_page(request, APPLICATIONS, rows, template="customers/application_list.html")


@require_GET
@staff_door("customers.view_customer")
def application(request: StaffRequest, application_id: int) -> HttpResponse:
    """One application, on the page of its customer."""
    return _back(get_application_for(request.user, application_id))


def _back(application: AccountApplication) -> HttpResponse:
    return redirect(f"{reverse('customers:customer', args=[application.customer_id])}#application")


@staff_door("customers.create_customer")
@once
def apply(request: StaffRequest, customer_id: int) -> HttpResponse:
    """Ask that a customer's account be opened."""
    customer = get_customer_for(request.user, customer_id)
    initial = {"net_days": customer.net_days, "terms_id": customer.terms_id}
    form = ApplicationForm(request.POST or None, company=customer.company, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            asked = apply_for_account(customer.pk, ApplicationDetails(**form.cleaned_data), by=request.user)
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, "Asked. Nothing is billed before somebody else has said yes.")
            return _back(asked)
    return render(request, "customers/application_new.html", {"customer": customer, "form": form})


def _of_point(operation: Callable[..., AccountApplication], word: str) -> Callable[..., HttpResponseBase]:
    """A button beside a point of the checklist; `word` is what the operation calls the text typed."""

    @require_POST
    @staff_door("customers.manage_applications")
    def act(request: StaffRequest, application_id: int) -> HttpResponse:
        asked = get_application_for(request.user, application_id)
        said = {word: request.POST.get("note", "")}
        try:
            operation(asked.pk, request.POST.get("point", ""), by=request.user, **said)
        except Refused as refusal:
            messages.error(request, refusal.message)
        else:
            messages.success(request, "Kept.")
        return _back(asked)

    return act


tick = _of_point(tick_point, "note")
waive = _of_point(waive_point, "reason")
reopen = _of_point(reopen_point, "reason")


@require_POST
@staff_door("customers.manage_applications")
def approve(request: StaffRequest, application_id: int) -> HttpResponse:
    """Ask a second person to open the account."""
    asked = get_application_for(request.user, application_id)
    reason = request.POST.get("reason", "")
    try:
        approve_application(asked.pk, on=asked.company.today(), by=request.user, reason=reason)
    except ApprovalNeeded as needed:
        send_for_approval(request, needed)
    except Refused as refusal:
        messages.error(request, refusal.message)
    return _back(asked)


@require_POST
@staff_door("customers.manage_applications")
def decline(request: StaffRequest, application_id: int) -> HttpResponse:
    """Do not open the account, and say why."""
    asked = get_application_for(request.user, application_id)
    try:
        decline_application(asked.pk, reason=request.POST.get("reason", ""), by=request.user)
    except Refused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, "Declined: nothing is billed to them.")
    return _back(asked)


class PolicyForm(forms.Form):
    """Which points are required."""

    required = forms.MultipleChoiceField(
        label="Required before an account is opened",
        choices=PointKey.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )


@staff_door("office.change_company_settings")
def application_policy(request: StaffRequest) -> HttpResponse:
    """Choose which points are required."""
    form = PolicyForm(request.POST or None, initial={"required": application_policy_of(request.company).required})
    if request.method == "POST" and form.is_valid():
        set_application_policy(request.company, form.cleaned_data["required"], by=request.user)
        messages.success(request, "Saved. Applications that are open are held against it, too.")
        return redirect("customers:application_policy")
    return render(request, "customers/application_policy.html", {"form": form})
