"""What customers say they paid, for staff: the list, and saying whether it was found."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from billing.web.attachments import file_response
from customers.search import fold
from ledger.refusals import Refused
from office.web.doors import staff_door
from office.web.lists import Choice, Column, DateRange, Empty, ListSpec, list_page
from office.web.requests import StaffRequest
from payments.access import get_paid_file_for, get_paid_notice_for, paid_notices_for
from payments.operations.close_paid_notice import close_paid_notice
from payments.paid_notices import STATES, with_state

PAID_NOTICES = ListSpec(
    name="paid-notices",
    title="Payments told of",
    columns=(
        Column(
            "invoice",
            "Document",
            "invoice.number",
            sort="pk",
            url=lambda row: reverse("payments:paid_notice", args=[row.pk]),
        ),
        Column(
            "customer",
            "Customer",
            "customer.name",
            sort="customer__sort_name",
            url=lambda row: reverse("customers:customer", args=[row.customer_id]),
        ),
        Column("state", "State", "state", "state"),
        Column("paid_on", "Paid", "paid_on", "day", sort="paid_on"),
        Column("how", "How", lambda row: row.get_how_display(), hide_below="tablet"),
        Column("reference", "Their reference", "reference", hide_below="tablet"),
        Column("told_on", "Told", "told_on", "day", sort="told_on", hide_below="phone"),
        Column("contact", "By", "contact.shown_name", hide_below="tablet"),
        Column("amount", "Amount", "amount", "money", sort="amount", total="amount"),
    ),
    order="-invoice",
    filters=(Choice("state", "State", "state", STATES), DateRange("told", "Told", "told_on")),
    search=("invoice__number", "customer__search_text", "reference"),
    search_hint="Document, customer or their reference",
    fold=fold,
    empty=Empty(
        "Nobody told of a payment",
        "On the page behind their link customers can say that they have paid already. Reminders then wait some days.",
        "circle-check",
    ),
)


@require_GET
@staff_door("payments.view_receipt")
def paid_notice_list(request: StaffRequest) -> HttpResponseBase:
    """What customers say they paid, the newest first."""
    rows = with_state(paid_notices_for(request.user).filter(company=request.company))
    return list_page(request, PAID_NOTICES, rows.select_related("customer", "invoice", "contact"))


@require_GET
@staff_door("payments.view_receipt")
def paid_notice(request: StaffRequest, notice_id: int) -> HttpResponse:
    """What a customer told, and what came of it."""
    return render(request, "payments/paid_notice.html", {"notice": get_paid_notice_for(request.user, notice_id)})


@require_POST
@staff_door("payments.close_paid_notice")
def close_it(request: StaffRequest, notice_id: int) -> HttpResponse:
    """Say whether it was found."""
    notice = get_paid_notice_for(request.user, notice_id)
    is_found = request.POST.get("outcome") == "found"
    try:
        close_paid_notice(notice.pk, found=is_found, answer=request.POST.get("answer", ""), by=request.user)
    except Refused as refusal:
        messages.error(request, refusal.message)
    else:
        words = "Found." if is_found else "Not found: reminders go on, and the customer reads why on their page."
        messages.success(request, words)
    return redirect("payments:paid_notice", notice.pk)


@require_GET
@staff_door("payments.view_receipt")
def paid_file(request: StaffRequest, notice_id: int) -> HttpResponse:
    """What the customer sent along, to be saved."""
    return file_response(get_paid_file_for(request.user, notice_id))
