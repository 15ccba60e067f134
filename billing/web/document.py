"""The page of one invoice or credit memo, its PDF and its e-invoice."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from billing.access import get_invoice_for, invoices_for
from billing.beside import beside
from billing.ceilings import CEILINGS
from billing.customer_acts import told_of
from billing.delivery import deliveries_of
from billing.disputes import with_state as dispute_states
from billing.early_payment import discount_earned
from billing.einvoice.kept import file_name, kept_einvoice
from billing.instalments import early_payment_of, payments_of
from billing.issue_checks import concerns_of, drafts_to_check
from billing.models import Invoice, Order
from billing.operations.issue_invoice import OVERRIDE
from billing.orders.linking import lines_with_links, may_bill
from billing.pdf import pdf_for
from billing.print_queue import is_waiting, printing_of
from billing.queries import InvoiceWithState, account_of, settlements, with_state
from billing.sections import sections_of
from billing.shown_links import links_of
from billing.timeline import timeline
from billing.totals import tax_summary
from billing.web.correct import WhyForm
from billing.web.medical import medical_facts
from customers.persons import require_sees_paper
from ledger.refusals import Refused
from ledger.snapshot import snapshot
from office.access import found
from office.models import ApprovalRequest, ApprovalState
from office.papers import PdfUnavailable
from office.web.doors import staff_door
from office.web.requests import StaffRequest

ASKED = ("credit_invoice", "void_invoice", OVERRIDE, *CEILINGS)
"""What of a document may wait for a second person."""


@require_GET
@staff_door("billing.view_invoice")
def document_page(request: StaffRequest, invoice_id: int) -> HttpResponse:
    """The document as printed, its figures, what settled it, its mails and links, and what happened to it."""
    return _page(request, invoice_id, _medical(request, invoice_id))


def _medical(request: StaffRequest, invoice_id: int) -> dict[str, Any]:
    """Its medical codes, for who may see them: asked first, as it is noted that they were seen."""
    if not request.user.has_perm("billing.see_medical_codes"):
        return {}
    invoice = get_invoice_for(request.user, invoice_id)
    return medical_facts(request.user, invoice) if invoice.company.bills_healthcare else {}


@snapshot()
def _page(request: StaffRequest, invoice_id: int, medical: dict[str, Any]) -> HttpResponse:
    shown = invoices_for(request.user).filter(pk=invoice_id)
    shown = shown.select_related(
        "company", "customer", "credits", "replaces", "adds_to", "issued_by", "created_by", "terms"
    )
    invoice: InvoiceWithState = found(with_state(shown, request.company.today()), "document")
    concerns = concerns_of(drafts_to_check([invoice.pk]))
    context = {
        "invoice": invoice,
        "concerns": concerns,
        "is_stopped": any(concern.stops for concern in concerns),
        "today": invoice.company.today(),
        "sections": sections_of(lines_with_links(invoice)),
        "may_link": may_bill(invoice) and Order.objects.filter(customer=invoice.customer_id).exists(),
        "taxes": tax_summary(invoice),
        "instalments": payments_of(invoice, invoice.company.today()),
        "early": early_payment_of(invoice, invoice.company.today()),
        "account": account_of(invoice) if invoice.entry_id else None,
        "settlements": settlements(invoice) if invoice.entry_id else [],
        "credit_memos": invoice.credit_memos.exclude(status="draft"),
        "approvals": ApprovalRequest.objects.filter(
            action__in=ASKED, subject_id=invoice.pk, state=ApprovalState.WAITING
        ).select_related("requested_by", "role"),
        "earned": discount_earned(invoice),
        "debit_notes": invoice.debit_notes.exclude(status="void"),
        "replacements": invoice.replacements.all(),
        "occurrences": invoice.occurrences.select_related("recurring"),
        "attachments": invoice.attachments.defer("content").select_related("added_by"),
        "links": links_of(invoice),
        "deliveries": deliveries_of(invoice),
        "printing": printing_of(invoice),
        "waits_for_print": is_waiting(invoice),
        "receivers": receivers(invoice) if invoice.is_draft else [],
        "may_void": invoice.status == "issued" and invoice.open == invoice.total and not invoice.credit_memos.exists(),
        "beside": beside(invoice),
        "told": told_of(invoice),
        "disputes": dispute_states(invoice.disputes.select_related("reason_code"), invoice.company.today()),
        "timeline": timeline(invoice),
        "medical": medical,
    }
    if context["may_void"] and request.user.has_perm("billing.void_invoice"):
        context["why"] = WhyForm(company=invoice.company)
    return render(request, "billing/document.html", context)


def receivers(invoice: Invoice) -> list:
    """The contacts that would get the document by mail."""
    contacts = invoice.customer.contacts.filter(is_active=True, gets_invoices=True)
    return list(contacts.exclude(email=""))


@require_GET
@staff_door("billing.view_invoice")
def pdf(request: StaffRequest, invoice_id: int) -> HttpResponse:
    """The kept bytes of an issued document; a draft is made anew each time, and says that it is one."""
    invoice = get_invoice_for(request.user, invoice_id)
    try:
        content = pdf_for(request.user, invoice)
    except Refused as refusal:
        messages.error(request, refusal.message)
        return redirect("billing:invoice", invoice.pk)
    except PdfUnavailable as failure:
        return HttpResponse(str(failure), status=503, content_type="text/plain; charset=utf-8")
    answer = HttpResponse(content, content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="{invoice}.pdf"'
    return answer


@require_GET
@staff_door("billing.view_invoice")
def xml(request: StaffRequest, invoice_id: int) -> HttpResponse:
    """The kept bytes of an issued document's e-invoice."""
    invoice = get_invoice_for(request.user, invoice_id)
    try:
        return xml_response(invoice)
    except Refused as refusal:
        messages.error(request, refusal.message)
        return redirect("billing:invoice", invoice.pk)


def xml_response(invoice: Invoice) -> HttpResponse:
    """The e-invoice as a file to keep. Raises Refused where there is none."""
    require_sees_paper(invoice.customer)
    content = bytes(kept_einvoice(invoice).content)
    headers = {"Content-Disposition": f'attachment; filename="{file_name(invoice)}"'}
    return HttpResponse(content, content_type="application/xml", headers=headers)
