"""Everything, to take away: the page that says what it is, and the file itself, which the workers ask for."""

import tempfile
from collections.abc import Iterator
from typing import IO

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from office.models import AuditRecord
from office.web.doors import staff_door
from office.web.requests import StaffRequest
from reports.everything.contents import tables_of_export
from reports.operations.export_all import export_all

EXPORT = "office.export_all"
PIECE = 1_000_000


@require_GET
@staff_door(EXPORT, every_company=True)
def export_page(request: StaffRequest) -> HttpResponse:
    """What the file holds and what it never does, who had one before, and the button that has it made."""
    done = AuditRecord.objects.filter(action="export_all", company=request.company).select_related("by")
    context = {
        "address": reverse("reports:everything"),
        "companies": request.companies,
        "table_count": len(tables_of_export()),
        "done": [(each, each.after["account numbers"] == "in clear") for each in done.order_by("-pk")[:10]],
        "minutes": settings.CELERY_TASK_TIME_LIMIT // 60,
        "version": settings.SPECTACULAR_SETTINGS["VERSION"],
    }
    return render(request, "reports/export_all.html", context)


@require_GET
@staff_door(EXPORT, every_company=True)
def everything(request: StaffRequest) -> HttpResponseBase:
    """The archive, for the workers that keep it as a file of its person's; whoever opens the address has it made."""
    background = getattr(request, "background", None)
    if background is None:
        messages.info(request, "It takes a while, so it is made while you go on working.")
        return redirect("reports:export_all")
    file = tempfile.TemporaryFile()  # noqa: SIM115  whoever reads it closes it
    export_all(file, by=request.user, told=background.told)
    file.seek(0)
    name = f"everything-{request.company.today()}.zip"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingHttpResponse(_read(file), content_type="application/zip", headers=headers)


def _read(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        while piece := file.read(PIECE):
            yield piece
