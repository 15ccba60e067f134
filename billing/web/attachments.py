"""The files beside a document."""

from typing import Protocol

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET, require_POST

from billing.access import get_attachment_for, get_invoice_for
from billing.attachments import MOST_BYTES
from billing.operations.manage_attachments import attach_file, remove_attachment
from ledger.refusals import Refused
from office.web.doors import staff_door
from office.web.once import once
from office.web.requests import StaffRequest


@require_POST
@staff_door("billing.draft_invoice")
@once
def attach(request: StaffRequest, invoice_id: int) -> HttpResponse:
    """Keep an uploaded file beside the document."""
    invoice = get_invoice_for(request.user, invoice_id)
    upload = request.FILES.get("file")
    if upload is None:
        messages.error(request, "Choose a file first.")
        return redirect("billing:invoice", invoice.pk)
    goes_along = bool(request.POST.get("goes_along"))
    try:
        content = upload.read(MOST_BYTES + 1)  # more is refused, and need not be read
        kept = attach_file(invoice.pk, upload.name or "", content, goes_along=goes_along, by=request.user)
    except Refused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, f"{kept} is attached.")
    return redirect("billing:invoice", invoice.pk)


@require_GET
@staff_door("billing.view_invoice")
def attachment(request: StaffRequest, attachment_id: int) -> HttpResponse:
    """The file, to be saved."""
    return file_response(get_attachment_for(request.user, attachment_id))


@require_POST
@staff_door("billing.draft_invoice")
def remove(request: StaffRequest, attachment_id: int) -> HttpResponse:
    """Take a file away."""
    kept = get_attachment_for(request.user, attachment_id)
    try:
        remove_attachment(kept.pk, by=request.user)
    except Refused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, f"{kept} is removed.")
    return redirect("billing:invoice", kept.invoice_id)


class KeptFile(Protocol):
    """What is kept of a file that somebody sent."""

    @property
    def name(self) -> str: ...
    @property
    def media_type(self) -> str: ...
    @property
    def content(self) -> bytes | memoryview: ...


def file_response(kept: KeptFile) -> HttpResponse:
    """A file to be saved, never shown in our own pages."""
    answer = HttpResponse(bytes(kept.content), content_type=kept.media_type)
    answer["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=kept.name)
    return answer
