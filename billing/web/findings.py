"""The queue of what the accuracy checks found: the list, each finding, and what is done with one or many."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from billing.access import findings_for, get_finding_for
from billing.accuracy.findings import OPEN, STATES, FindingWithState, subject_page, way_to_mend, with_state
from billing.accuracy.registry import CHECKS, in_short
from billing.accuracy.sweep import KIND
from billing.models import IssueCheck
from billing.operations.check_accuracy import check_accuracy
from billing.operations.work_findings import MOST, assign_findings, dismiss_findings
from billing.web.open_dispute import colleagues
from customers.search import fold
from ledger.refusals import Refused
from office.access import found, runs_for
from office.models import Company
from office.reasons import LONGEST
from office.web.doors import staff_door
from office.web.fields import set_choices, typed_id
from office.web.lists import BulkAct, Choice, Column, DateRange, Empty, ListSpec, Text, Toggle, chosen_rows, list_page
from office.web.lists.filters import search_rows
from office.web.once import once
from office.web.requests import StaffRequest
from office.written import counted

SHOWN = 20
"""So many of the chosen findings are named before the act; all are counted."""


def _about(row: FindingWithState) -> str:
    return str(row.invoice) if row.invoice_id else "A draft that is gone" if row.is_of_document else row.customer.name


def _whose(row: FindingWithState) -> str:
    return row.customer.name if row.is_of_document else ""


def _has_it(rows: QuerySet[Any], words: str) -> QuerySet[Any]:
    """Those of a colleague; with a dash, those of nobody."""
    return rows.filter(assignee=None) if words == "-" else rows.filter(assignee_name__icontains=words)


FINDINGS = ListSpec(
    name="accuracy",
    title="Accuracy",
    columns=(
        Column(
            "finding",
            "Finding",
            lambda row: in_short(IssueCheck(row.check_name)),
            sort="pk",
            url=lambda row: reverse("billing:finding", args=[row.pk]),
        ),
        Column("about", "About", _about, url=subject_page, note=_whose),
        Column("message", "What is wrong", "message"),
        Column("state", "State", "state", "state", sort="state"),
        Column("assignee", "With", lambda row: row.assignee_name or "", hide_below="tablet"),
        Column("found_at", "Found", "found_at", "moment", sort="found_at", hide_below="tablet"),
        Column(
            "mend",
            "Mend",
            lambda row: way_to_mend(row)[0],
            url=lambda row: way_to_mend(row)[1],
            hide_below="phone",
        ),
    ),
    order="-finding",
    filters=(
        Choice("state", "State", "state", STATES),
        Choice("check", "Check", "check_name", lambda: _kept_checks()),
        Text("assignee", "With", _has_it),
        Text("customer", "Customer", lambda rows, words: search_rows(rows, ("customer__search_text",), fold(words))),
        Toggle("issued", "Issued documents only", lambda rows, _: rows.filter(invoice__status="issued")),
        DateRange("found", "Found", "found_at__date"),
    ),
    search=("message", "customer__search_text", "invoice__number"),
    search_hint="Words, customer or document",
    bulk=(
        BulkAct("Dismiss…", lambda: reverse("billing:dismiss_findings"), "billing.work_findings", "x"),
        BulkAct("Give to…", lambda: reverse("billing:assign_findings"), "billing.work_findings", "user"),
    ),
    empty=Empty(
        "Nothing was found yet",
        "Each night drafts, new documents and customers are looked at for what a customer would call about: doubles,"
        " odd quantities and prices, wrong terms and taxes, addresses and numbers that cannot be.",
        "shield-check",
    ),
)


def _kept_checks() -> list[tuple[str, str]]:
    return [(name.value, name.label) for name, check in CHECKS.items() if check.is_kept]


class DismissForm(forms.Form):
    """Why findings are none."""

    reason = forms.CharField(
        label="Why is it right as it is?",
        max_length=LONGEST,
        help_text="Kept with the finding. It comes back only when the facts change.",
    )


class AssignForm(forms.Form):
    """Who looks at findings."""

    assignee = forms.TypedChoiceField(label="Who looks at it", required=False, coerce=int, empty_value=None)

    def __init__(self, *args: Any, company: Company, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        set_choices(self, "assignee", [("", "Nobody"), *colleagues(company)])


@require_GET
@staff_door("billing.view_accuracyfinding")
def finding_list(request: StaffRequest) -> HttpResponseBase:
    """All findings, and the sweep that is under way."""
    sweeps = runs_for(request.user).filter(company=request.company, kind=KIND)
    last = sweeps.defer("input_file", "errors_file").order_by("-pk").first()
    return list_page(request, FINDINGS, _findings(request), template="billing/finding_list.html", sweep=last)


def _findings(request: StaffRequest) -> QuerySet[FindingWithState]:
    rows = findings_for(request.user).filter(company=request.company)
    return with_state(rows.select_related("customer", "invoice"))


@require_GET
@staff_door("billing.view_accuracyfinding")
def finding_page(request: StaffRequest, finding_id: int) -> HttpResponse:
    """One finding: what is wrong, the way to mend it, and what was done with it."""
    get_finding_for(request.user, finding_id)
    finding: FindingWithState = found(_findings(request).filter(pk=finding_id), "finding")
    way, page = way_to_mend(finding)
    context = {
        "finding": finding,
        "check": IssueCheck(finding.check_name),
        "about": _about(finding),
        "about_url": subject_page(finding),
        "way": way,
        "way_url": page,
        "events": finding.events.select_related("by", "assignee").order_by("-pk"),
        "is_open": finding.state == OPEN,
        "dismissing": DismissForm(),
        "assigning": AssignForm(company=request.company, initial={"assignee": finding.assignee}),
    }
    return render(request, "billing/finding.html", context)


@require_POST
@staff_door("billing.work_findings")
@once
def dismiss(request: StaffRequest) -> HttpResponse:
    """Ask why the chosen findings are none, then dismiss them."""
    form = DismissForm(request.POST if "reason" in request.POST else None)

    def act(ids: list[int]) -> str:
        count = dismiss_findings(ids, form.cleaned_data["reason"], by=request.user)
        return f"{counted(count, 'finding')} dismissed."

    return _acted(request, form, "Dismiss", act)


@require_POST
@staff_door("billing.work_findings")
@once
def assign(request: StaffRequest) -> HttpResponse:
    """Ask who looks at the chosen findings, then give them to that person."""
    form = AssignForm(request.POST if "assignee" in request.POST else None, company=request.company)

    def act(ids: list[int]) -> str:
        count = assign_findings(ids, form.cleaned_data["assignee"], by=request.user)
        return f"{counted(count, 'finding')} given on."

    return _acted(request, form, "Give on", act)


def _acted(request: StaffRequest, form: forms.Form, label: str, act: Callable[[list[int]], str]) -> HttpResponse:
    """Do it with what the form names, or ask first; the findings of one page lead back to it."""
    ids = _chosen(request)
    if not ids:
        messages.error(request, "Choose the findings first. Only open ones can be worked on.")
        return redirect("billing:finding_list")
    if form.is_bound and form.is_valid():
        try:
            messages.success(request, act(ids))
        except Refused as refusal:
            messages.error(request, refusal.message)
        return redirect("billing:finding", ids[0]) if len(ids) == 1 else redirect("billing:finding_list")
    rows = _findings(request).filter(pk__in=ids).order_by("pk")
    context = {
        "form": form,
        "label": label,
        "ids": ",".join(map(str, ids)),
        "count": len(ids),
        "rows": [(row, IssueCheck(row.check_name).label, _about(row)) for row in rows[:SHOWN]],
        "more": max(len(ids) - SHOWN, 0),
    }
    return render(request, "billing/findings_act.html", context, status=422 if form.is_bound else 200)


def _chosen(request: StaffRequest) -> list[int]:
    """The open findings that a form names, or that a list's boxes choose; one more than fits says it is too many."""
    if named := request.POST.get("findings", ""):
        asked = [found for text in named.split(",")[: MOST + 1] if (found := typed_id(text))]
        rows: QuerySet[FindingWithState] = _findings(request).filter(pk__in=asked)
    else:
        rows = chosen_rows(request, FINDINGS, _findings(request))
    return list(rows.filter(state=OPEN).order_by("pk").values_list("pk", flat=True)[: MOST + 1])


@require_POST
@staff_door("billing.work_findings")
@once
def check(request: StaffRequest) -> HttpResponse:
    """Have everything looked at now, and show how far that is."""
    try:
        run = check_accuracy(request.company, by=request.user)
    except Refused as refusal:
        messages.error(request, refusal.message)
        return redirect("billing:finding_list")
    return redirect("office:run", run.pk)
