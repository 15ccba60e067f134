"""What is held on a person: to see, to hand to them, and to erase; and who asked for it."""

import tempfile
from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.http import FileResponse, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from customers.access import (
    get_contact_for,
    get_customer_for,
    get_privacy_request_for,
    privacy_requests_for,
)
from customers.models import Contact, Customer, PrivacyRequest, PrivacyStatus, PrivacyWish
from customers.operations.erase_person import erase_person
from customers.operations.export_person import export_person
from customers.operations.note_privacy_request import (
    answer_privacy_request,
    decline_privacy_request,
    note_privacy_request,
)
from customers.privacy import is_erased, subject_of, why_not_yet
from customers.search import fold
from ledger.refusals import Refused
from office.privacy.holdings import holdings
from office.web.doors import CHANGES, staff_door
from office.web.lists import Choice, Column, DateRange, Empty, ListSpec, list_page
from office.web.requests import StaffRequest
from office.written import plain_day

ACT = "customers.manage_privacy"
BADGES: dict[str, str] = {PrivacyStatus.OPEN: "waiting"}


def badge_of(row: PrivacyRequest) -> str:
    """A request's state as a badge shows it."""
    return BADGES.get(row.status, row.status)


def _due(row: PrivacyRequest) -> str:
    return "Late" if row.status == PrivacyStatus.OPEN and row.due_on < row.company.today() else ""


REQUESTS = ListSpec(
    name="privacy-requests",
    title="Privacy",
    columns=(
        Column(
            "person",
            "Person",
            lambda row: str(row.person),
            sort="pk",
            url=lambda row: reverse("customers:privacy_request", args=[row.pk]),
        ),
        Column("customer", "Customer", "customer.name", sort="customer__sort_name", hide_below="tablet"),
        Column("wish", "Asks", "get_wish_display", sort="wish"),
        Column("state", "State", badge_of, "state"),
        Column("asked_on", "Asked", "asked_on", "day", sort="asked_on", hide_below="phone"),
        Column("due_on", "Due", "due_on", "day", sort="due_on", note=_due),
        Column("closed_by", "Closed by", "closed_by.name", hide_below="tablet"),
    ),
    order="-person",
    filters=(
        Choice("state", "State", "status", PrivacyStatus.choices),
        Choice("wish", "Asks", "wish", PrivacyWish.choices),
        DateRange("due", "Due", "due_on"),
    ),
    search=("customer__search_text",),
    search_hint="Customer or person",
    fold=fold,
    empty=Empty(
        "Nobody asked for their data, or to be erased",
        "On a customer's page, beside each of its people, you see what is held on them and note what they ask.",
        "shield-check",
    ),
)


class NoteForm(forms.Form):
    """What somebody asks of their data."""

    wish = forms.ChoiceField(label="They ask", choices=PrivacyWish.choices)
    asked_on = forms.DateField(label="Asked on", widget=forms.DateInput(attrs={"type": "date"}))
    note = forms.CharField(
        label="How they asked", max_length=300, help_text="Such as by mail. It is emptied once they are erased."
    )


@require_GET
@staff_door(ACT)
def privacy_request_list(request: StaffRequest) -> HttpResponseBase:
    """Who asked for their data or to be erased, and until when they wait for it."""
    rows = privacy_requests_for(request.user).filter(company=request.company)
    rows = rows.select_related("company", "customer", "contact", "closed_by")
    return list_page(request, REQUESTS, rows)


@staff_door(ACT)
def person(request: StaffRequest, customer_id: int, contact_id: int) -> HttpResponse:
    """What is held on one of a customer's people."""
    return _person(request, get_contact_for(request.user, customer_id, contact_id))


@staff_door(ACT)
def customer_as_person(request: StaffRequest, customer_id: int) -> HttpResponse:
    """What is held on a customer who is a person, and all of its people."""
    return _person(request, get_customer_for(request.user, customer_id))


def _person(request: StaffRequest, about: Contact | Customer) -> HttpResponse:
    customer = about.customer if isinstance(about, Contact) else about
    form = NoteForm(request.POST or None, initial={"asked_on": customer.company.today()})
    if request.method == "POST" and form.is_valid():
        try:
            noted = note_privacy_request(about, **form.cleaned_data, by=request.user)
        except Refused as refusal:
            form.add_error("asked_on" if refusal.code == "day_to_come" else None, refusal.message)
        else:
            messages.success(request, f"Noted. It is due on {plain_day(noted.due_on)}.")
            return redirect("customers:privacy_request", noted.pk)
    context = _held(about) | {
        "customer": customer,
        "form": form,
        "requests": customer.privacy_requests.filter(contact=about if isinstance(about, Contact) else None),
        "is_erased": is_erased(about),
    }
    return render(request, "customers/person.html", context, status=422 if form.errors else 200)


def _held(about: Contact | Customer) -> dict[str, Any]:
    found = holdings(subject_of(about))
    if isinstance(about, Contact):
        address = reverse("customers:person_data", args=[about.customer_id, about.pk])
    else:
        address = reverse("customers:customer_data", args=[about.pk])
    goes, stays = [each for each in found if each.goes], [each for each in found if not each.goes]
    return {"person": about, "goes": goes, "stays": stays, "address": address}


@require_GET
@staff_door(ACT)
def person_data(request: StaffRequest, customer_id: int, contact_id: int) -> HttpResponseBase:
    """All that is held on one of a customer's people, as a file."""
    about = get_contact_for(request.user, customer_id, contact_id)
    return _data(request, about, reverse("customers:person", args=[customer_id, about.pk]))


@require_GET
@staff_door(ACT)
def customer_data(request: StaffRequest, customer_id: int) -> HttpResponseBase:
    """All that is held on a customer who is a person, as a file."""
    about = get_customer_for(request.user, customer_id)
    return _data(request, about, reverse("customers:customer_as_person", args=[about.pk]))


def _data(request: StaffRequest, about: Contact | Customer, page: str) -> HttpResponseBase:
    """The file for a worker, who keeps it for whoever ordered it; in a browser the page where it is ordered."""
    background = getattr(request, "background", None)
    if background is None:
        return redirect(page)
    file = tempfile.TemporaryFile()  # noqa: SIM115  the answer closes it
    export_person(about, file, by=request.user, noted=background.told)
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=f"data-of-{about.pk}.zip", content_type="application/zip")


@require_GET
@staff_door(ACT)
def privacy_request(request: StaffRequest, request_id: int) -> HttpResponse:
    """What somebody asks: what would go and stay, and once they are erased, the report of it."""
    asked = get_privacy_request_for(request.user, request_id)
    stays = [each | {"until": date.fromisoformat(each["until"])} for each in asked.stays]
    context: dict[str, Any] = {"asked": asked, "state": badge_of(asked), "is_late": bool(_due(asked)), "kept": stays}
    if asked.status == PrivacyStatus.OPEN:
        context |= _held(asked.person) | {"waits": why_not_yet(asked) if asked.wish == PrivacyWish.ERASURE else []}
    return render(request, "customers/privacy_request.html", context)


@require_POST
@staff_door(ACT)
def answer(request: StaffRequest, request_id: int) -> HttpResponse:
    """Note that they were handed their data."""
    asked = get_privacy_request_for(request.user, request_id)
    try:
        answer_privacy_request(asked.pk, by=request.user)
    except Refused as refusal:
        messages.error(request, refusal.message)
    return redirect("customers:privacy_request", asked.pk)


@require_POST
@staff_door(ACT)
def decline(request: StaffRequest, request_id: int) -> HttpResponse:
    """Do not do what was asked, with a reason."""
    asked = get_privacy_request_for(request.user, request_id)
    try:
        decline_privacy_request(asked.pk, reason=request.POST.get("reason", ""), by=request.user)
    except Refused as refusal:
        messages.error(request, refusal.message)
    return redirect("customers:privacy_request", asked.pk)


@require_POST
@staff_door(ACT, recently_known=CHANGES)
def erase(request: StaffRequest, request_id: int) -> HttpResponse:
    """Erase the person, for good."""
    asked = get_privacy_request_for(request.user, request_id)
    if request.POST.get("word", "").strip().lower() != "erase":
        messages.error(request, "Type the word erase: nothing brings back what goes.")
        return redirect("customers:privacy_request", asked.pk)
    try:
        erase_person(asked.pk, by=request.user)
    except Refused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, "Erased. This page is the report: what went, what stays, and until when.")
    return redirect("customers:privacy_request", asked.pk)
