"""The page of one dispute: what is objected to, what is said with the customer and among us, files, what is done."""

from collections.abc import Callable

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from billing.access import get_dispute_file_for, get_dispute_for
from billing.dispute_mail import readers_of
from billing.dispute_timeline import dispute_timeline
from billing.models import Dispute, DisputeOutcome
from billing.operations.answer_dispute import answer_dispute
from billing.operations.assign_dispute import Assignment, assign_dispute
from billing.operations.close_dispute import close_dispute
from billing.operations.reopen_dispute import NOTHING_DONE, reopen_dispute
from billing.web.attachments import file_response
from billing.web.disputes import disputes_of_company
from billing.web.open_dispute import CareForm, keep_file
from ledger.refusals import Refused
from office.models import ApprovalRequest, ApprovalState
from office.web.doors import staff_door
from office.web.once import once
from office.web.requests import StaffRequest


@require_GET
@staff_door("billing.view_dispute")
def dispute_page(request: StaffRequest, dispute_id: int) -> HttpResponse:
    """A dispute with all that was said and done about it."""
    return _shown(request, dispute_id)


def _shown(request: StaffRequest, dispute_id: int, *, words: str = "") -> HttpResponse:
    """The page, with words that were typed for the customer and could not be sent."""
    get_dispute_for(request.user, dispute_id)
    today = request.company.today()
    rows = disputes_of_company(request, today).select_related("invoice", "credit_memo", "replacement", "contact")
    dispute = get_object_or_404(rows.select_related("opened_by", "closed_by", "company"), pk=dispute_id)
    files = list(dispute.files.defer("content").select_related("added_by", "contact"))
    care = {"owner": dispute.owner_id, "department": dispute.department, "respond_by": dispute.respond_by}
    context = {
        "dispute": dispute,
        "words": words,
        "today": today,
        "lines": dispute.lines.select_related("line"),
        "amounts": dispute.amounts.filter(released_at=None).select_related("item"),
        "talk": dispute.messages.select_related("by", "contact"),
        "shared_files": [file for file in files if not file.is_inside],
        "inside_files": [file for file in files if file.is_inside],
        "readers": readers_of(dispute),
        "care": CareForm(company=dispute.company, initial=care),
        "may_reopen": dispute.outcome in NOTHING_DONE,
        "approvals": ApprovalRequest.objects.filter(
            action="credit_invoice", arguments__dispute_id=dispute.pk, state=ApprovalState.WAITING
        ).select_related("requested_by", "role"),
        "timeline": dispute_timeline(dispute),
    }
    return render(request, "billing/dispute.html", context)


@require_POST
@staff_door("billing.open_dispute")
@once
def say(request: StaffRequest, dispute_id: int) -> HttpResponse:
    """Write to the customer, perhaps with a file: both or neither."""
    dispute, words = get_dispute_for(request.user, dispute_id), request.POST.get("words", "")
    try:
        with transaction.atomic():
            answer_dispute(dispute.pk, words, by=request.user)
            keep_file(request, dispute.pk, request.FILES.get("file"))
    except Refused as refusal:
        messages.error(request, refusal.message)
        return _shown(request, dispute.pk, words=words)
    messages.success(request, f"Your answer stands on their page, and goes by mail to {_names(dispute)}.")
    return redirect("billing:dispute", dispute.pk)


@require_POST
@staff_door("billing.open_dispute")
@once
def attach(request: StaffRequest, dispute_id: int) -> HttpResponse:
    """Keep a file."""
    dispute, upload = get_dispute_for(request.user, dispute_id), request.FILES.get("file")

    def act() -> str:
        if upload is None:
            raise Refused("Choose a file first.", code="file_missing")
        keep_file(request, dispute.pk, upload, is_inside=request.POST.get("to") != "customer")
        return "The file is kept."

    return _answer(request, dispute, act)


@require_GET
@staff_door("billing.view_dispute")
def file(request: StaffRequest, file_id: int) -> HttpResponse:
    """A file about a dispute, to be saved."""
    return file_response(get_dispute_file_for(request.user, file_id))


@require_POST
@staff_door("billing.open_dispute")
def assign(request: StaffRequest, dispute_id: int) -> HttpResponse:
    """Say who looks into it, and until when."""
    dispute = get_dispute_for(request.user, dispute_id)
    form = CareForm(request.POST, company=dispute.company)

    def act() -> str:
        if not form.is_valid():
            raise Refused(str(next(iter(form.errors.values()))[0]), code="bad_input")
        data = form.cleaned_data
        assignment = Assignment(data["owner"], data["department"], data["respond_by"])
        assign_dispute(dispute.pk, assignment, by=request.user, on=dispute.company.today())
        return "Saved."

    return _answer(request, dispute, act)


@require_POST
@staff_door("billing.close_dispute")
def close(request: StaffRequest, dispute_id: int) -> HttpResponse:
    """End it without a credit: refused, or taken back by the customer."""
    dispute = get_dispute_for(request.user, dispute_id)
    is_refused = request.POST.get("outcome") == DisputeOutcome.REFUSED
    outcome = DisputeOutcome.REFUSED if is_refused else DisputeOutcome.WITHDRAWN

    def act() -> str:
        note = request.POST.get("note", "")
        close_dispute(dispute.pk, outcome, on=dispute.company.today(), by=request.user, note=note)
        return f"{dispute} is closed. What it held is asked for again."

    return _answer(request, dispute, act)


@require_POST
@staff_door("billing.close_dispute")
def reopen(request: StaffRequest, dispute_id: int) -> HttpResponse:
    """Take it up again."""
    dispute = get_dispute_for(request.user, dispute_id)

    def act() -> str:
        reason = request.POST.get("reason", "")
        reopen_dispute(dispute.pk, reason=reason, by=request.user, on=dispute.company.today())
        return f"{dispute} is open again, and holds what is still open of it."

    return _answer(request, dispute, act)


def _names(dispute: Dispute) -> str:
    return ", ".join(contact.shown_name for contact in readers_of(dispute))


def _answer(request: StaffRequest, dispute: Dispute, act: Callable[[], str]) -> HttpResponse:
    """Do it, say what was done or why not, and show the dispute again."""
    try:
        messages.success(request, act())
    except Refused as refusal:
        messages.error(request, refusal.message)
    return redirect(reverse("billing:dispute", args=[dispute.pk]))
