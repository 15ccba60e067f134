"""How the office itself does, for its administrators."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from config.looks import looks, versions
from office.web.doors import staff_door
from office.web.requests import StaffRequest


@require_GET
@staff_door("office.change_company_settings")
def health_page(request: StaffRequest) -> HttpResponse:
    """Each part, good, weak or bad, with what to do; and what runs here."""
    context = {"looks": looks(request.company, timezone.now()), "versions": versions()}
    return render(request, "office/health.html", context)
