"""When statements are made by themselves."""

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from credit_control.operations.schedule_statements import MOST, ScheduleDetails, schedule_of, set_statement_schedule
from credit_control.statements.schedule import next_day
from ledger import calendar
from ledger.refusals import Refused
from office.web.doors import staff_door
from office.web.requests import StaffRequest


class ScheduleForm(forms.Form):
    """A day of each month, and what may leave without a person."""

    day_of_month = forms.IntegerField(
        label="Day of the month",
        required=False,
        min_value=1,
        max_value=31,
        help_text="Statements then tell of all up to the day before. 31 is the last day. Empty: none by itself.",
    )
    at = forms.TimeField(
        label="At", widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"), help_text="Where the company is."
    )
    sends = forms.BooleanField(
        label="Send them without a person", required=False, help_text="Else the run waits until somebody starts it."
    )
    most = forms.IntegerField(
        label="At most so many without a person",
        min_value=1,
        max_value=MOST,
        help_text="A larger run waits until somebody looked at it. What looks wrong always waits.",
    )


@staff_door("office.change_company_settings")
def schedule_page(request: StaffRequest) -> HttpResponse:
    """Look at the schedule and set it."""
    schedule = schedule_of(request.company)
    initial = {name: getattr(schedule, name) for name in ("day_of_month", "at", "sends", "most")}
    form = ScheduleForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            set_statement_schedule(request.company, ScheduleDetails(**form.cleaned_data), by=request.user)
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, "Saved.")
            return redirect("credit_control:statement_schedule")
    context = {"form": form, "schedule": schedule, "comes_on": next_day(schedule, calendar.now())}
    return render(request, "credit_control/statement_schedule.html", context)
