"""What of somebody's day was unusual, and up to how often is usual."""

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse

from office.mail.unusual import MAY_SEE
from office.models import Company, UnusualDay, UnusualKind
from office.operations.update_company import update_company
from office.unusual import SETTINGS
from office.web.doors import CHANGES, staff_door
from office.web.lists import Choice, Column, DateRange, Empty, ListSpec, Text, list_page
from office.web.requests import StaffRequest


def records_behind(row: UnusualDay) -> str:
    """The audit trail, narrowed to what was counted."""
    wanted: dict[str, Any] = {"recorded_from": row.day, "recorded_to": row.day}
    if row.kind == UnusualKind.FAILURES:
        wanted |= {"action": "fail_to_log_in", "thing": f"office.user:{row.person_id}"}
    else:
        wanted |= {"by": row.person.name}
    return f"{reverse('office:audit_list')}?{urlencode(wanted)}"


UNUSUAL = ListSpec(
    name="unusual",
    title="Unusual days",
    columns=(
        Column("day", "Day", "day", "day", sort="day", url=records_behind),
        Column("person", "Who", lambda row: str(row.person), sort="person__name"),
        Column("kind", "What", lambda row: row.get_kind_display()),
        Column("count", "How often", "count", "number", sort="count"),
        Column("usual", "Usual", "usual", "number", hide_below="phone"),
        Column("noticed_at", "Noticed", "noticed_at", "moment", hide_below="tablet"),
    ),
    order="-day",
    filters=(
        Text("person", "Who", "person__name"),
        Choice("kind", "What", "kind", choices=UnusualKind.choices),
        DateRange("day", "Day", "day"),
    ),
    search=("person__name",),
    search_hint="Name",
    empty=Empty(
        "Nothing unusual was noticed", "Looks, files and failed log-ins are counted each hour.", "shield-check"
    ),
)


class UsualForm(forms.ModelForm):
    """Up to how often a day what is usual for one person."""

    class Meta:
        model = Company
        fields = SETTINGS


@staff_door(MAY_SEE, recently_known=CHANGES)
def unusual_list(request: StaffRequest) -> HttpResponseBase:
    """What was noticed, newest first, each day leading to its records; and what is usual."""
    form = UsualForm(request.POST or None, instance=Company.objects.get(pk=request.company.pk))
    if request.method == "POST" and form.is_valid():
        update_company(request.company.pk, form.cleaned_data, by=request.user)
        messages.success(request, "Saved. What is above is noticed from now on.")
        return redirect("office:unusual_list")
    rows = UnusualDay.objects.filter(company=request.company).select_related("person")
    return list_page(request, UNUSUAL, rows, template="office/unusual_list.html", form=form)
