"""From an entry of the book to the paper it stems from: every figure leads here."""

from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from billing.access import invoices_for, opening_items_for
from credit_control.access import late_charges_for, provision_postings_for
from customers.access import customers_for
from ledger.models import Entry
from office.access import companies_for
from office.web.doors import staff_door
from office.web.requests import StaffRequest
from payments.access import receipts_for, refunds_for, write_offs_for
from payments.models import ReceiptExchange


@require_GET
@staff_door("customers.view_customer")
def paper(request: StaffRequest, entry_id: int) -> HttpResponse:
    """The document, receipt, refund, write-off, charge or provision of an entry, or the entry where it has no page."""
    invoice = invoices_for(request.user).filter(Q(entry=entry_id) | Q(void_entry=entry_id)).first()
    if invoice:
        return redirect("billing:invoice", invoice.pk)
    taken_over = opening_items_for(request.user).filter(Q(entry=entry_id) | Q(reversal_entry=entry_id))
    if item := taken_over.first():
        return redirect("billing:opening_item", item.pk)
    exchanges = ReceiptExchange.objects.filter(Q(taken_entry=entry_id) | Q(given_entry=entry_id))
    exchanged = Q(pk__in=list(exchanges.values_list("receipt", flat=True)))  # by an index, as a join would use none
    receipt = receipts_for(request.user).filter(Q(entry=entry_id) | Q(reversal_entry=entry_id) | exchanged).first()
    if receipt:
        return redirect("payments:receipt", receipt.pk)
    written_off = write_offs_for(request.user).filter(
        Q(entry=entry_id) | Q(reversal_entry=entry_id) | Q(recoveries__entry=entry_id)
    )
    if row := written_off.first():
        return redirect("payments:write_off", row.pk)
    charged = late_charges_for(request.user).filter(Q(entry=entry_id) | Q(reversal_entry=entry_id))
    if charge := charged.first():
        return redirect("credit_control:late_charge", charge.pk)
    if posting := provision_postings_for(request.user).filter(entry=entry_id).first():
        return redirect("credit_control:provision_posting", posting.pk)
    paid_back = Q(entry=entry_id) | Q(hand_payments__entry=entry_id) | Q(repayments__entry=entry_id)
    if refund := refunds_for(request.user).filter(paid_back).first():
        return redirect("payments:refund", refund.pk)
    return render(request, "reports/entry.html", {"entry": _entry_for(request, entry_id)})


def _entry_for(request: StaffRequest, entry_id: int) -> Entry:
    """An entry of the person's companies, about customers they see."""
    companies = companies_for(request.user).values("pk")
    entry = Entry.objects.filter(pk=entry_id, company_id__in=companies).prefetch_related("lines__account").first()
    if entry is None:
        raise Http404("No such entry.")
    about = {line.customer_id for line in entry.lines.all() if line.customer_id}
    if customers_for(request.user).filter(pk__in=about).count() != len(about):
        raise Http404("No such entry.")
    return entry
