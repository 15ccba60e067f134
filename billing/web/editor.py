"""The editor of a draft, with totals while one types."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.forms import BaseFormSet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from billing.access import get_invoice_for
from billing.models import Invoice, InvoiceLine, Tax
from billing.operations.details import LineDetails, fill_draft, products_of
from billing.operations.draft_invoice import draft_invoice, edit_draft
from billing.operations.price_lines import terms_of
from billing.pricing import Asked, held_prices
from billing.sections import sections_of
from billing.tax_choice import taxes_of
from billing.totals import tax_rows, total_invoice
from billing.web.forms import DraftForm, LineForms, details_from, initial_from, line_places, tax_choices
from customers.access import get_customer_for
from customers.models import PaymentTerms
from customers.queries import owed_now
from customers.web.forms import terms_choices
from customers.web.listing import customer_choice
from ledger.refusals import Refused
from office.web.doors import staff_door
from office.web.fields import typed_id

EMPTY_LINES = 5


@staff_door("billing.draft_invoice")
def new_invoice(request: HttpRequest) -> HttpResponse:
    """Draft an invoice; a link may bring the customer along."""
    taxes = tax_choices(request.company)
    head = {"customer": request.GET.get("customer"), "currency": "", "net_days": None}
    rows = [{"quantity": "1", "tax": taxes[0][0]} for _ in range(EMPTY_LINES)]
    form, lines = _forms(request, taxes, terms_choices(request.company), head, rows)
    if request.method == "POST" and form.is_valid() and lines.is_valid():
        try:
            get_customer_for(request.user, form.cleaned_data["customer"])
            invoice = draft_invoice(request.company, details_from(form, lines), by=request.user)
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, "The draft is saved.")
            return redirect("billing:invoice", invoice.pk)
    return _page(request, form, lines)


@staff_door("billing.draft_invoice")
def edit_invoice(request: HttpRequest, invoice_id: int) -> HttpResponse:
    """Change a draft; refused where somebody else saved meanwhile."""
    invoice = get_invoice_for(request.user, invoice_id)
    if not invoice.is_draft:
        messages.error(request, f"{invoice} is {invoice.status}. It is corrected by a credit memo.")
        return redirect("billing:invoice", invoice.pk)
    taxes = tax_choices(request.company, carried=Tax.objects.filter(pk__in=invoice.lines.values("tax")))
    terms = terms_choices(request.company, carried=PaymentTerms.objects.filter(pk=invoice.terms_id))
    form, lines = _forms(request, taxes, terms, *initial_from(invoice))
    if request.method == "POST" and form.is_valid() and lines.is_valid():
        version = typed_id(request.POST.get("version", "")) or 0
        try:
            get_customer_for(request.user, form.cleaned_data["customer"])
            edit_draft(invoice.pk, details_from(form, lines, invoice), version=version, by=request.user)
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, "The draft is saved.")
            return redirect("billing:invoice", invoice.pk)
    return _page(request, form, lines, invoice)


@require_POST
@staff_door("billing.draft_invoice")
def live_totals(request: HttpRequest) -> HttpResponse:
    """What the typed lines come to, as a piece; nothing is kept."""
    taxes = tax_choices(request.company, carried=Tax.objects.all())
    terms = terms_choices(request.company, carried=PaymentTerms.objects.all())
    form, lines = _forms(request, taxes, terms, {}, [])
    context = {"form": form, "error": ""}
    if form.is_valid() and lines.is_valid():
        context |= _worked_out(request, form, lines)
    else:
        context["error"] = _first_error(form, lines)
    return render(request, "billing/_live_totals.html", context)


def _worked_out(request: HttpRequest, form: DraftForm, lines: BaseFormSet) -> dict:
    customer = get_customer_for(request.user, form.cleaned_data["customer"])
    draft = Invoice(company=customer.company)
    try:
        details = details_from(form, lines)
        products = products_of(customer.company, [details])
        rows = fill_draft(draft, customer, details, taxes_of(customer.company), products)
        taxes = tax_rows(draft, rows, total_invoice(draft, rows))
    except Refused as refusal:
        return {"error": refusal.message}
    return {
        "draft": draft,
        "taxes": taxes,
        "rows": _shown_rows(draft, rows, details.lines, line_places(lines)),
        "customer": customer,
        "owed": owed_now(customer, customer.company.today()),
    }


def _shown_rows(
    draft: Invoice, rows: list[InvoiceLine], typed: Sequence[LineDetails], places: list[int]
) -> list[dict[str, Any]]:
    """Each line at its place in the grid, with what the lists hold and whether its price was decided here."""
    asked = [Asked(row.product, row.quantity) for row in rows if row.product]
    held = iter(held_prices(terms_of(draft), asked) if asked else [])
    sums = {section.lines[-1].position: section.subtotal for section in sections_of(rows) if section.heading}
    return [
        {
            "place": place,
            "line": row,
            "subtotal": sums.get(row.position),
            "held": next(held) if row.product else None,
            "is_decided": line.unit_price is None,
        }
        for place, row, line in zip(places, rows, typed, strict=True)
    ]


def _first_error(form: DraftForm, lines: BaseFormSet) -> str:
    for errors in (form.errors, *lines.errors):
        for messages_ in errors.values():
            return str(messages_[0])
    return ""


def _forms(
    request: HttpRequest, taxes: list[tuple[str, str]], terms: list[tuple], head: dict, rows: list[dict]
) -> tuple[DraftForm, BaseFormSet]:
    kwargs = {"prefix": "lines", "company": request.company, "form_kwargs": {"taxes": taxes}}
    if request.method == "POST":
        return DraftForm(request.POST, initial=head, terms=terms), LineForms(request.POST, **kwargs)
    formset = LineForms(initial=rows, **kwargs)
    return DraftForm(initial=head, terms=terms), formset


def _page(request: HttpRequest, form: DraftForm, lines: BaseFormSet, invoice: Invoice | None = None) -> HttpResponse:
    customer = customer_choice(request, str(form["customer"].value()))
    context = {"form": form, "lines": lines, "invoice": invoice, "customer": customer}
    return render(request, "billing/invoice_edit.html", context)
