"""A report's page; the same address gives its files when asked for a format."""

from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_GET

from ledger.snapshot import snapshot
from office.models import User
from office.web.asking import address_answer
from office.web.doors import View, staff_door
from office.web.fields import typed_id
from office.web.lists.views_menu import ViewsMenu
from office.web.requests import ADDRESS, StaffRequest
from office.web.ways import may_open
from office.written import is_one_word
from reports.frame.files import csv_file, excel_file
from reports.frame.paper import pdf_file
from reports.frame.question import Asked, place_in
from reports.frame.spec import Answer, Column, Report, Row, Table
from reports.frame.words import figure_words, proof_words, words

MOST_ON_PAPER = 2000
"""Rows of a table in a PDF; more are left to Excel, and the paper says so."""


def page_of(report: Report) -> View:
    """The view of a report's address."""

    @require_GET
    @staff_door(report.permission)
    def view(request: StaffRequest) -> HttpResponseBase:
        return answer_page(request, report)

    view.__doc__ = report.words
    return view


def answer_page(request: StaffRequest, report: Report) -> HttpResponseBase:
    """The answer in the format that the address asks for; all of it stems from one moment."""
    form = report.form(request.GET.dict(), request.company)
    by_workers = getattr(request, "background", None) is not None
    asked = Asked(report, request.company, request.user, form, place_in(request.GET), in_background=by_workers)
    if request.GET.get("part") == ADDRESS:
        return address_answer(known_query(request, asked), report.title)
    wanted = request.GET.get("format", "")
    with snapshot():
        if wanted == "xlsx":
            return excel_file(asked, report.answer(replace(asked, after="", limit=None)))
        if wanted == "csv":
            tables = report.answer(replace(asked, after="", limit=None)).tables
            number = typed_id(request.GET.get("table", "")) or 0
            return csv_file(asked, tables[min(number, len(tables) - 1)])
        if wanted == "pdf":
            return pdf_file(asked, report.answer(replace(asked, after="", limit=MOST_ON_PAPER)))
        return shown(request, asked, report.answer(asked))


def known_query(request: StaffRequest, asked: Asked) -> str:
    """What of the address makes sense; what it leaves open, such as today, stays open."""
    said = {name: request.GET.get(name, "") for name in asked.form.fields if name in asked.form.cleaned_data}
    return "?" + urlencode({name: value for name, value in said.items() if value})


def shown(request: StaffRequest, asked: Asked, answer: Answer) -> HttpResponse:
    """The answer as a page."""
    own = asked.company.currency
    context: dict[str, Any] = {
        "report": asked.report,
        "answer": answer,
        "form": asked.form,
        "shortcuts": [(words, asked.address(**values)) for words, values in asked.form.shortcuts()],
        "figures": [(figure, figure_words(figure)) for figure in answer.figures],
        "tables": [_table(asked, table, place, own) for place, table in enumerate(answer.tables)],
        "acts": [act for act in answer.acts if may_open(asked.reader, act.url)],
        "proofs": [(proof, proof_words(proof)) for proof in answer.proofs],
        "first_url": asked.address() if asked.after else "",
        "views": ViewsMenu(request, known_query(request, asked)),
        "xlsx_url": asked.address(format="xlsx"),
        "pdf_url": asked.address(format="pdf"),
    }
    return render(request, "reports/report.html", context)


def _table(asked: Asked, table: Table, place: int, own: str) -> dict[str, Any]:
    return {
        "table": table,
        "rows": [row_cells(table.columns, row, own, asked.reader) for row in table.rows],
        "foot": [row_cells(table.columns, row, own, asked.reader) for row in table.foot],
        "next_url": asked.address(after=table.next) if table.next else "",
        "csv_url": asked.address(format="csv", table=place or ""),
    }


def row_cells(columns: tuple[Column, ...], row: Row, own: str, reader: User) -> list[SafeString]:
    """A row as table cells; the first is its head."""
    return [_cell(column, row, own, reader, is_head=place == 0) for place, column in enumerate(columns)]


def _cell(column: Column, row: Row, own: str, reader: User, *, is_head: bool) -> SafeString:
    text: SafeString | str = words(column, row, own)
    whole = "whole" if column.kind == "period" or (column.kind == "text" and is_one_word(text)) else ""
    url = row.urls.get(column.key, "")
    if url and may_open(reader, url):
        text = format_html('<a href="{}">{}</a>', url, text)
    if is_head:
        note = format_html('<div class="soft small">{}</div>', row.note) if row.note else ""
        return format_html('<th scope="row" class="{}">{}{}</th>', whole, text, note)
    css = "number" if column.is_figure else f"kind-{column.kind} {whole}".strip()
    return format_html('<td class="{}" data-label="{}">{}</td>', css, column.label, text)
