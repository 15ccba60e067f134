"""Which programs are told what happens, and what became of each telling."""

import json
from collections.abc import Callable
from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import messages
from django.db.models import Max
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from ledger.refusals import Refused
from office.models import DeliveryState, WebhookEndpoint
from office.operations.manage_webhooks import (
    LONGEST_OVERLAP_HOURS,
    EndpointDetails,
    add_endpoint,
    change_endpoint,
    end_endpoint,
    pause_endpoint,
    resume_endpoint,
    rotate_secret,
    send_again,
    send_test,
)
from office.web.doors import staff_door
from office.web.lists import Choice, Column, DateRange, Empty, ListSpec, Text, list_page
from office.web.requests import StaffRequest
from office.webhooks.access import deliveries_of, endpoints_for, get_delivery_for, get_endpoint_for, with_figures
from office.webhooks.events import KINDS, TEST
from office.webhooks.signing import body_of

MANAGE = "office.manage_webhooks"


def state_of(endpoint: WebhookEndpoint) -> str:
    """How an endpoint does, in one word."""
    if endpoint.paused_at:
        return "stopped"
    return "failing" if endpoint.failing_since else "active"


ENDPOINTS = ListSpec(
    name="webhooks",
    title="Webhooks",
    columns=(
        Column(
            "name",
            "Program",
            "name",
            sort="name",
            url=lambda row: reverse("office:webhook", args=[row.pk]),
            note=lambda row: row.url,
        ),
        Column("state", "State", state_of, "state", note=lambda row: row.pause_reason),
        Column("kinds", "Hears", lambda row: f"{len(row.kinds)} kinds" if row.kinds else "Everything"),
        Column("waiting", "Waiting", "waiting", "number"),
        Column("given_up", "Given up", "given_up", "number", hide_below="phone"),
        Column("arrived_at", "Last arrived", "arrived_at", "moment", hide_below="tablet"),
    ),
    order="name",
    search=("name", "url"),
    search_hint="Program or address",
    empty=Empty(
        "No program is told anything",
        "Give the address of one, and it hears at once when an invoice is issued, paid or disputed.",
        "send",
    ),
)
DELIVERIES = ListSpec(
    name="webhook-deliveries",
    title="What it was told",
    columns=(
        Column(
            "event",
            "Event",
            "event.kind",
            url=lambda row: reverse("office:webhook_delivery", args=[row.endpoint_id, row.pk]),
        ),
        Column("number", "Of", "event.subject_number"),
        Column("state", "State", "state", "state", sort="state"),
        Column("occurred_at", "Happened", "event.occurred_at", "moment", sort="event_id"),
        Column("attempts", "Tries", "attempts", "number", hide_below="tablet"),
        Column("due_at", "Next", lambda row: None if row.finished_at else row.due_at, "moment", hide_below="tablet"),
        Column("finished_at", "Done", "finished_at", "moment", hide_below="tablet"),
    ),
    order="-occurred_at",
    filters=(
        Choice("state", "State", "state", choices=DeliveryState.choices),
        Text("kind", "Event", "event__kind"),
        DateRange("happened", "Happened", "event__occurred_at__date"),
    ),
    search=("event__subject_number", "event__kind"),
    search_hint="Number or event",
    empty=Empty("Nothing was told yet", "Send a test to see whether it arrives.", "send"),
)


class EndpointForm(forms.Form):
    """A program and its address."""

    name = forms.CharField(label="Program", max_length=100, help_text="Such as “Shop” or “Data warehouse”.")
    url = forms.CharField(
        label="Address", max_length=500, help_text="https://, reached from the internet; its answer must be 2xx."
    )
    kinds = forms.MultipleChoiceField(
        label="Events",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="None ticked: all of them, also those that come later.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kinds"].choices = [  # type: ignore[attr-defined]  # of this field alone
            (kind.name, f"{kind.name}: {kind.words}") for kind in KINDS.values() if kind.name != TEST
        ]

    def details(self) -> EndpointDetails:
        """As operations take it."""
        return EndpointDetails(self.cleaned_data["url"], self.cleaned_data["name"], self.cleaned_data["kinds"])


class RotateForm(forms.Form):
    """A new secret."""

    hours = forms.IntegerField(
        label="Hours that the old one still holds",
        min_value=0,
        max_value=LONGEST_OVERLAP_HOURS,
        initial=24,
        help_text="Meanwhile both sign. 0: it ends at once.",
    )


class AgainForm(forms.Form):
    """What is sent once more."""

    since = forms.DateField(
        label="Since",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text="Empty: all that is kept, 30 days.",
    )
    all = forms.BooleanField(label="Also what arrived", required=False)


@require_GET
@staff_door(MANAGE)
def endpoint_list(request: StaffRequest) -> HttpResponseBase:
    """The programs that are told, and how that goes."""
    rows = with_figures(endpoints_for(request.user).filter(company=request.company))
    return list_page(request, ENDPOINTS, rows, template="office/webhook_list.html")


@never_cache
@staff_door(MANAGE)
def endpoint_new(request: StaffRequest) -> HttpResponse:
    """Tell a program from now on; its secret stands on the answer alone."""
    form = EndpointForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made, secret = add_endpoint(request.company, form.details(), by=request.user)
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            return render(request, "office/webhook_secret.html", {"endpoint": made, "secret": secret})
    return render(request, "office/webhook_new.html", {"form": form})


@require_GET
@staff_door(MANAGE)
def endpoint(request: StaffRequest, endpoint_id: int) -> HttpResponseBase:
    """One program: what it hears, its secret, and what it was told."""
    shown = get_endpoint_for(request.user, endpoint_id)
    told = deliveries_of(shown)
    context = {
        "endpoint": shown,
        "state": state_of(shown),
        "rotate_form": RotateForm(),
        "again_form": AgainForm(),
        "old_secret_holds": bool(shown.old_secret_until and shown.old_secret_until > timezone.now()),
        "arrived_at": told.filter(state=DeliveryState.DELIVERED).aggregate(at=Max("finished_at"))["at"],
    }
    return list_page(request, DELIVERIES, told, template="office/webhook.html", **context)


@staff_door(MANAGE)
def endpoint_edit(request: StaffRequest, endpoint_id: int) -> HttpResponse:
    """Change what it hears, or where."""
    shown = get_endpoint_for(request.user, endpoint_id)
    initial = {"name": shown.name, "url": shown.url, "kinds": shown.kinds}
    form = EndpointForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            change_endpoint(shown.pk, form.details(), by=request.user)
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, "Saved.")
            return redirect("office:webhook", shown.pk)
    return render(request, "office/webhook_edit.html", {"form": form, "endpoint": shown})


@require_GET
@staff_door(MANAGE)
def delivery(request: StaffRequest, endpoint_id: int, delivery_id: int) -> HttpResponse:
    """One telling: what was sent, and each try."""
    shown = get_delivery_for(request.user, endpoint_id, delivery_id)
    body = json.dumps(json.loads(body_of(shown.event)), indent=2)
    context = {
        "delivery": shown,
        "endpoint": shown.endpoint,
        "tries": shown.tries.order_by("-at"),
        "body": body,
        "kind": KINDS.get(shown.event.kind),
        "message_id": f"msg_{shown.event.uid.hex}",
    }
    return render(request, "office/webhook_delivery.html", context)


def _done(request: StaffRequest, act: Callable[[], object], words: str) -> None:
    """Do an act, and say that it is done or why not."""
    try:
        act()
    except Refused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, words)


@require_POST
@staff_door(MANAGE)
def pause(request: StaffRequest, endpoint_id: int) -> HttpResponse:
    """Send nothing for now."""
    shown = get_endpoint_for(request.user, endpoint_id)
    words = "Paused. What happens meanwhile waits, for 30 days at most."
    _done(request, lambda: pause_endpoint(shown.pk, by=request.user), words)
    return redirect("office:webhook", shown.pk)


@require_POST
@staff_door(MANAGE)
def resume(request: StaffRequest, endpoint_id: int) -> HttpResponse:
    """Send again."""
    shown = get_endpoint_for(request.user, endpoint_id)
    _done(request, lambda: resume_endpoint(shown.pk, by=request.user), "Resumed. What waited leaves now.")
    return redirect("office:webhook", shown.pk)


@require_POST
@staff_door(MANAGE)
def end(request: StaffRequest, endpoint_id: int) -> HttpResponse:
    """Tell it nothing more."""
    shown = get_endpoint_for(request.user, endpoint_id)
    _done(request, lambda: end_endpoint(shown.pk, by=request.user), f"{shown} is told nothing more.")
    return redirect("office:webhook_list")


@never_cache
@require_POST
@staff_door(MANAGE)
def rotate(request: StaffRequest, endpoint_id: int) -> HttpResponse:
    """Give it a new secret; it stands on the answer alone."""
    shown, form = get_endpoint_for(request.user, endpoint_id), RotateForm(request.POST)
    if not form.is_valid():
        messages.error(request, f"Type how many hours the old one still holds, 0 to {LONGEST_OVERLAP_HOURS}.")
        return redirect("office:webhook", shown.pk)
    try:
        shown, secret = rotate_secret(shown.pk, form.cleaned_data["hours"], by=request.user)
    except Refused as refusal:
        messages.error(request, refusal.message)
        return redirect("office:webhook", shown.pk)
    return render(request, "office/webhook_secret.html", {"endpoint": shown, "secret": secret, "is_new": True})


@require_POST
@staff_door(MANAGE)
def test(request: StaffRequest, endpoint_id: int) -> HttpResponse:
    """Send a test."""
    shown = get_endpoint_for(request.user, endpoint_id)
    words = "The test leaves now. Look below in a moment whether it arrived."
    _done(request, lambda: send_test(shown.pk, by=request.user), words)
    return redirect("office:webhook", shown.pk)


@require_POST
@staff_door(MANAGE)
def again(request: StaffRequest, endpoint_id: int) -> HttpResponse:
    """Send what was given up once more, or all since a day."""
    shown, form = get_endpoint_for(request.user, endpoint_id), AgainForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Type a day, or leave it empty.")
        return redirect("office:webhook", shown.pk)
    day, too = form.cleaned_data["since"], form.cleaned_data["all"]
    since = datetime.combine(day, time(), ZoneInfo(shown.company.time_zone)) if day else None
    words = "All of these leave again now." if too else "What was given up leaves again now."
    _done(request, lambda: send_again(shown.pk, by=request.user, since=since, only_failed=not too), words)
    return redirect("office:webhook", shown.pk)


@require_POST
@staff_door(MANAGE)
def one_again(request: StaffRequest, endpoint_id: int, delivery_id: int) -> HttpResponse:
    """Send one once more."""
    shown = get_delivery_for(request.user, endpoint_id, delivery_id)
    words = "It leaves again now, under the id it had."
    _done(request, lambda: send_again(shown.endpoint_id, by=request.user, delivery_ids=[shown.pk]), words)
    return redirect("office:webhook_delivery", endpoint_id, delivery_id)
