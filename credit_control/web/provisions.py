"""What was posted at months' ends for expected loss, and posting it."""

from datetime import date, datetime

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from credit_control.access import get_provision_posting_for, provision_postings_for, require_whole_book
from credit_control.models import ProvisionPart
from credit_control.operations.provide_month import provide_month
from credit_control.providing import band_words, stand_on
from ledger.refusals import Refused
from office.web.doors import staff_door
from office.web.lists import Column, DateRange, Empty, ListSpec, list_page
from office.web.requests import StaffRequest

READ, ACT = "office.view_reports", "credit_control.post_provisions"
POSTINGS = ListSpec(
    name="provision-postings",
    title="Provision postings",
    columns=(
        Column(
            "on",
            "Month's end",
            "on",
            "day",
            sort="on",
            url=lambda row: reverse("credit_control:provision_posting", args=[row.pk]),
        ),
        Column("required", "Expected loss", "required", "money", currency="company.currency", hide_below="phone"),
        Column("stood", "Stood before", "stood", "money", currency="company.currency", hide_below="tablet"),
        Column("difference", "Posted", "difference", "money", currency="company.currency"),
        Column("at", "When", "at", "moment", sort="at", hide_below="tablet"),
        Column("by", "By", "by", hide_below="tablet"),
    ),
    order="-on",
    filters=(DateRange("on", "Month's end", "on"),),
    search=("by__name",),
    search_hint="Who posted it",
    empty=Empty(
        "Nothing posted yet",
        "When a month is over, its expected loss is posted from the report.",
        "scale",
        "reports:provision",
        "Expected credit loss",
    ),
)


@require_GET
@staff_door(READ)
def posting_list(request: StaffRequest) -> HttpResponseBase:
    """What was posted, the newest month first."""
    rows = provision_postings_for(request.user).filter(company=request.company)
    template = "credit_control/provision_posting_list.html"
    return list_page(request, POSTINGS, rows.select_related("company", "by"), template=template)


@require_GET
@staff_door(READ)
def posting_one(request: StaffRequest, posting_id: int) -> HttpResponse:
    """What was required, what stood, what was posted, and of what it is made up."""
    posting = get_provision_posting_for(request.user, posting_id)
    parts = posting.parts.select_related("item")
    context = {"posting": posting, "parts": [(part_words(part), part) for part in parts]}
    return render(request, "credit_control/provision_posting.html", context)


def part_words(part: ProvisionPart) -> str:
    """What a line of it is about."""
    if part.item:
        return f"{part.item.reference}, judged by hand"
    return band_words(part.days_from or 0, part.days_to)


@require_POST
@staff_door(ACT)
def post_month(request: StaffRequest) -> HttpResponse:
    """Post what is missing at the end of a month."""
    require_whole_book(request.user)
    try:
        posting = provide_month(request.company, _month(request.POST.get("month", "")), by=request.user)
    except Refused as refusal:
        messages.error(request, refusal.message)
        return redirect("credit_control:provision_postings")
    messages.success(request, f"Posted for {posting.on:%B %Y}.")
    for later in stand_on(request.company, posting.on):
        messages.warning(request, f"{later:%B %Y} was posted before and stands on it: post that month again.")
    return redirect("credit_control:provision_posting", posting.pk)


def _month(text: str) -> date:
    """The month that was typed as 2026-02."""
    try:
        return datetime.strptime(text, "%Y-%m").date()  # noqa: DTZ007  a month has no zone
    except ValueError as error:
        raise Refused("Write the month as 2026-02.", code="bad_month") from error
