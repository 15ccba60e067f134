"""Who works here: adding people and setting their roles."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.models import Group
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from ledger.refusals import Refused
from office.access import found
from office.dressing import dressed
from office.models import Company, Department, LogInLink, User
from office.operations.erase_colleague import erase_colleague
from office.operations.log_in_links import invitations_of, invite_again, withdraw_invitation
from office.operations.manage_factors import take_factors
from office.operations.manage_staff import StaffDetails, invite_staff, update_staff
from office.roles import STAND_ALONE
from office.ways_in.factors import NAMES, factors_of
from office.web.doors import CHANGES, staff_door
from office.web.requests import StaffRequest


class StaffForm(forms.Form):
    """Somebody's name and roles."""

    name = forms.CharField(max_length=100)
    roles = forms.MultipleChoiceField(widget=forms.CheckboxSelectMultiple, help_text=" ".join(STAND_ALONE.values()))
    department = forms.ChoiceField(
        choices=[("", "None"), *Department.choices], required=False, help_text="Questions can be put to it."
    )
    until = forms.DateField(
        label="Comes in until",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text="The last day; an auditor has one. Then the log-in and its keys for programs end by themselves.",
    )
    same_person_as_id = forms.TypedChoiceField(
        label="Another log-in of",
        coerce=int,
        empty_value=None,
        required=False,
        help_text="Neither log-in approves what the other asks.",
    )
    only_own_customers = forms.BooleanField(label="Sees only customers they or their team own in sales", required=False)
    is_active = forms.BooleanField(label="May log in", required=False, initial=True)

    def __init__(self, *args: Any, company: Company, person: User | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others = User.objects.filter(companies=company.pk, same_person_as=None).order_by("name", "pk")
        others = others.exclude(pk=person.pk) if person else others
        roles = Group.objects.order_by("name").values_list("name", flat=True)
        self.fields["roles"].choices = [(role, role.capitalize()) for role in roles]  # type: ignore[attr-defined]
        named = [(str(each.pk), f"{each.name} ({each.email})") for each in others]
        self.fields["same_person_as_id"].choices = [("", "Nobody else here"), *named]  # type: ignore[attr-defined]


class NewStaffForm(StaffForm):
    """Somebody new, who chooses a password by the link that is mailed to them."""

    field_order = ["name", "email", "roles", "until", "department", "same_person_as_id", "only_own_customers"]

    email = forms.EmailField(max_length=254)
    is_active = None  # type: ignore[assignment]  # takes the field away


@staff_door("office.manage_staff", recently_known=CHANGES)
def staff_list(request: StaffRequest) -> HttpResponse:
    """Everybody who works for the company, and a form for somebody new."""
    form = NewStaffForm(request.POST or None, company=request.company)
    if request.method == "POST" and form.is_valid():
        try:
            user = invite_staff(request.company, StaffDetails(**form.cleaned_data), by=request.user)
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, f"{user} is invited: a link is on its way to {user.email}.")
            return redirect("office:staff_list")
    staff = User.objects.filter(companies=request.company.pk).order_by("-is_active", "name").prefetch_related("groups")
    invitations = invitations_of(request.company)
    people = [dressed(person, invitation=_waits(person, invitations.get(person.pk))) for person in staff]
    return render(request, "office/staff_list.html", {"form": form, "staff": people, "today": timezone.now().date()})


@staff_door("office.manage_staff", recently_known=CHANGES)
def staff(request: StaffRequest, user_id: int) -> HttpResponse:
    """Change one person's name, roles or way in."""
    user = _colleague(request, user_id)
    initial = {
        "name": user.name,
        "roles": list(user.groups.values_list("name", flat=True)),
        "department": user.department,
        "until": user.until,
        "only_own_customers": user.only_own_customers,
        "same_person_as_id": user.same_person_as_id,
        "is_active": user.is_active,
    }
    form = StaffForm(request.POST or None, initial=initial, company=request.company, person=user)
    if request.method == "POST" and form.is_valid():
        try:
            update_staff(user.pk, StaffDetails(email=user.email, **form.cleaned_data), by=request.user)
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, "Saved.")
            return redirect("office:staff_list")
    context = {
        "form": form,
        "person": user,
        "factors": [NAMES[each.type] for each in factors_of(user)],
        "invitation": _waits(user, invitations_of(request.company).get(user.pk)),
    }
    return render(request, "office/staff.html", context)


@require_POST
@staff_door("office.manage_staff", recently_known=CHANGES)
def lost_factors(request: StaffRequest, user_id: int) -> HttpResponse:
    """Take somebody's second factors away, because they lost them."""
    user = _colleague(request, user_id)
    try:
        take_factors(user.pk, by=request.user, reason=request.POST.get("reason", ""))
        messages.success(
            request, f"{user} logs in with the password alone until they set up anew, and is told by mail."
        )
    except Refused as refusal:
        messages.error(request, refusal.message)
    return redirect("office:staff", user.pk)


@require_POST
@staff_door("office.manage_staff", recently_known=CHANGES)
def erase(request: StaffRequest, user_id: int) -> HttpResponse:
    """Make a pseudonym of somebody who left."""
    user = _colleague(request, user_id)
    try:
        erased = erase_colleague(user.pk, by=request.user, reason=request.POST.get("reason", ""))
        messages.success(request, f"Erased. What they did is {erased.name}'s from now on.")
    except Refused as refusal:
        messages.error(request, refusal.message)
    return redirect("office:staff", user.pk)


def _waits(person: User, invitation: LogInLink | None) -> LogInLink | None:
    return None if person.has_usable_password() else invitation


@require_POST
@staff_door("office.manage_staff", recently_known=CHANGES)
def invite(request: StaffRequest, user_id: int) -> HttpResponse:
    """Mail an invitation anew."""
    user = _colleague(request, user_id)
    try:
        invite_again(user.pk, request.company, by=request.user)
        messages.success(request, f"A new link is on its way to {user.email}.")
    except Refused as refusal:
        messages.error(request, refusal.message)
    return redirect("office:staff", user.pk)


@require_POST
@staff_door("office.manage_staff", recently_known=CHANGES)
def withdraw(request: StaffRequest, user_id: int) -> HttpResponse:
    """Let an invitation open nothing any more."""
    user = _colleague(request, user_id)
    try:
        withdraw_invitation(user.pk, by=request.user)
        messages.success(request, "Withdrawn: the link opens nothing any more.")
    except Refused as refusal:
        messages.error(request, refusal.message)
    return redirect("office:staff", user.pk)


def _colleague(request: StaffRequest, user_id: int) -> User:
    return found(User.objects.filter(companies=request.company.pk, pk=user_id), "person who works here")
