"""Long runs: what was asked, how far they are, what came of them."""

import csv
from io import StringIO
from typing import Any

from django.db.models import BinaryField
from django.db.models.functions import Substr
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from office.access import found, runs_for
from office.importing import rows_so_far
from office.models import Run, RunStatus
from office.sheets import unguard
from office.web.doors import staff_door
from office.web.lists import Choice, Column, DateRange, Empty, ListSpec, list_page
from office.web.requests import StaffRequest
from office.work.jobs import job_states, other_failures
from office.work.runs import KINDS

SHOWN, MOST_SAID = 5, 200
BEGIN = 16_384
"""Bytes of a file of rows left out in which its first are."""
RUNS = ListSpec(
    name="runs",
    title="Runs",
    columns=(
        Column("title", "Run", "title", sort="title", url=lambda row: reverse("office:run", args=[row.pk])),
        Column("state", "State", "status", "state", sort="status", note=lambda row: row.explanation),
        Column("done", "Done", "done", "number", hide_below="phone"),
        Column("total", "Of", "total", "number", hide_below="phone"),
        Column("by", "Started by", lambda row: str(row.by) if row.by else "Duebook", hide_below="tablet"),
        Column("started_at", "Started", "started_at", "moment", sort="id", hide_below="tablet"),
    ),
    order="-started_at",
    filters=(
        Choice("state", "State", "status", choices=RunStatus.choices),
        DateRange("started", "Started", "started_at__date"),
    ),
    search=("title",),
    search_hint="Title",
    empty=Empty(
        "No runs yet", "Imports and other long pieces of work are listed here, with what came of them.", "progress"
    ),
)


@require_GET
@staff_door("office.view_runs")
def run_list(request: StaffRequest) -> HttpResponseBase:
    """All long runs, newest first, and how what goes by the clock went."""
    runs = runs_for(request.user).filter(company=request.company).defer("input_file", "errors_file")
    jobs, others = job_states(), other_failures()
    trouble = len(others) + sum(each.state in ("failed", "overdue") for each in jobs)
    context: dict[str, Any] = {"jobs": jobs, "other_failures": others, "trouble": trouble}
    return list_page(request, RUNS, runs, template="office/run_list.html", **context)


@require_GET
@staff_door("office.view_runs")
def run(request: StaffRequest, run_id: int) -> HttpResponse:
    """One run; while it goes on, its piece asks for itself again each two seconds."""
    shown = _run_for(request, run_id)
    if KINDS[shown.kind].is_own_page:
        return redirect(KINDS[shown.kind].page, shown.pk)
    page = KINDS[shown.kind].page
    page = reverse(page, args=[shown.pk]) if page and shown.by_id == request.user.pk else ""
    context = {
        "run": shown,
        "counts": [(what, count) for what, count in shown.result.items() if count],
        "first": shown.parameters.get("first", []) if shown.is_finished else [],
        "page_url": page if shown.is_finished and shown.is_dry else "",
        "resume_url": page if shown.status == RunStatus.FAILED and not shown.is_dry else "",
        "left_out": _left_out(shown.pk),
        "so_far": 0 if shown.total or shown.is_finished else rows_so_far(shown.pk),
    }
    return render(request, "ui/_progress.html" if request.htmx else "office/run.html", context)


@require_GET
@staff_door("office.view_runs")
def run_errors(request: StaffRequest, run_id: int) -> HttpResponse:
    """The rows that were left out, as CSV."""
    content = _run_for(request, run_id).errors_file
    if not content:
        raise Http404("No errors.")
    headers = {"Content-Disposition": f'attachment; filename="left-out-{run_id}.csv"'}
    return HttpResponse(bytes(content), content_type="text/csv; charset=utf-8", headers=headers)


def _left_out(run_id: int) -> list[tuple[str, str]]:
    """Of the first rows that were left out what each says, and what to do: the last cell of a row of the file."""
    begin = Substr("errors_file", 1, BEGIN, output_field=BinaryField())
    content = Run.objects.filter(pk=run_id).values_list(begin, flat=True).get()
    content = bytes(content or b"")
    text = content.decode("utf-8-sig", "ignore")
    whole = text if len(content) < BEGIN else text[: text.rfind("\n")]
    rows = [[unguard(cell) for cell in row if cell] for row in csv.reader(StringIO(whole))][1 : SHOWN + 1]
    return [(", ".join(said)[:MOST_SAID], advice) for *said, advice in filter(None, rows)]


def _run_for(request: StaffRequest, run_id: int) -> Run:
    runs = runs_for(request.user).filter(company=request.company, pk=run_id)
    return found(runs.defer("input_file", "errors_file"), "run")
