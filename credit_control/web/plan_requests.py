"""Payment plans that customers ask for, for staff: the list, and the page on which one is offered or declined."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from credit_control.access import get_plan_request_for, plan_requests_for
from credit_control.models import AskedStatus, PlanRequest
from credit_control.operations.ask_plan import decline_plan_request
from customers.search import fold
from ledger.refusals import Refused
from office.web.doors import staff_door
from office.web.lists import Choice, Column, DateRange, Empty, ListSpec, list_page
from office.web.requests import StaffRequest

READ, ACT = "credit_control.view_paymentplan", "credit_control.manage_plans"


def badge_of(row: PlanRequest) -> str:
    """A request's state as a badge shows it."""
    return "waiting" if row.status == AskedStatus.OPEN else row.status


PLAN_REQUESTS = ListSpec(
    name="plan-requests",
    title="Plans asked for",
    columns=(
        Column(
            "request",
            "Request",
            "pk",
            "number",
            sort="pk",
            url=lambda row: reverse("credit_control:plan_request", args=[row.pk]),
        ),
        Column(
            "customer",
            "Customer",
            "customer.name",
            sort="customer__sort_name",
            url=lambda row: reverse("customers:customer", args=[row.customer_id]),
        ),
        Column("state", "State", badge_of, "state", note=lambda row: row.answer),
        Column("parts", "Instalments", "parts", "number", sort="parts", hide_below="tablet"),
        Column("first_on", "First by", "first_on", "day", sort="first_on", hide_below="tablet"),
        Column("contact", "Asked by", "contact.shown_name", hide_below="tablet"),
        Column("asked_on", "Asked", "asked_on", "day", sort="asked_on", hide_below="phone"),
        Column("amount", "Amount", "amount", "money", sort="amount", total="amount"),
    ),
    order="-request",
    filters=(Choice("state", "State", "status", AskedStatus.choices), DateRange("asked", "Asked", "asked_on")),
    search=("customer__search_text", "contact__name", "words"),
    search_hint="Customer, who asked, or their words",
    fold=fold,
    empty=Empty(
        "Nobody asked for a plan",
        "On the page of their account customers can ask to pay late items in instalments. You offer it, or decline.",
        "calendar",
    ),
)


@require_GET
@staff_door(READ)
def plan_request_list(request: StaffRequest) -> HttpResponseBase:
    """What customers asked for, and what became of it."""
    rows = plan_requests_for(request.user).filter(company=request.company)
    return list_page(request, PLAN_REQUESTS, rows.select_related("customer", "contact"))


@require_GET
@staff_door(READ)
def plan_request(request: StaffRequest, request_id: int) -> HttpResponse:
    """What a customer asks for, and the way to offer it."""
    asked = get_plan_request_for(request.user, request_id)
    return render(request, "credit_control/plan_request.html", {"asked": asked, "state": badge_of(asked)})


@require_POST
@staff_door("credit_control.manage_plans")
def decline(request: StaffRequest, request_id: int) -> HttpResponse:
    """Say no, with an answer."""
    asked = get_plan_request_for(request.user, request_id)
    try:
        decline_plan_request(asked.pk, answer=request.POST.get("answer", ""), by=request.user)
    except Refused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, "Declined. The customer reads why on their page.")
    return redirect("credit_control:plan_request", asked.pk)
