"""Months: which are closed, the steps before one is, its packs, and whether a kept pack still comes out."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db.models import Case, CharField, Count, Exists, OuterRef, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET, require_POST

from ledger.models import Period
from ledger.refusals import Refused
from office.models import AuditRecord, Company
from office.web.doors import staff_door
from office.web.lists import Choice, Column, Empty, ListSpec, list_page
from office.web.lists.excel import EXCEL
from office.web.once import once
from office.web.requests import StaffRequest
from reports.access import get_close_pack_file_for, get_close_pack_for, month_of, require_whole_book
from reports.closing.comparing import compare_pack
from reports.closing.state import checklist, closed_at, is_being_made, open_of, pack_runs, packs_of
from reports.closing.step import MonthEnd
from reports.models import ClosePack
from reports.operations.close_month import close_month, reopen_month
from reports.operations.download_close_file import download_close_file
from reports.operations.make_close_pack import make_close_pack
from reports.operations.sign_close_step import sign_close_step, unsign_close_step

DOOR = "office.close_month"
MEDIA_TYPES = {
    "pdf": "application/pdf",
    "xlsx": EXCEL,
    "json": "application/json",
}
STATES = {"open": "Open", "closed": "Closed", "not_over": "Not over yet"}
PIECES = {"steps": "reports/_close_steps.html", "packs": "reports/_close_packs.html"}
ACTS = ("close_month", "reopen_month")


def months_of(company: Company) -> QuerySet[Any]:
    """The months that something is dated into, with their state and packs, and whether one is missing."""
    packs = ClosePack.objects.filter(company_id=OuterRef("company_id"), month=OuterRef("month")).order_by()
    state = Case(
        When(closed_at__isnull=False, then=Value("closed")),
        When(month__gte=company.today().replace(day=1), then=Value("not_over")),
        default=Value("open"),
        output_field=CharField(),
    )
    counted = Subquery(packs.values("month").annotate(count=Count("pk")).values("count"))
    return Period.objects.filter(company_id=company.pk).annotate(
        state=state, packs=Coalesce(counted, 0), has_pack=Exists(packs.filter(closed_at=OuterRef("closed_at")))
    )


def _address(period: Period) -> str:
    return reverse("reports:close", args=[str(period)])


def _no_pack(period: Any) -> str:
    return "its reports are not kept yet" if period.closed_at and not period.has_pack else ""


MONTHS = ListSpec(
    name="months",
    title="Months",
    columns=(
        Column("month", "Month", lambda row: f"{row.month:%B %Y}", sort="month", url=_address),
        Column("state", "State", "state", "state", note=_no_pack),
        Column("closed_at", "Closed", "closed_at", "moment", hide_below="phone"),
        Column("packs", "Kept reports", "packs", "number", sort="packs", hide_below="phone"),
    ),
    order="-month",
    filters=(Choice("state", "State", "state", tuple(STATES.items())),),
    empty=Empty("Nothing has been entered yet", "A month is here once something is dated into it.", "calendar"),
)


@require_GET
@staff_door(DOOR)
def month_list(request: StaffRequest) -> HttpResponseBase:
    """Every month that something is dated into, newest first."""
    require_whole_book(request.user)
    return list_page(request, MONTHS, months_of(request.company), template="reports/month_list.html")


@require_GET
@staff_door(DOOR)
def close(request: StaffRequest, month: str) -> HttpResponse:
    """A month's end: its steps, closing and reopening it, and its packs.

    The steps read much of the book, so they come after the page, or at once where the address says so.
    """
    end = month_end_of(request, month)
    piece, at_once = request.GET.get("part", ""), bool(request.GET.get("whole"))
    piece = piece if piece in PIECES else ""
    context: dict[str, Any] = {"end": end, "month": month, "closed_at": closed_at(end.company, end.first_day)}
    context["is_over"] = end.last_day < request.company.today()
    if piece in ("", "steps"):
        context |= _steps(end, counted=at_once or piece == "steps")
    if piece in ("", "packs"):
        context |= _packs(end)
    if not piece:
        records = AuditRecord.objects.filter(subject_type="office.company", subject_id=end.company.pk, action__in=ACTS)
        context["records"] = records.filter(after__month=month).select_related("by").order_by("-id")[:50]
    return render(request, PIECES.get(piece, "reports/close.html"), context)


def _steps(end: MonthEnd, *, counted: bool) -> dict[str, Any]:
    steps = checklist(end, counted=counted)
    return {
        "steps": steps,
        "counted": counted,
        "missing": open_of(steps, required=True),
        "left": open_of(steps, required=False),
    }


def _packs(end: MonthEnd) -> dict[str, Any]:
    packs, runs = packs_of(end), pack_runs(end)
    closing = closed_at(end.company, end.first_day)
    kept = next((pack for pack in packs if pack.closed_at == closing), None)
    return {"packs": packs, "kept": kept, "run": runs[0] if runs else None, "is_being_made": is_being_made(end)}


@require_POST
@staff_door(DOOR)
def close_now(request: StaffRequest, month: str) -> HttpResponse:
    """Close a month."""
    end, reason = month_end_of(request, month), request.POST.get("reason", "")
    return _answer(
        request,
        end,
        f"{end.first_day:%B %Y} is closed, and its reports are being made.",
        lambda: close_month(end.company, end.first_day, by=request.user, reason=reason),
    )


@require_POST
@staff_door(DOOR)
def reopen(request: StaffRequest, month: str) -> HttpResponse:
    """Reopen a month, with a reason."""
    end, reason = month_end_of(request, month), request.POST.get("reason", "")
    return _answer(
        request,
        end,
        f"{end.first_day:%B %Y} is open again. What was kept of it stays.",
        lambda: reopen_month(end.company, end.first_day, reason=reason, by=request.user),
    )


@require_POST
@staff_door(DOOR)
def sign(request: StaffRequest, month: str, step: str) -> HttpResponse:
    """Sign a step off as it stands."""
    end, note = month_end_of(request, month), request.POST.get("note", "")
    return _answer(
        request,
        end,
        "Signed off.",
        lambda: sign_close_step(end.company, end.first_day, step, by=request.user, note=note),
    )


@require_POST
@staff_door(DOOR)
def unsign(request: StaffRequest, month: str, step: str) -> HttpResponse:
    """Take a sign-off back."""
    end, note = month_end_of(request, month), request.POST.get("note", "")
    return _answer(
        request,
        end,
        "Taken back: this step is open again.",
        lambda: unsign_close_step(end.company, end.first_day, step, by=request.user, note=note),
    )


@require_POST
@staff_door(DOOR)
@once
def make_pack(request: StaffRequest, month: str) -> HttpResponse:
    """Have the pack of a closed month made that has none."""
    end = month_end_of(request, month)
    return _answer(
        request,
        end,
        "The reports are being made.",
        lambda: make_close_pack(end.company, end.first_day, by=request.user),
    )


@require_GET
@staff_door(DOOR)
def close_pack(request: StaffRequest, pack_id: int) -> HttpResponse:
    """A kept pack: when it was read, and its files."""
    pack = get_close_pack_for(request.user, pack_id)
    return render(request, "reports/close_pack.html", {"pack": pack, "reports": _by_report(pack)})


def _by_report(pack: ClosePack) -> list[dict[str, Any]]:
    """The files of a pack, a row for each report."""
    rows: dict[str, dict[str, Any]] = {}
    for file in pack.files.defer("content"):
        file.pack = pack
        rows.setdefault(file.report, {"title": file.title, "files": []})["files"].append(file)
    return list(rows.values())


@require_POST
@staff_door(DOOR)
def close_pack_file(request: StaffRequest, pack_file_id: int) -> HttpResponse:
    """A file of a pack; who got it is kept."""
    file = get_close_pack_file_for(request.user, pack_file_id)
    content = download_close_file(file, by=request.user)
    headers = {
        "Content-Disposition": content_disposition_header(True, file.name) or "",
        "Cache-Control": "no-store",
    }
    return HttpResponse(content, content_type=MEDIA_TYPES[file.form], headers=headers)


@require_GET
@staff_door(DOOR)
def compare(request: StaffRequest, pack_id: int) -> HttpResponse:
    """Whether each figure of a pack still comes out, by the book of today."""
    pack = get_close_pack_for(request.user, pack_id)
    compared = compare_pack(pack, request.user)
    return render(
        request,
        "reports/close_compare.html",
        {"pack": pack, "reports": compared, "differing": sum(len(each.differing) for each in compared)},
    )


def month_end_of(request: StaffRequest, text: str) -> MonthEnd:
    """The month of an address, for who sees the whole book; Http404 for what is none."""
    require_whole_book(request.user)
    return MonthEnd(request.company, month_of(text))


def _answer(request: StaffRequest, end: MonthEnd, done: str, act: Callable[[], object]) -> HttpResponse:
    try:
        act()
    except Refused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, done)
    return redirect("reports:close", f"{end.first_day:%Y-%m}")
