"""The ageing report: page, the items behind each figure, and the Excel file."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import datetime
from io import BytesIO
from typing import Any
from urllib.parse import urlencode

import xlsxwriter
from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from customers.search import fold
from ledger.calendar import BUCKETS
from ledger.money import places
from office.sheets import guard
from office.web.doors import staff_door
from office.web.fields import typed_id
from office.web.lists.exporting import EXCEL
from office.web.lists.filters import clean_text
from office.web.requests import StaffRequest
from reports.ageing import (
    COLUMNS,
    DISPUTED,
    PAGE,
    PLANNED,
    UNAPPLIED,
    Ageing,
    AgeingQuestion,
    AgeingRow,
    Place,
    aged_items,
    ageing,
)

LABELS = {bucket.key: bucket.name for bucket in BUCKETS} | {
    "current": "Not due",
    UNAPPLIED: "Unapplied",
    "total": "Total",
    DISPUTED: "Of it disputed",
    PLANNED: "Of it in a plan",
}
COLOURS = dict(zip(COLUMNS, ["age-0", "age-1", "age-2", "age-3", "age-4", "accent"], strict=True))


class QuestionForm(forms.Form):
    """What the address asks; whatever makes no sense is left out."""

    on = forms.DateField(label="As of", required=False, widget=forms.DateInput(attrs={"type": "date"}))
    by = forms.ChoiceField(
        label="Aged by", required=False, choices=[("due_on", "Due date"), ("dated_on", "Document date")]
    )
    known_at = forms.DateTimeField(
        label="As known at", required=False, widget=forms.DateTimeInput(attrs={"type": "datetime-local"})
    )
    q = forms.CharField(label="Customer", required=False, max_length=100)


def asked(request: StaffRequest) -> tuple[AgeingQuestion, QuestionForm]:
    """The question of an address, within what this person may see."""
    today = request.company.today()
    form = QuestionForm({"on": today, "by": "due_on", **request.GET.dict()})
    form.is_valid()
    data = form.cleaned_data
    question = AgeingQuestion(
        company_id=request.company.pk,
        on=data.get("on") or today,
        known_at=data.get("known_at"),
        by=data.get("by") or "due_on",
        owner_id=request.user.pk if request.user.only_own_customers else None,
        search=fold(data.get("q") or "").replace("%", "").replace("_", ""),
    )
    return question, form


def address(name: str, question: AgeingQuestion, **more: Any) -> str:
    """The address of a page that asks the same question."""
    values = {"on": question.on.isoformat(), "by": question.by, "q": question.search, **more}
    if question.known_at:
        values["known_at"] = timezone.localtime(question.known_at).strftime("%Y-%m-%dT%H:%M:%S")
    return f"{reverse(name)}?{urlencode({key: value for key, value in values.items() if value})}"


@require_GET
@staff_door("office.view_reports")
def ageing_page(request: StaffRequest) -> HttpResponse:
    """Customers by how late what they owe is, on any day; each figure opens what it adds up."""
    question, form = asked(request)
    answer = ageing(question, after=_place(request.GET.get("after", "")))
    last = answer.rows[-1] if answer.rows else None
    totals = sorted(answer.totals, key=lambda row: row.currency != request.company.currency)
    context = {
        "form": form,
        "question": question,
        "columns": [(column, LABELS[column]) for column in COLUMNS],
        "rows": [_shown(question, row) for row in answer.rows],
        "totals": [_shown(question, row) | {"difference": answer.difference(row.currency)} for row in totals],
        "answer": answer,
        "charts": [(row.currency, bars(question, row)) for row in totals],
        "next_url": address("reports:ageing", question, after=_mark(last)) if answer.has_more and last else "",
        "first_url": address("reports:ageing", question) if request.GET.get("after") else "",
        "file_url": address("reports:ageing_file", question),
        "page_size": PAGE,
    }
    return render(request, "reports/ageing.html", context)


def _shown(question: AgeingQuestion, row: AgeingRow) -> dict[str, Any]:
    """A row with the address behind each figure."""
    more = {"currency": row.currency} | ({"customer": row.customer_id} if row.customer_id else {})
    cells = [
        (column, amount, address("reports:ageing_items", question, column=column, **more), LABELS[column])
        for column, amount in row.amounts
    ]
    return {
        "row": row,
        "cells": cells,
        "url": address("reports:ageing_items", question, **more),
        "disputed_url": address("reports:ageing_items", question, column=DISPUTED, **more),
        "planned_url": address("reports:ageing_items", question, column=PLANNED, **more),
    }


def bars(question: AgeingQuestion, row: AgeingRow) -> list[dict[str, Any]]:
    return [
        {
            "label": LABELS[column],
            "amount": amount,
            "colour": COLOURS[column],
            "url": address("reports:ageing_items", question, column=column, currency=row.currency),
        }
        for column, amount in row.amounts
    ]


def _mark(row: AgeingRow) -> str:
    name, customer_id, currency = row.place
    return urlsafe_b64encode(f"{customer_id}:{currency}:{name}".encode()).decode()


def _place(mark: str) -> Place | None:
    try:
        customer_id, currency, name = urlsafe_b64decode(mark).decode().split(":", 2)
        return name, int(customer_id), currency
    except ValueError:
        return None


@require_GET
@staff_door("office.view_reports")
def items_page(request: StaffRequest) -> HttpResponse:
    """The open items that one figure of the report adds up, as of that day."""
    question, _ = asked(request)
    column = request.GET.get("column", "")
    items = aged_items(
        question,
        column=column,
        customer_id=typed_id(request.GET.get("customer", "")),
        currency=clean_text(request.GET.get("currency", ""))[:3],
    )
    totals: dict[str, Any] = {}
    disputed: dict[str, Any] = {}
    planned: dict[str, Any] = {}
    for item in items:
        totals[item.currency] = totals.get(item.currency, 0) + item.open
        disputed[item.currency] = disputed.get(item.currency, 0) + item.disputed
        planned[item.currency] = planned.get(item.currency, 0) + item.planned
    context = {
        "question": question,
        "items": items,
        "label": LABELS.get(column, "All"),
        "totals": [(each, total, disputed[each], planned[each]) for each, total in totals.items()],
        "back": address("reports:ageing", question),
    }
    return render(request, "reports/ageing_items.html", context)


@require_GET
@staff_door("office.view_reports")
def ageing_file(request: StaffRequest) -> HttpResponse:
    """The whole report as Excel, with totals and the receivable account at the foot."""
    question, _ = asked(request)
    content = workbook(ageing(question, limit=None))
    answer = HttpResponse(content, content_type=EXCEL)
    answer["Content-Disposition"] = f'attachment; filename="ageing-{question.on}.xlsx"'
    return answer


def workbook(answer: Ageing) -> bytes:
    """The report as a sheet: numbers are numbers."""
    file = BytesIO()
    book = xlsxwriter.Workbook(file, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    sheet = book.add_worksheet("Ageing")
    bold = book.add_format({"bold": True})
    money = {n: book.add_format({"num_format": "#,##0" + ("." + "0" * n if n else "")}) for n in range(5)}
    sheet.set_column(0, 1, 24)
    sheet.set_column(2, 5 + len(COLUMNS), 14)
    sheet.write_string(0, 0, _headline(answer.question), bold)
    heads = [LABELS[column] for column in [*COLUMNS, "total", DISPUTED, PLANNED]]
    sheet.write_row(2, 0, ["Customer", "Number", "Currency", *heads], bold)
    at = 3
    for row in [*answer.rows, *answer.totals]:
        sheet.write_row(at, 0, [guard(row.name or "Total"), guard(row.number), row.currency])
        amounts = [amount for _, amount in row.amounts] + [row.total, row.disputed, row.planned]
        for place, amount in enumerate(amounts, start=3):
            sheet.write_number(at, place, amount, money[places(row.currency)])
        at += 1
    for currency, amount in answer.control.items():
        sheet.write_row(at, 0, ["Receivable account", "", currency])
        sheet.write_number(at, 3 + len(COLUMNS), amount, money[places(currency)])
        at += 1
    book.close()
    return file.getvalue()


def _headline(question: AgeingQuestion) -> str:
    aged = "due date" if question.by == "due_on" else "document date"
    known = f", as known at {_words(question.known_at)}" if question.known_at else ""
    return f"Ageing as of {question.on} by {aged}{known}"


def _words(moment: datetime) -> str:
    return timezone.localtime(moment).strftime("%Y-%m-%d %H:%M")
