"""The files of a list: at once where they are small, by the workers where they are large."""

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone

from ledger.refusals import Refused
from office.models import FileFormat
from office.papers import PdfUnavailable
from office.web.lists.exporting import ListFile, csv_response
from office.web.lists.printing import pdf_response
from office.web.lists.totals import count_words
from office.web.lists.workbook import xlsx_response
from office.web.requests import StaffRequest
from office.written import plain_moment

if TYPE_CHECKING:
    from office.web.lists.page import ListPage

FILES = FileFormat.choices
MOST_AT_ONCE = 5_000
"""How many rows a file has at most that is made while its reader waits."""


def list_file(request: StaffRequest, shown: "ListPage") -> HttpResponseBase:
    """The file of all that match in the format asked for; a large one is offered as a run.

    In a browser a refusal leads back to the list, and says why; whoever asks for somebody else gets it raised.
    """
    wanted = request.GET["format"]
    background = getattr(request, "background", None)
    if wanted != FileFormat.PDF and background is None and _is_large(shown):
        return _offered(request, shown)
    try:
        return _made(request, shown, wanted)
    except (Refused, PdfUnavailable) as refusal:
        if background:
            raise
        messages.error(request, str(refusal))
        return redirect(request.path + shown.here)


def _made(request: StaffRequest, shown: "ListPage", wanted: str) -> HttpResponseBase:
    told = request.background.told if getattr(request, "background", None) else lambda count: None
    listing = ListFile(
        shown.spec.name,
        shown.spec.title,
        shown.columns if wanted == FileFormat.PDF else shown.file_columns,
        shown.in_order,
        shown.narrowed_words,
        _about(request, shown),
        told,
    )
    if wanted == FileFormat.PDF:
        return pdf_response(listing, shown.totals, request.company, request.user)
    return csv_response(listing) if wanted == FileFormat.CSV else xlsx_response(listing)


def _about(request: StaffRequest, shown: "ListPage") -> list[tuple[str, str]]:
    """What is said of the list, whose it is, who asked for it, and when."""
    made = [("Company", str(request.company)), ("Made", f"{plain_moment(timezone.now())}, by {request.user}")]
    return [("List", shown.spec.title), *shown.narrowed_words, *made]


def _is_large(shown: "ListPage") -> bool:
    return shown.queryset.order_by().values("pk")[: MOST_AT_ONCE + 1].count() > MOST_AT_ONCE


def _offered(request: StaffRequest, shown: "ListPage") -> HttpResponseBase:
    """The page on which a large file is ordered: asking for it changes nothing yet."""
    context = {
        "spec": shown.spec,
        "count": shown.count,
        "most": count_words(MOST_AT_ONCE),
        "address": request.get_full_path(),
        "format": FileFormat(request.GET["format"]).label,
        "back": request.path + shown.here,
    }
    return render(request, "office/file_new.html", context)
