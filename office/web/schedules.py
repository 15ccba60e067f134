"""Schedules that mail a view: made, changed, paused, removed; and what was sent."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from ledger.refusals import Refused
from office.models import Company, FileFormat, Rhythm, User, ViewSchedule, WeekDay
from office.operations.schedule_view import (
    ScheduleDetails,
    add_schedule,
    change_schedule,
    pause_schedule,
    remove_schedule,
    resume_schedule,
)
from office.talk.topics import colleagues_of
from office.views import get_own_view, get_schedule_for
from office.web.doors import EVERYBODY, staff_door
from office.web.fields import set_rows
from office.web.once import once
from office.web.requests import StaffRequest

SHOWN = 100
"""How many of the latest sendings a schedule's page shows."""


class ScheduleForm(forms.Form):
    """A schedule as typed."""

    format = forms.ChoiceField(label="As", choices=FileFormat.choices)
    rhythm = forms.ChoiceField(label="When", choices=Rhythm.choices)
    week_day = forms.TypedChoiceField(
        label="Day of the week",
        choices=WeekDay.choices,
        coerce=int,
        required=False,
        empty_value=None,
        help_text="Where it is sent each week.",
    )
    month_day = forms.IntegerField(
        label="Day of the month",
        min_value=1,
        max_value=31,
        required=False,
        help_text="Where it is sent each month; in a shorter month on its last day.",
    )
    hour = forms.TypedChoiceField(label="At", choices=[(hour, f"{hour:02}:00") for hour in range(24)], coerce=int)
    people = forms.ModelMultipleChoiceField(
        label="To",
        queryset=User.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        help_text="Each gets what they may see then.",
    )

    def __init__(self, company: Company, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        set_rows(self, "people", colleagues_of(company))
        self.fields["hour"].help_text = f"In the company's time zone, {company.time_zone}."

    def details(self) -> ScheduleDetails:
        """The schedule as operations take it."""
        return ScheduleDetails(**{**self.cleaned_data, "people": list(self.cleaned_data["people"])})


@staff_door(EVERYBODY)
@once
def schedule_new(request: StaffRequest, view_id: int) -> HttpResponse:
    """Have a view of one's own mailed."""
    view = get_own_view(request.user, view_id)
    initial = {"hour": 7, "week_day": WeekDay.MONDAY, "month_day": 1, "people": [request.user.pk]}
    form = ScheduleForm(view.company, request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            made = add_schedule(view.pk, form.details(), now=timezone.now(), by=request.user)
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, "The view will be mailed.")
            return redirect("office:schedule", made.pk)
    return render(request, "office/schedule_new.html", {"form": form, "view": view})


@staff_door(EVERYBODY)
def schedule(request: StaffRequest, schedule_id: int) -> HttpResponse:
    """One schedule: what it says, when it is next, and what was sent."""
    shown = get_schedule_for(request.user, schedule_id)
    form = ScheduleForm(shown.view.company, request.POST or None, initial=_initial(shown))
    if request.method == "POST" and form.is_valid():
        try:
            change_schedule(shown.pk, form.details(), now=timezone.now(), by=request.user)
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, "The schedule is changed.")
            return redirect("office:schedule", shown.pk)
    sendings = shown.sendings.select_related("person", "mail").defer("mail__kept_message").order_by("-due_at", "person")
    context = {"form": form, "schedule": shown, "view": shown.view, "sendings": sendings[:SHOWN], "most": SHOWN}
    return render(request, "office/schedule.html", context)


def _initial(shown: ViewSchedule) -> dict[str, Any]:
    names = ("format", "rhythm", "week_day", "month_day", "hour")
    people = list(shown.people.values_list("pk", flat=True))
    return {name: getattr(shown, name) for name in names} | {"people": people}


@require_POST
@staff_door(EVERYBODY)
def pause(request: StaffRequest, schedule_id: int) -> HttpResponse:
    """Send nothing more for now."""
    shown = get_schedule_for(request.user, schedule_id)
    try:
        pause_schedule(shown.pk, by=request.user)
        messages.success(request, "Paused: nothing is sent until you resume it.")
    except Refused as refusal:
        messages.error(request, refusal.message)
    return redirect("office:schedule", shown.pk)


@require_POST
@staff_door(EVERYBODY)
def resume(request: StaffRequest, schedule_id: int) -> HttpResponse:
    """Send it again."""
    shown = get_schedule_for(request.user, schedule_id)
    try:
        resume_schedule(shown.pk, now=timezone.now(), by=request.user)
        messages.success(request, "Resumed.")
    except Refused as refusal:
        messages.error(request, refusal.message)
    return redirect("office:schedule", shown.pk)


@require_POST
@staff_door(EVERYBODY)
def remove(request: StaffRequest, schedule_id: int) -> HttpResponse:
    """End a schedule."""
    shown = get_schedule_for(request.user, schedule_id)
    try:
        remove_schedule(shown.pk, by=request.user)
        messages.success(request, "The schedule is removed.")
    except Refused as refusal:
        messages.error(request, refusal.message)
    return redirect("office:view", shown.view_id)
