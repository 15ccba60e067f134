"""Finding a customer, document or receipt by number, name, order number or amount."""

from decimal import Decimal, InvalidOperation
from typing import Any

from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from billing.access import invoices_for
from billing.models import Invoice
from customers.access import customers_for
from customers.search import fold
from customers.web.listing import CUSTOMERS
from office.letters import standing_in
from office.web.doors import staff_door
from office.web.lists.filters import search_rows
from office.web.requests import StaffRequest
from payments.access import receipts_for
from payments.models import Receipt

MOST = 20
PAGES = {"customers": "customers:customer", "invoices": "billing:invoice", "receipts": "payments:receipt"}


@require_GET
@staff_door("customers.view_customer")
def search_page(request: StaffRequest) -> HttpResponse:
    """What is found in the company one works in, a few of each kind; a whole number opens what has it."""
    text = request.GET.get("q", "").replace("\0", "").strip()[:100]
    context: dict[str, object] = {"text": text}
    if text:
        amount = _amount(text)
        found: dict[str, list[Any]] = {
            "customers": _customers(request, text),
            "invoices": _invoices(request, text, amount),
            "receipts": _receipts(request, text, amount) if request.user.has_perm("payments.view_receipt") else [],
        }
        if one := _the_one(text, found):
            return redirect(one)
        context |= found
    return render(request, "reports/search.html", context)


def _the_one(text: str, found: dict[str, list[Any]]) -> str:
    """The page of what has just this number, if only one has it."""
    named = [
        reverse(PAGES[kind], args=[each.pk])
        for kind, things in found.items()
        for each in things
        if each.number and each.number.casefold() == text.casefold()
    ]
    return named[0] if len(named) == 1 else ""


def _customers(request: StaffRequest, text: str) -> list:
    found = search_rows(customers_for(request.user).filter(company=request.company), CUSTOMERS.search, fold(text))
    return list(found.order_by("sort_name")[:MOST])


def _invoices(request: StaffRequest, text: str, amount: Decimal | None) -> list:
    wanted = standing_in(Invoice, ("number", "po_number", "source_reference"), text)
    if amount is not None:
        wanted |= Q(total=amount)
    found = invoices_for(request.user).filter(wanted, company=request.company).select_related("customer")
    return list(found.order_by("-id")[:MOST])


def _receipts(request: StaffRequest, text: str, amount: Decimal | None) -> list:
    wanted = standing_in(Receipt, ("number", "reference", "external_id"), text)
    if amount is not None:
        wanted |= Q(amount=amount)
    found = receipts_for(request.user).filter(wanted, company=request.company).select_related("customer")
    return list(found.order_by("-id")[:MOST])


def _amount(text: str) -> Decimal | None:
    try:
        amount = Decimal(text.replace(",", ""))
    except InvalidOperation:
        return None
    return amount if amount.is_finite() and (not amount or -4 <= amount.adjusted() < 14) else None
