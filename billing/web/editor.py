"""The editor of a draft."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from billing.access import get_invoice_for
from billing.models import Invoice
from billing.operations.draft_invoice import draft_invoice, draft_once, edit_draft
from billing.web.order_links import say_what_is_billed
from billing.web.two_versions import two_versions_page, with_theirs
from billing.web.typed_draft import TypedDraft, blank_draft, new_key, stored_draft, typed_draft, typed_key
from customers.web.listing import customer_choice
from ledger.refusals import Refused
from office.web.doors import staff_door
from office.web.fields import typed_id
from office.web.requests import StaffRequest


@staff_door("billing.draft_invoice")
def new_invoice(request: StaffRequest) -> HttpResponse:
    """Draft an invoice; a link may bring the customer along. Sent twice, a form makes one draft."""
    if request.method != "POST":
        return _page(request, blank_draft(request))
    typed = typed_draft(request)
    if "restore" not in request.POST and typed.is_valid():
        try:
            invoice = _draft(request, typed)
        except Refused as refusal:
            typed.form.add_error(None, refusal.message)
        else:
            messages.success(request, "The draft is saved.")
            return redirect("billing:invoice", invoice.pk)
    return _page(request, typed)


def _draft(request: StaffRequest, typed: TypedDraft) -> Invoice:
    key = typed_key(request.POST)
    if key is None:
        return draft_invoice(request.company, typed.details(), by=request.user)
    return draft_once(request.company, typed.details(), key=key, by=request.user)


@staff_door("billing.draft_invoice")
def edit_invoice(request: StaffRequest, invoice_id: int) -> HttpResponse:
    """Change a draft. Where somebody else saved it meanwhile, both versions are shown to choose from."""
    invoice = get_invoice_for(request.user, invoice_id)
    if not invoice.is_draft:
        messages.error(request, f"{invoice} is {invoice.status}. It is corrected by a credit memo.")
        return redirect("billing:invoice", invoice.pk)
    if request.method != "POST":
        return _page(request, stored_draft(request, invoice))
    typed = typed_draft(request, invoice, with_theirs(request.POST, invoice))
    if "restore" not in request.POST and typed.is_valid():
        try:
            edit_draft(
                invoice.pk, typed.details(), version=typed_id(request.POST.get("version", "")) or 0, by=request.user
            )
        except Refused as refusal:
            if refusal.code == "stale":
                return two_versions_page(request, typed)
            typed.form.add_error(None, refusal.message)
        else:
            messages.success(request, "The draft is saved.")
            return redirect("billing:invoice", invoice.pk)
    return _page(request, typed)


def _page(request: StaffRequest, typed: TypedDraft) -> HttpResponse:
    say_what_is_billed(typed.lines, typed_id(str(typed.form["customer"].value() or "")))
    context = {
        "form": typed.form,
        "lines": typed.lines,
        "invoice": typed.invoice,
        "version": request.POST.get("version") or (typed.invoice and typed.invoice.version),
        "key": typed_key(request.POST) or new_key(),
        "is_restored": "restore" in request.POST,
        "customer": customer_choice(request, str(typed.form["customer"].value())),
    }
    return render(request, "billing/invoice_edit.html", context)
