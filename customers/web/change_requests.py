"""What customers ask to be changed, for staff: the list, and the page on which it is decided."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from customers.access import change_requests_for, get_change_request_for
from customers.changes import STATES, differences
from customers.duplicates import Asked, find_alike, seen_of
from customers.models import ChangeRequest, ChangeStatus, ChangeTopic
from customers.operations.decide_change import approve_change, refuse_change
from customers.operations.tell_apart import MaybeKnown
from customers.search import fold
from ledger.refusals import Refused
from office.persons import person_text
from office.web.doors import staff_door
from office.web.lists import Choice, Column, DateRange, Empty, ListSpec, list_page
from office.web.requests import StaffRequest

BADGES: dict[str, str] = {ChangeStatus.OPEN: "waiting", ChangeStatus.REFUSED: "declined"}


def badge_of(row: ChangeRequest) -> str:
    """A request's state as a badge shows it."""
    return BADGES.get(row.status, row.status)


def _wanted(row: ChangeRequest) -> str:
    return person_text(", ".join(filter(None, row.wanted.values())))


CHANGES = ListSpec(
    name="change-requests",
    title="Changes asked for",
    columns=(
        Column(
            "topic",
            "What",
            lambda row: row.get_topic_display(),
            sort="pk",
            url=lambda row: reverse("customers:change_request", args=[row.pk]),
        ),
        Column(
            "customer",
            "Customer",
            "customer.name",
            sort="customer__sort_name",
            url=lambda row: reverse("customers:customer", args=[row.customer_id]),
        ),
        Column("state", "State", badge_of, "state", note=lambda row: row.reason),
        Column("wanted", "Wanted", _wanted, hide_below="tablet"),
        Column("contact", "Asked by", "contact.shown_name", hide_below="tablet"),
        Column("asked_at", "Asked", "asked_at", "moment", sort="asked_at", hide_below="phone"),
        Column("decided_by", "Decided by", "decided_by.name", hide_below="tablet"),
    ),
    order="-topic",
    filters=(
        Choice("state", "State", "status", STATES),
        Choice("topic", "What", "topic", ChangeTopic.choices),
        DateRange("asked", "Asked", "asked_at__date"),
    ),
    search=("customer__search_text", "contact__name"),
    search_hint="Customer or who asked",
    fold=fold,
    empty=Empty(
        "Nobody asked for a change",
        "On the page behind their link customers can ask for another address, name, tax id, order number or account.",
        "edit",
    ),
)


@require_GET
@staff_door("customers.view_customer")
def change_request_list(request: StaffRequest) -> HttpResponseBase:
    """What customers ask to be changed, the newest first."""
    rows = change_requests_for(request.user).filter(company=request.company)
    return list_page(request, CHANGES, rows.select_related("customer", "contact", "decided_by"))


@require_GET
@staff_door("customers.view_customer")
def change_request(request: StaffRequest, request_id: int) -> HttpResponse:
    """What is different, and deciding it."""
    asked = get_change_request_for(request.user, request_id)
    rows = differences(asked)
    is_stale = any(row.is_stale for row in rows)
    context = {
        "asked": asked,
        "rows": rows,
        "state": badge_of(asked),
        "is_stale": is_stale,
        "hits": _maybe_known(request, asked),
    }
    return render(request, "customers/change_request.html", context)


def _maybe_known(request: StaffRequest, asked: ChangeRequest) -> list[dict[str, Any]]:
    """Whom another tax id makes them look like."""
    if asked.topic != ChangeTopic.TAX_ID or asked.status != ChangeStatus.OPEN:
        return []
    hits = find_alike(asked.company, Asked(tax_id=asked.wanted["tax_id"]), besides=asked.customer)
    return MaybeKnown(hits, seen_of([hit.customer for hit in hits], request.user)).hits


@require_POST
@staff_door("customers.decide_changes", recently_known=("POST",))
def approve(request: StaffRequest, request_id: int) -> HttpResponse:
    """Make the change."""
    asked = get_change_request_for(request.user, request_id)
    try:
        approve_change(asked.pk, by=request.user, anyway=bool(request.POST.get("anyway")))
    except Refused as refusal:
        messages.error(request, refusal.message)
    else:
        waits = asked.topic == ChangeTopic.ACCOUNT
        words = "The account is added, and waits for the word of a second person." if waits else "Changed as asked."
        messages.success(request, words)
    return redirect("customers:change_request", asked.pk)


@require_POST
@staff_door("customers.decide_changes")
def refuse(request: StaffRequest, request_id: int) -> HttpResponse:
    """Leave things as they are, with a reason."""
    asked = get_change_request_for(request.user, request_id)
    try:
        refuse_change(asked.pk, reason=request.POST.get("reason", ""), by=request.user)
    except Refused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, "Refused. The customer reads why on their page.")
    return redirect("customers:change_request", asked.pk)
