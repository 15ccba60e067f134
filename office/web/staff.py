"""Who works here: adding people and setting their roles."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from ledger.refusals import Refused
from office.access import found
from office.factors import NAMES, factors_of
from office.models import Company, Department, User
from office.operations.manage_factors import take_factors
from office.operations.manage_staff import StaffDetails, add_staff, update_staff
from office.roles import ROLES, STAND_ALONE
from office.web.doors import CHANGES, staff_door
from office.web.requests import StaffRequest

ROLE_CHOICES = [(role, role.capitalize()) for role in ROLES]


class StaffForm(forms.Form):
    """Somebody's name and roles."""

    name = forms.CharField(max_length=100)
    roles = forms.MultipleChoiceField(
        choices=ROLE_CHOICES, widget=forms.CheckboxSelectMultiple, help_text=" ".join(STAND_ALONE.values())
    )
    department = forms.ChoiceField(
        choices=[("", "None"), *Department.choices], required=False, help_text="Questions can be put to it."
    )
    same_person_as_id = forms.TypedChoiceField(
        label="Another log-in of",
        coerce=int,
        empty_value=None,
        required=False,
        help_text="Neither log-in approves what the other asks.",
    )
    only_own_customers = forms.BooleanField(label="Sees only customers they own in sales", required=False)
    is_active = forms.BooleanField(label="May log in", required=False, initial=True)

    def __init__(self, *args: Any, company: Company, person: User | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others = User.objects.filter(companies=company.pk, same_person_as=None).order_by("name", "pk")
        others = others.exclude(pk=person.pk) if person else others
        named = [(str(each.pk), f"{each.name} ({each.email})") for each in others]
        self.fields["same_person_as_id"].choices = [("", "Nobody else here"), *named]  # type: ignore[attr-defined]


class NewStaffForm(StaffForm):
    """Somebody new, with the password they begin with."""

    field_order = ["name", "email", "password", "roles", "department", "same_person_as_id", "only_own_customers"]

    email = forms.EmailField(max_length=254)
    password = forms.CharField(
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text="At least 10 characters. They can change it after log-in.",
    )
    is_active = None  # type: ignore[assignment]  # takes the field away


@staff_door("office.manage_staff", recently_known=CHANGES)
def staff_list(request: StaffRequest) -> HttpResponse:
    """Everybody who works for the company, and a form for somebody new."""
    form = NewStaffForm(request.POST or None, company=request.company)
    if request.method == "POST" and form.is_valid():
        data = dict(form.cleaned_data)
        password = data.pop("password")
        try:
            user = add_staff(request.company, StaffDetails(**data), password, by=request.user)
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, f"{user} can log in now.")
            return redirect("office:staff_list")
    staff = User.objects.filter(companies=request.company.pk).order_by("-is_active", "name").prefetch_related("groups")
    return render(request, "office/staff_list.html", {"form": form, "staff": staff})


@staff_door("office.manage_staff", recently_known=CHANGES)
def staff(request: StaffRequest, user_id: int) -> HttpResponse:
    """Change one person's name, roles or way in."""
    user = _colleague(request, user_id)
    initial = {
        "name": user.name,
        "roles": list(user.groups.values_list("name", flat=True)),
        "department": user.department,
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
    context = {"form": form, "person": user, "factors": [NAMES[each.type] for each in factors_of(user)]}
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


def _colleague(request: StaffRequest, user_id: int) -> User:
    return found(User.objects.filter(companies=request.company.pk, pk=user_id), "person who works here")
