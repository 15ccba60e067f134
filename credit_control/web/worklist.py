"""The collector's list: whom to ask next and why, the customer beside it, and noting what was said."""

from itertools import islice
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from credit_control.models import NoteKind
from credit_control.operations.assign_collector import assign_collector
from credit_control.operations.note_contact import NoteDetails, note_contact
from credit_control.worklist.reading import Worklist, worklist
from customers.access import customers_for, get_customer_for, owners_seen
from customers.models import Customer
from customers.panels import panels_of
from customers.queries import owed_now
from ledger.agreed_days import with_late
from ledger.models import OpenItem
from ledger.refusals import Refused
from office.models import User
from office.persons import sees_persons
from office.web.doors import staff_door
from office.web.fields import typed_id
from office.web.once import once
from office.web.requests import StaffRequest
from office.written import plain_day

PAGE = 50
WHOSE = {"mine": "Mine", "nobody": "Nobody's", "all": "Everybody's"}


class NoteForm(forms.Form):
    """What was said, and when to ask again."""

    words = forms.CharField(
        label="What was said", max_length=1000, widget=forms.Textarea(attrs={"rows": 3, "data-key": "n"})
    )
    kind = forms.ChoiceField(label="How", choices=NoteKind.choices)
    person = forms.CharField(label="With whom", max_length=100, required=False)
    next_contact_on = forms.DateField(
        label="Ask again on", required=False, widget=forms.DateInput(attrs={"type": "date", "data-key": "t"})
    )


@require_GET
@staff_door("credit_control.work_list")
def worklist_page(request: StaffRequest) -> HttpResponse:
    """The list, with the first customer of it or the one that the address names beside it."""
    return render(request, "credit_control/worklist.html", _context(request))


@require_POST
@staff_door("credit_control.work_list")
@once
def note(request: StaffRequest, customer_id: int) -> HttpResponse:
    """Note what was said and go on to the next customer of the list, or stay where the customer's page sent it."""
    customer = get_customer_for(request.user, customer_id)
    form = NoteForm(request.POST)
    following = _found(request)[0].after(customer.pk)
    if not form.is_valid():
        return _again(request, customer, form)
    try:
        kept = note_contact(customer.pk, NoteDetails(**form.cleaned_data), by=request.user)
    except Refused as refusal:
        form.add_error(None, refusal.message)
        return _again(request, customer, form)
    until = f", until {plain_day(kept.next_contact_on)} off the list" if kept.next_contact_on else ""
    messages.success(request, f"Noted for {customer.name}{until}.")
    if request.POST.get("from") == "customer":
        return redirect("customers:customer", customer.pk)
    return redirect(_address(request, following))


@require_POST
@staff_door("credit_control.work_list")
def assign(request: StaffRequest) -> HttpResponse:
    """Give the chosen customers to a collector, or to nobody."""
    chosen = [pk for text in request.POST.getlist("customer") if (pk := typed_id(text))]
    seen = list(customers_for(request.user).filter(pk__in=chosen).values_list("pk", flat=True))
    wanted = request.POST.get("collector", "")
    if not seen:
        messages.error(request, "Tick the customers first.")
        return redirect(_address(request, None))
    try:
        count = assign_collector(request.company, seen, typed_id(wanted) if wanted else None, by=request.user)
    except Refused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, f"{count} customer{'s' * (count != 1)} given on.")
    return redirect(_address(request, None))


def _context(request: StaffRequest) -> dict[str, Any]:
    found, counts = _found(request)
    page = min(max(typed_id(request.GET.get("page", "")) or 1, 1), len(found) // PAGE + 1)
    shown = list(islice(found, (page - 1) * PAGE, page * PAGE))
    wanted = typed_id(request.GET.get("customer", ""))
    chosen = next((work for work in shown if work.customer_id == wanted), None)
    if wanted and not chosen:
        chosen = found.find(wanted)
    chosen = chosen or next(iter(shown), None)
    return {
        "rows": [(work, work.reasons, _address(request, work.customer_id)) for work in shown],
        "chosen": chosen,
        "reasons": chosen.reasons if chosen else [],
        "currency": request.company.currency,
        "whose": _whose(request),
        "choices": [(key, words, counts[key]) for key, words in WHOSE.items()],
        "waiting": "waiting" in request.GET,
        "overdue": found.overdue,
        "count": len(found),
        "collectors": _collectors(request),
        "newer": _address(request, None, page - 1) if page > 1 else "",
        "older": _address(request, None, page + 1) if len(found) > page * PAGE else "",
        "query": request.GET.urlencode(),
    } | (_beside(request, chosen.customer_id) if chosen else {})


def _beside(request: StaffRequest, customer_id: int, form: NoteForm | None = None) -> dict[str, Any]:
    customer = get_customer_for(request.user, customer_id)
    today = customer.company.today()
    contacts = list(customer.contacts.filter(is_active=True))
    person = next((contact for contact in contacts if contact.phone), None)
    items = OpenItem.objects.filter(customer_id=customer.pk, balance__gt=0).order_by("due_on", "pk")
    return {
        "customer": customer,
        "today": today,
        "owed": owed_now(customer, today),
        "items": with_late(items, today)[:20],
        "contacts": contacts,
        "panels": panels_of(request.user, customer),
        "form": form or NoteForm(initial={"person": person.name if person and sees_persons() else ""}),
    }


def _found(request: StaffRequest) -> tuple[Worklist, dict[str, int]]:
    """The list as it was asked for, and how many there are of each choice."""
    owners, waiting = owners_seen(request.user, request.company), "waiting" in request.GET
    works = worklist(request.company, request.company.today(), owner_ids=owners, with_waiting=waiting)
    of = {"mine": works.of(request.user.pk), "nobody": works.of(None), "all": works}
    return of[_whose(request)], {key: len(found) for key, found in of.items()}


def _whose(request: StaffRequest) -> str:
    wanted = request.GET.get("whose", "")
    return wanted if wanted in WHOSE else "all"


def _again(request: StaffRequest, customer: Customer, form: NoteForm) -> HttpResponse:
    context = _context(request)
    return render(request, "credit_control/worklist.html", context | _beside(request, customer.pk, form))


def _address(request: StaffRequest, customer_id: int | None, page: int | None = None) -> str:
    """The list with its filters, and a customer beside it."""
    kept = {name: request.GET[name] for name in ("whose", "waiting", "page") if name in request.GET}
    kept |= {"page": str(page)} if page else {}
    kept |= {"customer": str(customer_id)} if customer_id else {}
    return reverse("credit_control:worklist") + (f"?{urlencode(kept)}" if kept else "")


def _collectors(request: StaffRequest) -> list[User]:
    staff = User.objects.filter(companies=request.company, is_active=True).order_by("name")
    return list(staff.filter(groups__permissions__codename="work_list").distinct())
