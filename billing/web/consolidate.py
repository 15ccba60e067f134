"""Choosing drafts to join into one invoice per customer and month."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from billing.access import invoices_for
from billing.models import DocumentStatus
from billing.operations.consolidate_drafts import bundles, consolidate_drafts
from ledger.refusals import Refused
from office.web.doors import staff_door
from office.web.fields import typed_id
from office.web.requests import StaffRequest
from office.written import counted

MOST_DRAFTS = 2000


@staff_door("billing.draft_invoice")
def consolidate_page(request: StaffRequest) -> HttpResponse:
    """The drafts of each customer and month of which there are several, and joining those that are ticked."""
    drafts = invoices_for(request.user).filter(company=request.company, status=DocumentStatus.DRAFT)
    drafts = drafts.select_related("customer", "company")
    refusal = ""
    if request.method == "POST":
        wanted = [typed_id(value) for value in request.POST.getlist("selected")]
        own = list(drafts.filter(pk__in=[one for one in wanted if one]).values_list("pk", flat=True))
        try:
            joined = consolidate_drafts(request.company, own, by=request.user)
        except Refused as reason:
            refusal = reason.message
        else:
            messages.success(request, f"{counted(len(own), 'draft')} became {counted(len(joined), 'draft')}.")
            return redirect("billing:invoice", joined[0].pk) if len(joined) == 1 else redirect("billing:consolidate")
    groups = [group for group in bundles(drafts.order_by("-pk")[:MOST_DRAFTS]) if len(group.drafts) > 1]
    return render(request, "billing/consolidate.html", {"groups": groups, "refusal": refusal})
