"""What the editor shows while one types; nothing is kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from billing.models import Invoice, InvoiceLine, InvoiceTax
from billing.operations.details import InvoiceDetails, LineDetails, fill_draft, products_of
from billing.operations.price_lines import terms_of
from billing.pdf import draft_pictures
from billing.pricing import Asked, held_prices
from billing.sections import sections_of
from billing.tax_choice import taxes_of
from billing.totals import tax_rows
from billing.web.forms import line_places
from billing.web.typed_draft import TypedDraft, typed_draft
from customers.access import get_customer_for
from customers.models import Customer
from customers.persons import UNSEEN, sees_paper
from customers.queries import owed_now
from ledger.refusals import Refused
from office.papers import PdfUnavailable
from office.web.doors import staff_door
from office.web.requests import StaffRequest

LONGEST_PREVIEW = 150
"""Lines up to which the picture of a draft follows the typing."""


@dataclass(frozen=True)
class WorkedOut:
    """A draft as typed with what it comes to; nothing of it is kept."""

    customer: Customer
    details: InvoiceDetails
    draft: Invoice
    lines: list[InvoiceLine]
    taxes: list[InvoiceTax]


def work_out(typed: TypedDraft) -> WorkedOut:
    """What a draft that can be read comes to. Raises Refused where it cannot be so."""
    details = typed.details()
    customer = get_customer_for(typed.request.user, details.customer_id)
    draft = Invoice(company=customer.company)
    products = products_of(customer.company, [details])
    lines, totals = fill_draft(draft, customer, details, taxes_of(customer.company), products)
    return WorkedOut(customer, details, draft, lines, tax_rows(draft, lines, totals))


@require_POST
@staff_door("billing.draft_invoice")
def live_totals(request: StaffRequest) -> HttpResponse:
    """What the typed lines come to, as a piece."""
    typed = typed_draft(request)
    try:
        context = _totals_context(typed) if typed.is_valid() else {"error": typed.first_error}
    except Refused as refusal:
        context = {"error": refusal.message}
    return render(request, "billing/_live_totals.html", context)


def _totals_context(typed: TypedDraft) -> dict[str, Any]:
    worked = work_out(typed)
    return {
        "draft": worked.draft,
        "taxes": worked.taxes,
        "rows": _shown_rows(worked.draft, worked.lines, worked.details.lines, line_places(typed.lines)),
        "customer": worked.customer,
        "owed": owed_now(worked.customer, worked.customer.company.today()),
    }


@require_POST
@staff_door("billing.draft_invoice")
def preview(request: StaffRequest) -> HttpResponse:
    """The first pages of the draft as it would print now, as a piece."""
    typed = typed_draft(request)
    try:
        context = _preview_context(typed) if typed.is_valid() else {"why_not": typed.first_error}
    except (Refused, PdfUnavailable) as failure:
        context = {"why_not": str(failure)}
    return render(request, "billing/_preview.html", context)


def _preview_context(typed: TypedDraft) -> dict[str, Any]:
    worked = work_out(typed)
    if len(worked.lines) > LONGEST_PREVIEW:
        return {"why_not": "It is too long to be shown while you type. Save it, and look at its PDF."}
    if not sees_paper(worked.customer):
        return {"why_not": UNSEEN}
    return {"shown": draft_pictures(worked.draft, worked.lines, worked.taxes)}


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
