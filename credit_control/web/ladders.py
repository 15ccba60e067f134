"""The ladders of reminders, and whom each holds for."""

from typing import Any

from django import forms
from django.contrib import messages
from django.forms import formset_factory
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from credit_control.models import Channel, LadderChoice, ReminderLadder, Tone
from credit_control.operations.set_reminder_ladders import (
    FIRST_DAY,
    LAST_DAY,
    MOST,
    StepDetails,
    add_usual_ladder,
    choose_ladder,
    save_reminder_ladder,
)
from customers.models import CustomerGroup
from ledger.refusals import Refused
from office.web.doors import staff_door
from office.web.fields import typed_id
from office.web.requests import StaffRequest

WIDER = "wider"
"""Chosen where the wider choice is to hold."""


class NameForm(forms.Form):
    """What the ladder is called."""

    name = forms.CharField(max_length=100)


class StepForm(forms.Form):
    """One step; a row without days is none."""

    days = forms.IntegerField(label="Days after the due day", min_value=FIRST_DAY, max_value=LAST_DAY, required=False)
    channel = forms.ChoiceField(label="By", choices=Channel.choices)
    tone = forms.ChoiceField(label="Words", choices=Tone.choices)
    has_letter = forms.BooleanField(label="With a letter as PDF", required=False)


StepForms = formset_factory(StepForm, extra=2, max_num=MOST, absolute_max=MOST)


@require_GET
@staff_door("office.change_company_settings")
def ladder_list(request: StaffRequest) -> HttpResponse:
    """The ladders, and which holds for the company, its groups and single customers."""
    choices = LadderChoice.objects.filter(company=request.company).select_related("ladder", "group", "customer")
    by_group = {choice.group_id: choice for choice in choices if choice.group_id}
    context = {
        "ladders": ReminderLadder.objects.filter(company=request.company).prefetch_related("steps"),
        "own": next((choice for choice in choices if not choice.group_id and not choice.customer_id), None),
        "groups": [(each, by_group.get(each.pk)) for each in CustomerGroup.objects.filter(company=request.company)],
        "customers": [choice for choice in choices if choice.customer_id],
    }
    return render(request, "credit_control/ladders.html", context)


@staff_door("office.change_company_settings")
def ladder_page(request: StaffRequest, ladder_id: int | None = None) -> HttpResponse:
    """Add a ladder, or change one."""
    ladders = ReminderLadder.objects.filter(company=request.company)
    ladder = get_object_or_404(ladders, pk=ladder_id) if ladder_id else None
    steps = list(ladder.steps.values("days", "channel", "tone", "has_letter")) if ladder else []
    form = NameForm(request.POST or None, initial={"name": ladder.name if ladder else ""})
    rows = StepForms(request.POST or None, initial=steps, prefix="steps")
    if request.method == "POST" and form.is_valid() and rows.is_valid():
        try:
            saved = _save(request, form.cleaned_data["name"], rows, ladder_id)
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, f"Saved: {saved}. It holds from now on.")
            return redirect("credit_control:ladder_list")
    return render(request, "credit_control/ladder.html", {"form": form, "rows": rows, "ladder": ladder})


def _save(request: StaffRequest, name: str, rows: Any, ladder_id: int | None) -> ReminderLadder:
    typed = [row.cleaned_data for row in rows if row.cleaned_data.get("days") is not None]
    steps = [StepDetails(**{field: each[field] for field in StepForm.base_fields}) for each in typed]
    return save_reminder_ladder(request.company, name, steps, by=request.user, ladder_id=ladder_id)


@require_POST
@staff_door("office.change_company_settings")
def add_usual(request: StaffRequest) -> HttpResponse:
    """Add the ladder that many begin with."""
    try:
        ladder = add_usual_ladder(request.company, by=request.user)
    except Refused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, f"Added: {ladder}. Choose whom it holds for.")
    return redirect("credit_control:ladder_list")


@require_POST
@staff_door("office.change_company_settings")
def choose(request: StaffRequest) -> HttpResponse:
    """Say which ladder holds for the company, a group or a customer."""
    group, customer = request.POST.get("group", ""), request.POST.get("customer", "")
    whose = {"group_id": typed_id(group) or 0} if group else {"customer_id": typed_id(customer) or 0}
    wanted = request.POST.get("ladder", "none")
    ladder_id = None if wanted in ("", WIDER) else typed_id(wanted) or 0
    try:
        choose_ladder(
            request.company,
            ladder_id,
            by=request.user,
            clear=wanted == WIDER,
            **(whose if group or customer else {}),
        )
    except Refused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, "Saved. It holds from now on.")
    return redirect("credit_control:ladder_list")
