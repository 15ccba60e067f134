"""When reminders and statements leave: hours, how many a day, and the company's own days."""

from datetime import date, timedelta

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from ledger.refusals import Refused
from office.hours.sending_hours import SendingHours
from office.hours.working_days import holiday_name
from office.models import Company, OwnDay
from office.operations.set_own_day import remove_own_day, set_own_day
from office.operations.update_company import update_company
from office.web.doors import staff_door
from office.web.requests import StaffRequest

FIELDS = ["mail_from_hour", "mail_until_hour", "mail_off_days", "mail_daily_limit"]
AHEAD = 365
SHOWN = 8


class HoursForm(forms.ModelForm):
    """From when until when, and how many a day."""

    mail_from_hour = forms.IntegerField(label="Leave from", min_value=0, max_value=23, help_text="The full hour.")
    mail_until_hour = forms.IntegerField(label="Until", min_value=1, max_value=24, help_text="24: till midnight.")

    class Meta:
        model = Company
        fields = FIELDS


class OwnDayForm(forms.Form):
    """A day that is worked or not, whatever the calendar says."""

    day = forms.DateField(widget=forms.DateInput(attrs={"type": "date"}))
    is_worked = forms.ChoiceField(label="It is", choices=[("", "Off"), ("on", "Worked")], required=False)
    name = forms.CharField(label="Why", max_length=100, help_text="Such as company outing.")


@staff_door("office.change_company_settings")
def sending_hours(request: StaffRequest) -> HttpResponse:
    """Show and change when mail that can wait leaves."""
    company = Company.objects.get(pk=request.company.pk)
    form = HoursForm(request.POST or None, instance=company)
    if request.method == "POST" and form.is_valid():
        try:
            update_company(company.pk, form.cleaned_data, by=request.user)
        except Refused as refusal:
            form.add_error("mail_until_hour", refusal.message)
        else:
            messages.success(request, "Saved. What waits now goes by it too.")
            return redirect("office:sending_hours")
    return _page(request, form, OwnDayForm())


@require_POST
@staff_door("office.change_company_settings")
def set_day(request: StaffRequest) -> HttpResponse:
    """Say that a day is worked, or not."""
    form = OwnDayForm(request.POST)
    if form.is_valid():
        said = form.cleaned_data | {"is_worked": bool(form.cleaned_data["is_worked"])}
        try:
            row = set_own_day(request.company, said.pop("day"), **said, by=request.user)
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, f"Kept: {row}.")
            return redirect("office:sending_hours")
    return _page(request, HoursForm(instance=request.company), form)


@require_POST
@staff_door("office.change_company_settings")
def remove_day(request: StaffRequest, own_day_id: int) -> HttpResponse:
    """Go by the calendar again."""
    if not OwnDay.objects.filter(company=request.company, pk=own_day_id).exists():
        raise Http404("No such day.")
    try:
        remove_own_day(own_day_id, by=request.user)
        messages.success(request, "The calendar says again what that day is.")
    except Refused as refusal:
        messages.error(request, refusal.message)
    return redirect("office:sending_hours")


def _page(request: StaffRequest, form: HoursForm, day_form: OwnDayForm) -> HttpResponse:
    context = {
        "form": form,
        "day_form": day_form,
        "own_days": OwnDay.objects.filter(company=request.company, day__gte=request.company.today()),
        "holidays": coming_holidays(request.company),
    }
    return render(request, "office/sending_hours.html", context)


def coming_holidays(company: Company) -> list[tuple[date, str]]:
    """The next public holidays where the company is that are not worked."""
    hours, today = SendingHours.of(company), company.today()
    days = (today + timedelta(days=number) for number in range(AHEAD))
    named = ((day, holiday_name(day, company.country, company.region)) for day in days)
    return [(day, name) for day, name in named if name and not hours.is_working_day(day)][:SHOWN]
