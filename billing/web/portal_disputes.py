"""Objecting to a document on the customer's page: what is wrong, with photos, and following it until it is closed."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.http import require_http_methods, require_safe

from billing.attachments import MOST_BYTES
from billing.customer_view import customer_view
from billing.dispute_words import OUTCOME_WORDS, reason_in_words
from billing.disputes import undisputed
from billing.models import Dispute, DisputeSource, DocumentLink, OpeningKind
from billing.operations.answer_dispute import reply_to_dispute
from billing.operations.attach_to_dispute import attach_to_dispute
from billing.operations.note_opening import note_opening
from billing.operations.open_dispute import items_to_dispute, open_dispute
from billing.printed import language_of
from billing.web.attachments import file_response
from billing.web.objecting import MOST_FILES, ObjectionForm, refusal_in_words
from billing.web.portal import acting_link, held_link
from ledger.present import present
from ledger.refusals import Refused
from office.web.address import address_of
from office.web.customer_door import NoSuchLink, customer_door

FORMS = ["GET", "HEAD", "POST"]


@require_http_methods(FORMS)
@customer_door
def object_page(request: HttpRequest, ref: str) -> HttpResponse:
    """Say what is wrong with the document; a filled form opens a dispute, and nothing else does."""
    link = acting_link(request, ref)
    if link.invoice.entry_id is None or link.invoice.is_credit_memo:
        raise NoSuchLink
    with override(language_of(link.invoice)):
        form = ObjectionForm(request.POST if request.method == "POST" else None, invoice=link.invoice)
        if request.method == "POST":
            note_opening(link, OpeningKind.SEEN, address_of(request))
            if form.is_valid() and (dispute := _opened(request, link, form)):
                messages.success(request, _("Thank you: we have it, and look into it."))
                return redirect("portal:dispute", ref, dispute.pk)
        free = sum(undisputed(items_to_dispute(present(link.invoice.entry))).values(), Decimal(0))
        return _page(request, "portal/object.html", link, form=form, free=free, most=MOST_FILES)


@require_http_methods(FORMS)
@customer_door
def dispute_page(request: HttpRequest, ref: str, dispute_id: int) -> HttpResponse:
    """What the customer said, what we answered, and how it ended; while it is open they can write more."""
    link = held_link(request, ref)
    dispute = _dispute_of(link, dispute_id)
    with override(language_of(link.invoice)):
        wrong = ""
        if request.method == "POST":
            note_opening(link, OpeningKind.SEEN, address_of(request))
            wrong = _replied(request, link, dispute)
            if not wrong:
                messages.success(request, _("Thank you: we have your message."))
                return redirect("portal:dispute", ref, dispute.pk)
        said = dispute.messages.select_related("contact")
        return _page(
            request,
            "portal/dispute.html",
            link,
            dispute=dispute,
            reason=reason_in_words(dispute.reason_code),
            outcome=OUTCOME_WORDS.get(dispute.outcome, ""),
            lines=dispute.lines.select_related("line"),
            said=said,
            files=dispute.files.filter(is_inside=False).defer("content"),
            wrong=wrong,
            typed=request.POST.get("words", "") if wrong else "",
            most=MOST_FILES,
        )


@require_safe
@customer_door
def dispute_file(request: HttpRequest, ref: str, dispute_id: int, file_id: int) -> HttpResponse:
    """A file about the dispute that is not for us alone."""
    dispute = _dispute_of(held_link(request, ref), dispute_id)
    kept = dispute.files.filter(pk=file_id, is_inside=False).first()
    if kept is None:
        raise Http404("No such file.")
    return file_response(kept)


def _opened(request: HttpRequest, link: DocumentLink, form: ObjectionForm) -> Dispute | None:
    """The dispute with its files, both or neither, or what was sent just now; what is refused stands on the form."""
    uploads = request.FILES.getlist("files")
    try:
        with transaction.atomic():
            dispute = open_dispute(
                present(link.invoice.entry_id),
                form.details(link.contact),
                on=link.invoice.company.today(),
                by=None,
                source=DisputeSource.CUSTOMER,
                contact=link.contact,
            )
            _keep(dispute, link, uploads)
    except Refused as refusal:
        if refusal.code == "said_already":
            return Dispute.objects.filter(invoice=link.invoice_id, contact=link.contact).latest("pk")
        form.add_error(None, refusal_in_words(refusal, link.invoice, uploads))
        return None
    return dispute


def _replied(request: HttpRequest, link: DocumentLink, dispute: Dispute) -> str:
    """Keep what was written, with its files; gives what is wrong with it, and nothing where it is kept."""
    uploads = request.FILES.getlist("files")
    try:
        with transaction.atomic():
            reply_to_dispute(dispute.pk, request.POST.get("words", ""), contact=link.contact)
            _keep(dispute, link, uploads)
    except Refused as refusal:
        return refusal_in_words(refusal, link.invoice, uploads)
    return ""


def _keep(dispute: Dispute, link: DocumentLink, uploads: Sequence[Any]) -> None:
    if len(uploads) > MOST_FILES:
        raise Refused(f"At most {MOST_FILES} files at once.", code="too_many_files")
    for upload in uploads:
        attach_to_dispute(dispute.pk, upload.name, upload.read(MOST_BYTES + 1), contact=link.contact)


def _dispute_of(link: DocumentLink, dispute_id: int) -> Dispute:
    """The dispute of the link's own document; any other is no page."""
    rows = Dispute.objects.filter(invoice=link.invoice_id).select_related("reason_code", "contact", "credit_memo")
    dispute = rows.filter(pk=dispute_id).first()
    if dispute is None:
        raise NoSuchLink
    return dispute


def _page(request: HttpRequest, template: str, link: DocumentLink, **more: Any) -> HttpResponse:
    view = customer_view(link.invoice)
    context = {"link": link, "view": view, "invoice": view.invoice, "company": view.invoice.company}
    response = render(request, template, context | more)
    response["Referrer-Policy"] = "same-origin"  # a form that tells nobody where it stands is refused as forged
    return response
