"""How long what is kept: by law, or longer; and what is past its time, to be cleared by a person."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from ledger.refusals import Refused
from office.models import Company
from office.operations.clear_past import LONGEST, clear_past, set_own_terms
from office.privacy.keeping import years_kept
from office.privacy.sweeping import SWEEPS, past_now
from office.privacy.terms import Term, schedule_of
from office.web.doors import CHANGES, staff_door
from office.web.requests import StaffRequest

ACT = "office.change_company_settings"


class TermsForm(forms.Form):
    """For how many years papers of each kind are kept."""

    def __init__(self, *args: Any, company: Company, **options: Any) -> None:
        super().__init__(*args, **options)
        law, kept = schedule_of(company.country), years_kept(company)
        for term in Term:
            self.fields[term.value] = forms.IntegerField(
                label=term.label,
                min_value=0,
                max_value=LONGEST,
                initial=kept[term],
                help_text=f"Years. By law {law.years(term)}.",
            )


@staff_door(ACT)
def retention(request: StaffRequest) -> HttpResponse:
    """The terms, to be made longer, and what is past its time."""
    form = TermsForm(request.POST or None, company=request.company)
    if request.method == "POST" and form.is_valid():
        try:
            set_own_terms(request.company, form.cleaned_data, by=request.user)
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, "Saved.")
            return redirect("office:retention")
    past = past_now(request.company)
    context = {
        "form": form,
        "law": schedule_of(request.company.country),
        "sweeps": [(sweep, past[sweep.name]) for sweep in SWEEPS],
        "count": sum(past.values()),
    }
    return render(request, "office/retention.html", context, status=422 if form.errors else 200)


@require_POST
@staff_door(ACT, recently_known=CHANGES)
def clear(request: StaffRequest) -> HttpResponse:
    """Clear what is past its time."""
    try:
        done = clear_past(request.company, by=request.user)
    except Refused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, f"{sum(done.values())} rows are cleared.")
    return redirect("office:retention")
