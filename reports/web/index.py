"""The reports there are."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from office.web.doors import staff_door
from office.web.requests import StaffRequest
from reports.catalogue import REPORTS, SINGLE


@require_GET
@staff_door("office.view_reports")
def index(request: StaffRequest) -> HttpResponse:
    """Every report by what it is about, each with a sentence."""
    groups: dict[str, list[tuple[str, str, str, str]]] = {}
    for group, title, words, icon, url_name in [
        *SINGLE,
        *((report.group, report.title, report.words, report.icon, f"reports:{report.name}") for report in REPORTS),
    ]:
        groups.setdefault(group, []).append((title, words, icon, url_name))
    return render(request, "reports/index.html", {"groups": groups.items()})
