"""Saved views: kept from a list, listed, renamed, shared, taken away."""

from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Count
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST

from ledger.refusals import Refused
from office.models import SavedView
from office.operations.keep_view import change_view, delete_view, save_view
from office.views import get_own_view, get_view_for, may_delete, views_for
from office.web.asking import known_address
from office.web.doors import EVERYBODY, staff_door
from office.web.lists import Choice, Column, Empty, ListSpec, list_page
from office.web.requests import StaffRequest

VIEWS = ListSpec(
    name="views",
    title="Saved views",
    columns=(
        Column("name", "View", "name", sort="name", url=lambda row: reverse("office:view", args=[row.pk])),
        Column("list", "Shows", "title", sort="title", url=lambda row: row.address),
        Column("owner", "Whose", "owner.name", sort="owner__name", hide_below="phone"),
        Column("shared", "Seen by", lambda row: "Everybody" if row.is_shared else "Only them", hide_below="tablet"),
        Column("schedules", "Mailed on schedules", "schedule_count", "number", hide_below="tablet"),
        Column("changed_at", "Changed", "changed_at", "moment", sort="changed_at", hide_below="tablet"),
    ),
    order="name",
    filters=(Choice("shared", "Seen by", "is_shared", choices=[("True", "Everybody"), ("False", "Only its owner")]),),
    search=("name", "title"),
    search_hint="View or list",
    empty=Empty(
        "No views yet",
        "Narrow a list, choose its columns, and keep that under a name with Views. It can be shared and mailed.",
        "filter",
    ),
)


class ViewForm(forms.Form):
    """What is asked of a view."""

    name = forms.CharField(max_length=100)
    is_shared = forms.BooleanField(label="Shared with all who may open this page", required=False)


class NewViewForm(ViewForm):
    """A view as a list's menu sends it."""

    address = forms.CharField(max_length=4000)
    replaces = forms.BooleanField(required=False)


@require_GET
@staff_door(EVERYBODY)
def view_list(request: StaffRequest) -> HttpResponseBase:
    """One's own views, and those that others share."""
    rows = views_for(request.user).filter(company=request.company).select_related("owner")
    return list_page(request, VIEWS, rows.annotate(schedule_count=Count("schedules")))


@require_POST
@staff_door(EVERYBODY)
def view_new(request: StaffRequest) -> HttpResponse:
    """Keep what a list shows under a name, and show it."""
    form = NewViewForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Give the view a name.")
        return redirect(_back(request))
    asked = form.cleaned_data
    try:
        shows = known_address(request.user, request.company, asked["address"])
        how = {"is_shared": asked["is_shared"], "replaces": asked["replaces"]}
        view = save_view(request.company, asked["name"], shows, by=request.user, **how)
    except Refused as refusal:
        messages.error(request, refusal.message)
        return redirect(_back(request))
    messages.success(request, f"“{view.name}” is kept. You find it under Views.")
    return redirect(view.address)


def _back(request: StaffRequest) -> str:
    """The list that the form was on."""
    typed = request.POST.get("address", "")
    is_ours = typed.startswith("/") and url_has_allowed_host_and_scheme(typed, None)
    return typed if is_ours else reverse("office:view_list")


@staff_door(EVERYBODY)
def view(request: StaffRequest, view_id: int) -> HttpResponse:
    """A view: what it shows, whose it is, and its schedules; its owner renames and shares it here."""
    shown = get_view_for(request.user, view_id)
    is_own = shown.owner_id == request.user.pk
    form = ViewForm(request.POST or None, initial={"name": shown.name, "is_shared": shown.is_shared})
    if request.method == "POST":
        get_own_view(request.user, view_id)
        if form.is_valid() and _changed(request, shown, form):
            return redirect("office:view", shown.pk)
    context: dict[str, Any] = {
        "view": shown,
        "form": form,
        "is_own": is_own,
        "may_delete": may_delete(request.user, shown),
        "schedules": shown.schedules.prefetch_related("people") if is_own else [],
    }
    return render(request, "office/view.html", context)


def _changed(request: StaffRequest, shown: SavedView, form: ViewForm) -> bool:
    try:
        change_view(shown.pk, **form.cleaned_data, by=request.user)
    except Refused as refusal:
        form.add_error("name", refusal.message)
        return False
    messages.success(request, "The view is changed.")
    return True


@require_POST
@staff_door(EVERYBODY)
def view_delete(request: StaffRequest, view_id: int) -> HttpResponse:
    """Take a view away."""
    shown = get_view_for(request.user, view_id)
    try:
        delete_view(shown.pk, by=request.user)
    except Refused as refusal:
        messages.error(request, refusal.message)
        return redirect("office:view", shown.pk)
    messages.success(request, f"“{shown.name}” is deleted.")
    return redirect("office:view_list")
