"""The editor saves itself while one types."""

from django.http import HttpResponse, JsonResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from billing.access import get_invoice_for
from billing.models import Invoice
from billing.operations.draft_invoice import draft_once, edit_draft
from billing.web.typed_draft import TypedDraft, typed_draft, typed_key
from ledger.refusals import Refused
from office.web.doors import staff_door
from office.web.fields import typed_id
from office.web.requests import StaffRequest

STALE = 409


@require_POST
@staff_door("billing.draft_invoice")
def autosave(request: StaffRequest) -> HttpResponse:
    """Keep what was typed as far as it makes a draft, and say in JSON what became of it.

    A draft's address and version; or a message alone where it makes no draft yet, which is usual while one types. 409
    where somebody else saved it.
    """
    draft_id = typed_id(request.POST.get("draft", ""))
    typed = typed_draft(request, get_invoice_for(request.user, draft_id) if draft_id else None)
    if not typed.is_valid():
        return JsonResponse({"message": typed.first_error})
    try:
        invoice = _saved(request, typed)
    except Refused as refusal:
        is_stale = refusal.code in ("stale", "gone", "not_a_draft")
        said = {"message": refusal.message, "code": refusal.code}
        return JsonResponse(said, status=STALE if is_stale else 200)
    address = reverse("billing:invoice_edit", args=[invoice.pk])
    return JsonResponse({"draft": invoice.pk, "version": invoice.version, "address": address})


def _saved(request: StaffRequest, typed: TypedDraft) -> Invoice:
    if typed.invoice:
        version = typed_id(request.POST.get("version", "")) or 0
        return edit_draft(typed.invoice.pk, typed.details(), version=version, by=request.user, is_autosave=True)
    key = typed_key(request.POST)
    if key is None:
        raise Refused("This form has no key. Load the page again.", code="no_key")
    return draft_once(request.company, typed.details(), key=key, by=request.user)
