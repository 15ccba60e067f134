"""Who sees whose customers: teams of those who are limited to the customers they own in sales."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from ledger.refusals import Refused
from office.access import found
from office.models import Company, Team, User
from office.operations.set_team import remove_team, set_team, team_mark
from office.web.doors import CHANGES, staff_door
from office.web.requests import StaffRequest


class TeamForm(forms.Form):
    """A team's name and who is of it."""

    name = forms.CharField(max_length=60)
    members = forms.TypedMultipleChoiceField(coerce=int, required=False, widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, company: Company, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        staff = User.objects.filter(companies=company.pk, is_active=True).order_by("name", "pk")
        told = [(each.pk, f"{each}{'' if each.only_own_customers else ' (sees all customers)'}") for each in staff]
        self.fields["members"].choices = told  # type: ignore[attr-defined]


@staff_door("office.manage_staff", recently_known=CHANGES)
def team_list(request: StaffRequest) -> HttpResponse:
    """The teams, and a form for a new one."""
    form = TeamForm(request.POST or None, company=request.company)
    if request.method == "POST" and form.is_valid() and _is_set(request, None, form):
        return redirect("office:team_list")
    teams = request.company.teams.prefetch_related("members")
    return render(request, "office/team_list.html", {"form": form, "teams": teams})


@staff_door("office.manage_staff", recently_known=CHANGES)
def team(request: StaffRequest, team_id: int) -> HttpResponse:
    """Change a team's name and members."""
    shown = _team(request, team_id)
    members = [each.pk for each in shown.members.all()]
    form = TeamForm(request.POST or None, company=request.company, initial={"name": shown.name, "members": members})
    if request.method == "POST" and form.is_valid() and _is_set(request, shown.pk, form):
        return redirect("office:team_list")
    return render(
        request, "office/team.html", {"form": form, "team": shown, "seen": team_mark(_team(request, team_id))}
    )


@require_POST
@staff_door("office.manage_staff", recently_known=CHANGES)
def remove(request: StaffRequest, team_id: int) -> HttpResponse:
    """Let a team be none any more."""
    shown = _team(request, team_id)
    remove_team(request.company, shown.pk, by=request.user)
    messages.success(request, f"{shown} is no team any more: its members see the customers they own themselves.")
    return redirect("office:team_list")


def _team(request: StaffRequest, team_id: int) -> Team:
    return found(request.company.teams.filter(pk=team_id), "team")


def _is_set(request: StaffRequest, team_id: int | None, form: TeamForm) -> bool:
    typed = form.cleaned_data
    try:
        kept = set_team(
            request.company,
            team_id,
            typed["name"],
            typed["members"],
            seen=request.POST.get("seen", ""),
            by=request.user,
        )
    except Refused as refusal:
        form.add_error(None, refusal.message)
        return False
    messages.success(request, f"Saved: {kept}.")
    return True
