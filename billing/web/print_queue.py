"""The print queue, and the documents that are taken out of it to be printed."""

from collections.abc import Callable, Collection
from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from billing.access import invoices_for
from billing.exposure import AMOUNT
from billing.models import Invoice
from billing.operations.mark_printed import mark_printed, unmark_printed
from billing.pdf.merging import MOST, merged_pdf
from billing.print_queue import waiting_for_print, with_printing
from ledger.refusals import Refused
from office.papers import PdfUnavailable
from office.web.doors import staff_door
from office.web.fields import typed_id
from office.web.lists import BulkAct, Column, DateRange, Empty, ListSpec, chosen_rows, list_page
from office.web.requests import StaffRequest

PRINT_QUEUE = ListSpec(
    name="print-queue",
    title="Print queue",
    columns=(
        Column("number", "Document", str, sort="pk", url=lambda row: reverse("billing:invoice", args=[row.pk])),
        Column("kind", "Kind", "title", hide_below="tablet"),
        Column(
            "customer",
            "Customer",
            "customer.name",
            sort="customer__sort_name",
            url=lambda row: reverse("customers:customer", args=[row.customer_id]),
        ),
        Column("dated_on", "Date", "dated_on", "day", sort="dated_on", hide_below="tablet"),
        Column("issued_at", "Waits since", "issued_at", "moment", sort="issued_at"),
        Column("total", "Total", "signed", "money", sort="signed", total="signed", hide_below="phone"),
    ),
    order="issued_at",
    filters=(DateRange("dated", "Date", "dated_on"),),
    search=("number", "customer__search_text"),
    search_hint="Number or customer",
    bulk=(
        BulkAct("Print…", lambda: reverse("billing:choose_to_print"), "billing.send_invoice", "printer"),
        BulkAct("Mark printed", lambda: reverse("billing:mark_printed"), "billing.send_invoice", "check"),
    ),
    empty=Empty(
        "Nothing waits to be printed",
        "Tick “Gets documents on paper” at a customer: whatever is issued to them from then on waits here.",
        "printer",
    ),
)


@require_GET
@staff_door("billing.send_invoice")
def print_queue(request: StaffRequest) -> HttpResponseBase:
    """What waits to be printed, oldest first."""
    return list_page(request, PRINT_QUEUE, _waiting(request))


@require_POST
@staff_door("billing.send_invoice")
def choose_to_print(request: StaffRequest) -> HttpResponse:
    """Go on to the page of the documents chosen in the queue."""
    chosen = _chosen(request)
    if 0 < len(chosen) <= MOST:
        return _to_batch(chosen)
    words = "Choose the documents to print first."
    if chosen:
        words = f"One PDF holds at most {MOST} documents. Choose fewer, or print in parts."
    messages.error(request, words)
    return redirect("billing:print_queue")


@require_GET
@staff_door("billing.send_invoice")
def print_batch(request: StaffRequest) -> HttpResponse:
    """Documents to print in one go: their PDF, and the question whether they are on paper now."""
    rows = with_printing(_named(request).select_related("customer"))
    if not rows:
        return redirect("billing:print_queue")
    context = {
        "rows": rows,
        "documents": ",".join(str(invoice.pk) for invoice, _ in rows),
        "unprinted": [invoice for invoice, printing in rows if not printing and invoice.status == "issued"],
        "printed": [invoice for invoice, printing in rows if printing],
    }
    return render(request, "billing/print_batch.html", context)


@require_GET
@staff_door("billing.send_invoice")
def print_pdf(request: StaffRequest) -> HttpResponse:
    """The documents that the address names as one PDF, oldest first."""
    try:
        named = _named(request).select_related("company", "customer").order_by("issued_at", "pk")
        content = merged_pdf(named, request.user)
    except (Refused, PdfUnavailable) as reason:
        messages.error(request, getattr(reason, "message", str(reason)))
        return redirect("billing:print_queue")
    headers = {"Content-Disposition": 'inline; filename="print-queue.pdf"'}
    return HttpResponse(content, content_type="application/pdf", headers=headers)


@require_POST
@staff_door("billing.send_invoice")
def mark(request: StaffRequest) -> HttpResponse:
    """Say that the chosen documents are on paper."""
    return _acted(request, mark_printed, "marked printed")


@require_POST
@staff_door("billing.send_invoice")
def unmark(request: StaffRequest) -> HttpResponse:
    """Say that the chosen documents are not on paper after all."""
    return _acted(request, unmark_printed, "no longer marked printed")


def _acted(request: StaffRequest, act: Callable, done: str) -> HttpResponse:
    """Do it, and show the documents with the way back, where they were shown before."""
    chosen = _chosen(request)
    try:
        act(chosen, by=request.user)
    except Refused as refusal:
        messages.error(request, refusal.message)
    else:
        words = "1 document is" if len(chosen) == 1 else f"{len(chosen)} documents are"
        messages.success(request, f"{words} {done}.")
    if len(chosen) == 1 and request.POST.get("from") == "document":
        return redirect("billing:invoice", chosen[0])
    return _to_batch(chosen) if 0 < len(chosen) <= MOST else redirect("billing:print_queue")


def _waiting(request: StaffRequest) -> QuerySet[Invoice]:
    """What waits, each with its total, which is below zero where it takes off what is owed."""
    return waiting_for_print(_documents(request)).annotate(signed=AMOUNT).select_related("customer")


def _documents(request: StaffRequest) -> QuerySet[Invoice]:
    return invoices_for(request.user).filter(company=request.company)


def _chosen(request: StaffRequest) -> list[int]:
    """Which documents a form names, or all of the queue that match; one more than fits says that it is too many."""
    if request.POST.get("everything"):
        rows = chosen_rows(request, PRINT_QUEUE, _waiting(request))
    else:
        rows = _documents(request).filter(pk__in=_ids(request.POST.getlist("selected")))
    return list(rows.order_by("pk").values_list("pk", flat=True)[: MOST + 1])


def _named(request: StaffRequest) -> QuerySet[Invoice]:
    """The documents that the address names, as far as one PDF holds them."""
    return _documents(request).filter(pk__in=_ids(request.GET.get("documents", "").split(",")[:MOST]))


def _ids(texts: list[str]) -> list[int]:
    return [found for text in texts if (found := typed_id(text))]


def _to_batch(chosen: Collection[int]) -> HttpResponse:
    query = urlencode({"documents": ",".join(map(str, chosen))}, safe=",")
    return redirect(f"{reverse('billing:print_batch')}?{query}")
