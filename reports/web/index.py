"""The reports there are."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from office.web.doors import staff_door
from office.web.requests import StaffRequest
from office.web.ways import way_to
from reports.catalogue import REPORTS, SINGLE


@require_GET
@staff_door("office.view_reports")
def index(request: StaffRequest) -> HttpResponse:
    """Every report by what it is about, each with a sentence."""
    found = [
        *SINGLE,
        *((report.group, report.title, report.words, report.icon, f"reports:{report.name}") for report in REPORTS),
    ]
    groups: dict[str, list[tuple[str, str, str, str]]] = {}
    for group, title, words, icon, url_name in found:
        if url := way_to(request.user, url_name):
            groups.setdefault(group, []).append((title, words, icon, url))
    return render(request, "reports/index.html", {"groups": groups.items()})
