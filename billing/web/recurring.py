"""Recurring invoices on screen: the list, the page of one with what was made and what comes, and what is done there."""

from collections.abc import Callable
from datetime import date
from typing import TypeAlias, TypedDict

from django import forms
from django.contrib import messages
from django.db.models import Count, Q, QuerySet
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST
from django_stubs_ext import WithAnnotations

from billing.access import get_occurrence_for, get_recurring_for, recurring_for
from billing.models import Outcome, RecurringInvoice
from billing.operations.bill_recurring import bill_again
from billing.operations.confirm_due_periods import confirm_due_periods
from billing.operations.manage_recurring import (
    end_recurring_invoice,
    pause_recurring_invoice,
    resume_recurring_invoice,
)
from billing.recurring import MOST_AT_ONCE, coming, held_back, waiting_periods
from billing.web.recurring_forms import DayField
from ledger.refusals import Refused
from office.web.doors import staff_door
from office.web.lists import Choice, Column, Empty, ListSpec, list_page
from office.web.requests import StaffRequest
from office.written import counted

HISTORY = 60
STATES = {
    "active": "Active",
    "paused": "Paused",
    "ended": "Ended",
    "parked": "Something is parked",
    "held_back": "Waits for somebody to look",
}


def rhythm(recurring: RecurringInvoice) -> str:
    """How often, in words: every month, every 2 weeks."""
    often = f"{recurring.every} {recurring.interval}s" if recurring.every > 1 else recurring.interval
    return f"every {often}"


def state_of(recurring: RecurringInvoice) -> str:
    """Active, paused, or ended: by a person, or because its last period was made."""
    if not recurring.is_active:
        return "ended"
    if any(pause.last_on is None for pause in recurring.pauses.all()):
        return "on_hold"
    return "active" if recurring.next_on else "done"


def _in_state(rows: QuerySet[RecurringInvoice], state: str) -> QuerySet[RecurringInvoice]:
    paused = Q(pauses__isnull=False, pauses__last_on=None)
    if state == "held_back":
        return rows.filter(pk__in=held_back(rows))
    wanted = {
        "active": Q(next_on__isnull=False) & ~paused,
        "paused": Q(is_active=True) & paused,
        "ended": Q(next_on=None) & ~paused | Q(is_active=False),
        "parked": Q(parked__gt=0),
    }
    return rows.filter(wanted[state])


class Counts(TypedDict):
    made: int
    parked: int


RecurringRow: TypeAlias = "WithAnnotations[RecurringInvoice, Counts]"


def _parked(row: RecurringRow) -> str:
    return f"{counted(row.parked, 'document')} parked" if row.parked else ""


RECURRING = ListSpec(
    name="recurring",
    title="Recurring invoices",
    columns=(
        Column("name", "Name", "name", sort="name", url=lambda row: reverse("billing:recurring", args=[row.pk])),
        Column(
            "customer",
            "Customer",
            "customer.name",
            sort="customer__sort_name",
            url=lambda row: reverse("customers:customer", args=[row.customer_id]),
        ),
        Column("state", "State", state_of, "state", note=_parked),
        Column("rhythm", "How often", rhythm, hide_below="tablet"),
        Column("next_on", "Next", "next_on", "day"),
        Column("how", "Then", lambda row: _how(row), hide_below="tablet"),
        Column("made", "Made so far", "made", "number", sort="made", hide_below="phone"),
    ),
    order="name",
    filters=(Choice("state", "State", _in_state, tuple(STATES.items())),),
    search=("name", "customer__search_text", "po_number"),
    search_hint="Name, customer or order number",
    empty=Empty(
        "No recurring invoices yet",
        "Rent, support, subscriptions: say once what is billed and how often, and each period is billed once.",
        "refresh",
        "billing:recurring_new",
        "New recurring invoice",
    ),
)


def _how(recurring: RecurringInvoice) -> str:
    if recurring.sends:
        return "issued and mailed"
    return "issued" if recurring.issues else "waits as a draft"


@require_GET
@staff_door("billing.view_invoice")
def recurring_list(request: StaffRequest) -> HttpResponseBase:
    """All recurring invoices with their next day."""
    rows = recurring_for(request.user).filter(company=request.company).select_related("customer")
    rows = rows.prefetch_related("pauses").annotate(
        made=Count("occurrences", filter=Q(occurrences__outcome=Outcome.MADE), distinct=True),
        parked=Count("occurrences", filter=Q(occurrences__outcome=Outcome.PARKED), distinct=True),
    )
    return list_page(request, RECURRING, rows, template="billing/recurring_list.html")


@require_GET
@staff_door("billing.view_invoice")
def recurring_page(request: StaffRequest, recurring_id: int) -> HttpResponse:
    """What it bills, the next twelve documents with what they come to, and what was made."""
    recurring = get_recurring_for(request.user, recurring_id)
    occurrences = recurring.occurrences.select_related("invoice")
    today = recurring.company.today()
    context = {
        "recurring": recurring,
        "state": state_of(recurring),
        "rhythm": rhythm(recurring),
        "how": _how(recurring),
        "lines": recurring.lines.select_related("tax"),
        "coming": coming(recurring),
        "occurrences": occurrences[:HISTORY],
        "parked": [one for one in occurrences if one.outcome == Outcome.PARKED],
        "waiting": waiting_periods(recurring, today),
        "most_at_once": MOST_AT_ONCE,
        "pauses": recurring.pauses.all(),
        "pause_form": PauseForm(initial={"first_on": today}),
        "today": today,
    }
    return render(request, "billing/recurring.html", context)


class PauseForm(forms.Form):
    """From when until when no period begins."""

    first_on = DayField(label="From")
    last_on = DayField(label="Until", required=False, help_text="Empty: until somebody resumes it.")


@require_POST
@staff_door("billing.manage_recurring")
def pause(request: StaffRequest, recurring_id: int) -> HttpResponse:
    """Let no period begin for a while."""
    form = PauseForm(request.POST)

    def act(recurring: RecurringInvoice) -> str:
        if not form.is_valid():
            raise Refused("Give the first day of the pause.", code="bad_pause")
        pause_recurring_invoice(recurring.pk, **form.cleaned_data, by=request.user)
        return f"{recurring} is paused."

    return _answer(request, recurring_id, act)


@require_POST
@staff_door("billing.manage_recurring")
def resume(request: StaffRequest, recurring_id: int) -> HttpResponse:
    """Let periods begin again from today on."""

    def act(recurring: RecurringInvoice) -> str:
        resume_recurring_invoice(recurring.pk, on=_today(recurring), by=request.user)
        return f"{recurring} goes on."

    return _answer(request, recurring_id, act)


class ConfirmForm(forms.Form):
    """Up to which day the person saw what waits."""

    until = DayField()


@require_POST
@staff_door("billing.manage_recurring")
def confirm_due(request: StaffRequest, recurring_id: int) -> HttpResponse:
    """Have the periods made that wait because they are many."""
    form = ConfirmForm(request.POST)

    def act(recurring: RecurringInvoice) -> str:
        if not form.is_valid():
            raise Refused("Say up to which day.", code="bad_day")
        confirm_due_periods(recurring.pk, **form.cleaned_data, by=request.user, on=_today(recurring))
        return "They are made within a minute."

    return _answer(request, recurring_id, act)


@require_POST
@staff_door("billing.manage_recurring")
def end(request: StaffRequest, recurring_id: int) -> HttpResponse:
    """Make no more documents, for good."""

    def act(recurring: RecurringInvoice) -> str:
        end_recurring_invoice(recurring.pk, by=request.user)
        return f"{recurring} has ended. What it made stays."

    return _answer(request, recurring_id, act)


@require_POST
@staff_door("billing.manage_recurring")
def make_again(request: StaffRequest, occurrence_id: int) -> HttpResponse:
    """Make the document of a period that has none."""
    occurrence = get_occurrence_for(request.user, occurrence_id)

    def act(recurring: RecurringInvoice) -> str:
        again = bill_again(occurrence.pk, by=request.user, on=_today(recurring))
        return f"{again.invoice} is made." if again.invoice else "There is still nothing to bill for this period."

    return _answer(request, occurrence.recurring_id, act)


def _today(recurring: RecurringInvoice) -> date:
    return recurring.company.today()


def _answer(request: StaffRequest, recurring_id: int, act: Callable[[RecurringInvoice], str]) -> HttpResponse:
    """Do it, say what was done or why not, and show the page again."""
    recurring = get_recurring_for(request.user, recurring_id)
    try:
        messages.success(request, act(recurring))
    except Refused as refusal:
        messages.error(request, refusal.message)
    return redirect("billing:recurring", recurring.pk)
