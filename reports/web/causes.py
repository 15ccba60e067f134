"""The report on why customers object, and the disputes behind each of its figures."""

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from ledger.calendar import month_start
from office.web.doors import staff_door
from office.web.lists.filters import clean_text
from office.web.requests import StaffRequest
from reports.causes import DIMENSIONS, OUTCOMES, Cause, CauseQuestion, cause_report, parts


class CauseForm(forms.Form):
    """What the address asks; whatever makes no sense is this year so far, by reason."""

    by = forms.ChoiceField(label="By", required=False, choices=list(DIMENSIONS.items()))
    first_day = forms.DateField(label="Opened from", required=False, widget=forms.DateInput(attrs={"type": "date"}))
    last_day = forms.DateField(label="To", required=False, widget=forms.DateInput(attrs={"type": "date"}))


def asked(request: StaffRequest) -> tuple[CauseQuestion, CauseForm]:
    """The question of an address, within what this person may see."""
    today = request.company.today()
    usual = {"by": "reason", "first_day": month_start(today).replace(month=1), "last_day": today}
    form = CauseForm({**usual, **request.GET.dict()})
    form.is_valid()
    answers: dict[str, Any] = {name: form.cleaned_data.get(name) or value for name, value in usual.items()}
    owner_id = request.user.pk if request.user.only_own_customers else None
    return CauseQuestion(company=request.company, owner_id=owner_id, **answers), form


@require_GET
@staff_door("office.view_reports")
def cause_page(request: StaffRequest) -> HttpResponse:
    """Disputes by cause, each figure opening what it adds up."""
    question, form = asked(request)
    report = cause_report(question)
    context = {
        "form": form,
        "question": question,
        "heading": DIMENSIONS[question.by],
        "outcomes": OUTCOMES,
        "causes": [_shown(question, row) for row in report.causes],
        "totals": [_shown(question, row) for row in report.totals],
        "file_url": address("reports:cause_file", question),
    }
    return render(request, "reports/causes.html", context)


@require_GET
@staff_door("office.view_reports")
def cause_rows(request: StaffRequest) -> HttpResponse:
    """The disputes, or their parts, that one figure adds up."""
    question, _ = asked(request)
    wanted = {name: clean_text(request.GET.get(name, ""))[:100] for name in ("key", "currency", "outcome")}
    found = parts(question, **wanted)
    totals: dict[str, Any] = {}
    for part in found:
        totals[part.dispute.currency] = totals.get(part.dispute.currency, 0) + part.amount
    label = found[0].label if found and wanted["key"] else "All"
    context = {
        "question": question,
        "parts": found,
        "count": len({part.dispute.pk for part in found}),
        "label": label,
        "outcome": dict(OUTCOMES).get(wanted["outcome"], ""),
        "totals": totals,
        "back": address("reports:causes", question),
    }
    return render(request, "reports/cause_rows.html", context)


def address(name: str, question: CauseQuestion, **more: str) -> str:
    """The address of a page that asks the same question."""
    days = {"first_day": question.first_day.isoformat(), "last_day": question.last_day.isoformat()}
    values = {"by": question.by, **days, **more}
    return f"{reverse(name)}?{urlencode({key: value for key, value in values.items() if value})}"


def _shown(question: CauseQuestion, row: Cause) -> dict[str, Any]:
    """A row with the address behind each figure."""
    wanted = {"key": row.key, "currency": row.currency}
    cells = [
        (count, share, address("reports:cause_rows", question, outcome=outcome, **wanted))
        for outcome, count, share in row.shares
    ]
    return {"row": row, "cells": cells, "url": address("reports:cause_rows", question, **wanted)}
