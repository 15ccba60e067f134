"""Who decides in whose place, from when until when."""

from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from ledger.refusals import Refused
from office.approvals.deciding import DECIDES
from office.dressing import dressed
from office.models import Company, Deputy, User
from office.operations.name_deputy import ASKS, KEEPS_STAFF, end_deputy, name_deputy
from office.talk.topics import colleagues_of
from office.web.doors import staff_door
from office.web.requests import StaffRequest


class DeputyForm(forms.Form):
    """In whose place, who, and from which day to which."""

    person = forms.ModelChoiceField(User.objects.none(), label="In the place of", empty_label=None)
    deputy = forms.ModelChoiceField(User.objects.none(), label="Decides")
    first_on = forms.DateField(label="From", widget=forms.DateInput(attrs={"type": "date"}))
    last_on = forms.DateField(label="Until", widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, *args: Any, company: Company, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        staff = list(colleagues_of(company))
        places = [each.pk for each in staff if each.has_perm(DECIDES)] if user.has_perm(KEEPS_STAFF) else [user.pk]
        who = [each.pk for each in staff if each.has_perm(ASKS)]
        for name, ids in (("person", places), ("deputy", who)):
            self.fields[name].queryset = User.objects.filter(pk__in=ids).order_by("name", "pk")  # type: ignore[attr-defined]


@staff_door("office.ask_approval")
def deputy_list(request: StaffRequest) -> HttpResponse:
    """Who stands in for whom now and later, and a form for one more."""
    can_name = request.user.has_perm(DECIDES) or request.user.has_perm(KEEPS_STAFF)
    today = request.company.today()
    form = DeputyForm(
        request.POST or None, company=request.company, user=request.user, initial={"first_on": today, "last_on": today}
    )
    if request.method == "POST" and can_name and form.is_valid():
        try:
            named = name_deputy(request.company, **form.cleaned_data, by=request.user)
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, f"Kept: {named}.")
            return redirect("office:deputy_list")
    context = {"form": form if can_name else None, "deputies": _shown(request, today)}
    return render(request, "office/deputies.html", context)


def _shown(request: StaffRequest, today: date) -> list[Deputy]:
    standing = Deputy.objects.filter(company=request.company, ended_at=None, last_on__gte=today)
    keeps = request.user.has_perm(KEEPS_STAFF)
    rows = standing.select_related("person", "deputy")
    return [dressed(row, can_end=keeps or request.user in (row.person, row.deputy)) for row in rows]


@require_POST
@staff_door("office.ask_approval")
def end(request: StaffRequest, deputy_id: int) -> HttpResponse:
    """End it before its last day."""
    if not Deputy.objects.filter(company=request.company, pk=deputy_id).exists():
        raise Http404("No such deputy.")
    try:
        end_deputy(deputy_id, by=request.user)
        messages.success(request, "Ended.")
    except Refused as refusal:
        messages.error(request, refusal.message)
    return redirect("office:deputy_list")
