"""Invoices kept as templates."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from billing.access import get_invoice_for, get_template_for, templates_for
from billing.operations.manage_templates import delete_template, draft_from_template, save_template
from customers.web.listing import customer_choice
from ledger.refusals import Refused
from office.web.doors import staff_door
from office.web.once import once
from office.web.requests import StaffRequest


@require_GET
@staff_door("billing.view_invoice")
def template_list(request: StaffRequest) -> HttpResponse:
    """The company's templates, each to be drafted from."""
    templates = templates_for(request.user).filter(company=request.company).select_related("customer", "created_by")
    context = {"templates": templates, "customer": customer_choice(request, request.GET.get("customer", ""))}
    return render(request, "billing/template_list.html", context)


@staff_door("billing.draft_invoice")
def keep_as_template(request: StaffRequest, invoice_id: int) -> HttpResponse:
    """Keep an invoice under a name."""
    invoice = get_invoice_for(request.user, invoice_id)
    name, refusal = request.POST.get("name", ""), ""
    if request.method == "POST":
        try:
            template = save_template(invoice.pk, name[:100], by=request.user)
        except Refused as refused:
            refusal = refused.message
        else:
            messages.success(request, f"Kept as the template {template}.")
            return redirect("billing:template_list")
    context = {"invoice": invoice, "name": name, "refusal": refusal}
    return render(request, "billing/keep_as_template.html", context)


@require_POST
@staff_door("billing.draft_invoice")
@once
def use_template(request: StaffRequest, template_id: int) -> HttpResponse:
    """Draft from a template, for its customer or the one that was picked, and open the draft."""
    template = get_template_for(request.user, template_id)
    customer = customer_choice(request, request.POST.get("customer", ""))
    try:
        draft = draft_from_template(template.pk, customer_id=customer.pk if customer else None, by=request.user)
    except Refused as refusal:
        messages.error(request, refusal.message)
        return redirect("billing:template_list")
    messages.success(request, f"Drafted from {template}. Change what differs; nothing is issued yet.")
    return redirect("billing:invoice_edit", draft.pk)


@require_POST
@staff_door("billing.draft_invoice")
def forget_template(request: StaffRequest, template_id: int) -> HttpResponse:
    """Delete a template."""
    template = get_template_for(request.user, template_id)
    delete_template(template.pk, by=request.user)
    messages.success(request, f"The template {template} is gone. What was drafted from it stays.")
    return redirect("billing:template_list")
