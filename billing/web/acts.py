"""What staff do with one document from its page."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from billing.access import get_invoice_for, get_link_for
from billing.models import Tax
from billing.operations.copy_invoice import copy_invoice
from billing.operations.draft_invoice import delete_draft
from billing.operations.grant_discount import grant_discount
from billing.operations.issue_invoice import issue_invoice
from billing.operations.manage_links import renew_link, revoke_link
from billing.operations.send_invoice import send_invoice
from billing.operations.suit_draft import suit_draft
from billing.operations.void_invoice import void_invoice
from billing.web.correct import WhyForm
from ledger.money import format_money
from ledger.refusals import Refused
from office.approvals.asking import ApprovalNeeded
from office.web.approvals import send_for_approval
from office.web.doors import staff_door
from office.web.fields import typed_id
from office.web.once import once
from office.web.requests import StaffRequest


@require_POST
@staff_door("billing.draft_invoice")
@once
def copy(request: StaffRequest, invoice_id: int) -> HttpResponse:
    """Draft the same again, and open the draft to be changed."""
    invoice = get_invoice_for(request.user, invoice_id)
    try:
        draft = copy_invoice(invoice.pk, by=request.user)
    except Refused as refusal:
        messages.error(request, refusal.message)
        return redirect("billing:invoice", invoice.pk)
    messages.success(request, f"This is a copy of {invoice}. Change what differs; nothing is issued yet.")
    retired = Tax.objects.filter(pk__in=draft.lines.values("tax"), is_active=False)
    for tax in retired:
        messages.warning(request, f"{tax} is retired. Choose another tax where it still stands.")
    return redirect("billing:invoice_edit", draft.pk)


@require_POST
@staff_door("billing.credit_invoice")
def discount(request: StaffRequest, invoice_id: int) -> HttpResponse:
    """Grant the discount that was earned by paying early."""
    invoice = get_invoice_for(request.user, invoice_id)

    def act() -> str:
        memo = grant_discount(invoice.pk, by=request.user, on=invoice.company.today())
        return f"{memo} grants {format_money(memo.total, memo.currency)} early-payment discount."

    return _answer(request, invoice.pk, act)


@require_POST
@staff_door("billing.issue_invoice")
def issue(request: StaffRequest, invoice_id: int) -> HttpResponse:
    """Issue a draft and, where the box is ticked, mail it."""
    invoice = get_invoice_for(request.user, invoice_id)

    def act() -> str:
        version = request.POST.get("version", "")
        seen = int(version) if version.isdecimal() and len(version) < 10 else None
        issued = issue_invoice(
            invoice.pk,
            by=request.user,
            on=invoice.company.today(),
            version=seen,
            override=request.POST.get("override", ""),
        )
        if request.POST.get("send") and request.user.has_perm("billing.send_invoice"):
            mails = send_invoice(issued.pk, by=request.user)
            return f"{issued} is issued. {len(mails)} mail{'s' * (len(mails) != 1)} will leave in a moment."
        return f"{issued} is issued."

    return _answer(request, invoice.pk, act)


@require_POST
@staff_door("billing.draft_invoice")
def suit(request: StaffRequest, invoice_id: int) -> HttpResponse:
    """Mend a draft in one go: prices from the lists, or taxes that suit the customer."""
    invoice = get_invoice_for(request.user, invoice_id)

    def act() -> str:
        version = typed_id(request.POST.get("version", "")) or 0
        suit_draft(invoice.pk, request.POST.get("act", ""), version=version, by=request.user)
        return "Mended. Look at the draft again before you issue it."

    return _answer(request, invoice.pk, act)


@require_POST
@staff_door("billing.send_invoice")
@once
def send(request: StaffRequest, invoice_id: int) -> HttpResponse:
    """Mail an issued document to those who get invoices, or to the one contact named."""
    invoice = get_invoice_for(request.user, invoice_id)
    contacts = [typed_id(text) or 0 for text in request.POST.getlist("contact")] or None

    def act() -> str:
        mails = send_invoice(invoice.pk, by=request.user, contact_ids=contacts)
        return f"{len(mails)} mail{'s' * (len(mails) != 1)} will leave in a moment."

    return _answer(request, invoice.pk, act)


@require_POST
@staff_door("billing.void_invoice")
def void(request: StaffRequest, invoice_id: int) -> HttpResponse:
    """Void an issued document, with a reason."""
    invoice = get_invoice_for(request.user, invoice_id)

    def act() -> str:
        form = WhyForm(request.POST, company=invoice.company)
        if not form.is_valid():
            raise Refused(str(next(iter(form.errors.values()))[0]), code="bad_reason")
        void_invoice(invoice.pk, **form.why, by=request.user, on=invoice.company.today())
        return f"{invoice} is void. Its number stays, and its link says so."

    return _answer(request, invoice.pk, act)


@require_POST
@staff_door("billing.draft_invoice")
def delete(request: StaffRequest, invoice_id: int) -> HttpResponse:
    """Throw a draft away."""
    invoice = get_invoice_for(request.user, invoice_id)
    try:
        delete_draft(invoice.pk, by=request.user)
    except Refused as refusal:
        messages.error(request, refusal.message)
        return redirect("billing:invoice", invoice.pk)
    messages.success(request, "The draft is gone. No number was used.")
    return redirect(f"billing:{invoice.kind}_list")


@require_POST
@staff_door("billing.manage_links")
def renew(request: StaffRequest, link_id: int) -> HttpResponse:
    """Mail the contact a fresh link; the old one stops."""
    link = get_link_for(request.user, link_id)

    def act() -> str:
        renew_link(link.pk, by=request.user)
        return f"{link.contact.shown_name} gets a mail with a new link. The old one stopped."

    return _answer(request, link.invoice_id, act)


@require_POST
@staff_door("billing.manage_links")
def revoke(request: StaffRequest, link_id: int) -> HttpResponse:
    """Stop a link at once."""
    link = get_link_for(request.user, link_id)

    def act() -> str:
        revoke_link(link.pk, by=request.user)
        return f"The link of {link.contact.shown_name} stopped."

    return _answer(request, link.invoice_id, act)


def _answer(request: StaffRequest, invoice_id: int, act: Callable[[], str]) -> HttpResponse:
    """Do it, say what was done or why not, and show the document again."""
    try:
        messages.success(request, act())
    except ApprovalNeeded as needed:
        send_for_approval(request, needed)
    except Refused as refusal:
        messages.error(request, refusal.message)
    return redirect("billing:invoice", invoice_id)
