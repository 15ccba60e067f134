"""Large files that one ordered: how far they are, and to download for some days."""

from collections.abc import Iterator

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET, require_POST

from ledger.refusals import Refused
from office.access import companies_for, found
from office.models import KeptFile, Run
from office.operations.order_file import order_file, ordered_by
from office.web.asking import require_may_ask
from office.web.doors import ALWAYS, EVERYBODY, staff_door
from office.web.once import once
from office.web.requests import StaffRequest


@require_POST
@staff_door(EVERYBODY)
@once
def file_new(request: StaffRequest) -> HttpResponse:
    """Have a large file made."""
    address = request.POST.get("address", "")
    try:
        require_may_ask(request.user, request.company, address)
        run = order_file(request.company, address, request.POST.get("title", ""), by=request.user)
    except Refused as refusal:
        messages.error(request, refusal.message)
        return redirect("office:view_list")
    return redirect("office:kept_file", run.pk)


@require_GET
@staff_door(EVERYBODY)
def kept_file(request: StaffRequest, run_id: int) -> HttpResponse:
    """How far a file is; while it is made the piece asks for itself again each two seconds."""
    run = _own(request, run_id)
    file = KeptFile.objects.filter(run=run, expires_at__gt=timezone.now()).first()
    template = "office/_kept_file.html" if request.htmx else "office/kept_file.html"
    return render(request, template, {"run": run, "file": file})


@require_GET
@staff_door(EVERYBODY, recently_known=ALWAYS)
def download(request: StaffRequest, run_id: int) -> HttpResponseBase:
    """The file itself, for its maker, as long as they may open the page that it is of and see as much there."""
    run = _own(request, run_id)
    file = found(KeptFile.objects.filter(run=run, expires_at__gt=timezone.now()), "file")
    try:
        require_may_ask(request.user, run.company, run.parameters["address"])
        if request.user.only_own_customers and not file.only_own_customers:
            raise Refused("You see fewer customers now than this file has. Make it anew.", code="sees_less")
    except Refused as refusal:
        messages.error(request, refusal.message)
        return redirect("office:kept_file", run.pk)
    headers = {
        "Content-Disposition": content_disposition_header(True, file.name) or "",
        "Content-Length": str(file.size),
    }
    return StreamingHttpResponse(_parts(file), content_type=file.content_type, headers=headers)


def _parts(file: KeptFile) -> Iterator[bytes]:
    for content in file.parts.order_by("position").values_list("content", flat=True).iterator(chunk_size=1):
        yield bytes(content)


def _own(request: StaffRequest, run_id: int) -> Run:
    """The run, or Http404 where it makes no file of this person's."""
    return found(ordered_by(request.user).filter(pk=run_id, company__in=companies_for(request.user)), "file")
