"""Printing many documents in one go."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from billing.access import invoices_for
from billing.pdf.merging import MOST, merged_pdf
from billing.queries import with_state
from billing.web.listing import LISTS
from ledger.refusals import Refused
from office.papers import PdfUnavailable
from office.web.doors import staff_door
from office.web.lists import chosen_rows
from office.web.requests import StaffRequest


@require_POST
@staff_door("billing.view_invoice")
def print_chosen(request: StaffRequest) -> HttpResponse:
    """The documents chosen in a list as one PDF, in the order of their numbers."""
    kind, spec = LISTS.get(request.POST.get("list", ""), (None, None))
    if spec is None:
        raise Http404("No such list.")
    documents = invoices_for(request.user).filter(company=request.company, kind=kind)
    chosen = chosen_rows(request, spec, with_state(documents, request.company.today()))
    try:
        content = merged_pdf(
            chosen.select_related("company", "customer").order_by("number", "pk")[: MOST + 1], request.user
        )
    except (Refused, PdfUnavailable) as reason:
        messages.error(request, getattr(reason, "message", str(reason)))
        return redirect(f"billing:{kind}_list")
    headers = {"Content-Disposition": f'attachment; filename="{spec.name}.pdf"'}
    return HttpResponse(content, content_type="application/pdf", headers=headers)
