"""Roles: what each may do, changed with a look at the difference first, and every door with whom it lets in."""

from itertools import groupby
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.models import Group
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from ledger.refusals import Refused
from office.access import found
from office.operations.change_role import add_role, change_role, held_by, mark_of, put_role_back, remove_role
from office.rights import doors, matrix_csv, rights, roles_with_rights
from office.roles import ROLES, brought_by
from office.web.doors import CHANGES, staff_door
from office.web.fields import set_rows
from office.web.requests import StaffRequest

MANAGE = "office.manage_roles"


class NewRoleForm(forms.Form):
    """A role of one's own."""

    name = forms.CharField(label="Name", max_length=40, help_text="Such as “dispute clerk”.")
    like = forms.ModelChoiceField(
        label="May at first what this one may", queryset=Group.objects.none(), required=False, empty_label="Only look"
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        set_rows(self, "like", Group.objects.order_by("name"))


@staff_door(MANAGE, recently_known=CHANGES)
def role_list(request: StaffRequest) -> HttpResponse:
    """Each permission and the roles that have it; and a new role."""
    form = NewRoleForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = add_role(form.cleaned_data["name"], form.cleaned_data["like"], by=request.user)
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, f"The role {made} is made. Set what it may.")
            return redirect("office:role", made.pk)
    roles = roles_with_rights()
    people = dict(Group.objects.annotate(people=Count("user")).values_list("pk", "people"))
    rows = [
        (room, [(right, [right.name in may for _, may in roles]) for right in each])
        for room, each in groupby(rights(), key=lambda right: right.room)
    ]
    context = {"roles": [(group, people[group.pk]) for group, _ in roles], "rows": rows, "form": form}
    return render(request, "office/role_list.html", context)


@staff_door(MANAGE, recently_known=CHANGES)
def role(request: StaffRequest, group_id: int) -> HttpResponse:
    """What one role may: ticked, then shown as a difference, then kept."""
    group = found(Group.objects.filter(pk=group_id), "role")
    before, trouble = held_by(group), ""
    wanted = set(request.POST.getlist("may")) if request.method == "POST" else before
    known = rights()
    wanted &= {right.name for right in known}
    reason, seen = request.POST.get("reason", ""), request.POST.get("seen", "")
    if request.method == "POST" and request.POST.get("step") == "keep":
        try:
            change_role(group.pk, wanted, reason, seen=seen, by=request.user)
        except Refused as refusal:
            trouble = refusal.message
        else:
            messages.success(request, f"The role {group} is changed. It holds from the next click of everybody.")
            return redirect("office:role", group.pk)
    context: dict[str, Any] = {
        "role": group,
        "is_brought": group.name in ROLES,
        "is_changed": group.name in ROLES and before != brought_by(group.name),
        "rooms": [
            (room, [(right, right.name in wanted, right.name in brought_by(group.name)) for right in each])
            for room, each in groupby(known, key=lambda right: right.room)
        ],
        "people": group.user_set.filter(companies__in=list(request.companies)).distinct().order_by("name"),
        "seen": seen or mark_of(before),
        "trouble": trouble,
    }
    if request.method == "POST" and request.POST.get("step") != "edit":
        context |= {
            "gains": [right for right in known if right.name in wanted - before],
            "loses": [right for right in known if right.name in before - wanted],
            "wanted": sorted(wanted),
            "reason": reason,
        }
        return render(request, "office/role_difference.html", context)
    return render(request, "office/role.html", context)


@require_POST
@staff_door(MANAGE, recently_known=CHANGES)
def put_back(request: StaffRequest, group_id: int) -> HttpResponse:
    """Let a role do again what Duebook brings."""
    group = found(Group.objects.filter(pk=group_id), "role")
    try:
        put_role_back(group.pk, by=request.user)
        messages.success(request, f"The role {group} may what it came with.")
    except Refused as refusal:
        messages.error(request, refusal.message)
    return redirect("office:role", group.pk)


@require_POST
@staff_door(MANAGE, recently_known=CHANGES)
def remove(request: StaffRequest, group_id: int) -> HttpResponse:
    """Remove a role that was made here."""
    group = found(Group.objects.filter(pk=group_id), "role")
    try:
        remove_role(group.pk, by=request.user)
    except Refused as refusal:
        messages.error(request, refusal.message)
        return redirect("office:role", group_id)
    messages.success(request, f"The role {group} is removed.")
    return redirect("office:role_list")


@require_GET
@staff_door(MANAGE)
def door_list(request: StaffRequest) -> HttpResponse:
    """Every door of the site, read from its code, with the roles that it lets in; also as CSV."""
    if request.GET.get("format") == "csv":
        headers = {"Content-Disposition": 'attachment; filename="who-may-do-what.csv"'}
        return HttpResponse(matrix_csv(), content_type="text/csv; charset=utf-8", headers=headers)
    text = request.GET.get("q", "")[:100].strip().lower()
    roles, words = roles_with_rights(), {right.name: right.words for right in rights()}
    rows = [
        (door, words.get(door.permission, ""), [group.name for group, may in roles if door.permission in may])
        for door in doors()
        if text in f"{door.route} {door.permission} {words.get(door.permission, '')}".lower()
    ]
    context = {"rows": rows, "text": text, "total": len(doors())}
    return render(request, "office/door_list.html", context)
