"""Billing runs: chosen in a list, looked at, started; how far they are, and what became of each document."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from billing.access import billing_runs_for, get_billing_run_for, invoices_for, run_documents_for
from billing.billing_runs import act_of, customers_with_several, reasons_of, tallies_of
from billing.models import DocumentOutcome, RunDocument
from billing.operations.manage_billing_runs import (
    prepare_billing_run,
    resume_billing_run,
    retry_billing_run,
    start_billing_run,
    stop_billing_run,
)
from billing.queries import with_state
from billing.web.listing import LISTS
from ledger.refusals import Refused
from office.models import Run, RunStatus, User
from office.web.doors import staff_door
from office.web.lists import Choice, Column, Empty, ListSpec, chosen_rows, list_page
from office.web.requests import StaffRequest

RUNS = ListSpec(
    name="billing-runs",
    title="Billing runs",
    columns=(
        Column("title", "Run", "title", sort="title", url=lambda row: reverse("billing:billing_run", args=[row.pk])),
        Column("state", "State", lambda row: state_of(row), "state", sort="status"),
        Column("done", "Done", "done", "number", hide_below="phone"),
        Column("total", "Of", "total", "number", hide_below="phone"),
        Column("by", "By", lambda row: str(row.by), hide_below="tablet"),
        Column("started_at", "Prepared", "started_at", "moment", sort="id", hide_below="tablet"),
    ),
    order="-started_at",
    filters=(Choice("state", "State", "status", choices=RunStatus.choices),),
    search=("title",),
    search_hint="Title",
    empty=Empty(
        "No billing runs yet",
        "Tick drafts in the list of invoices and choose Issue: they are checked, issued and mailed in one go.",
        "progress",
        "billing:invoice_list",
        "Choose invoices",
    ),
)
DOCUMENTS = ListSpec(
    name="billing-run",
    title="Documents of this run",
    columns=(
        Column(
            "document",
            "Document",
            lambda row: str(row.invoice or "Thrown away"),
            sort="pk",
            url=lambda row: reverse("billing:invoice", args=[row.invoice_id]) if row.invoice_id else "",
        ),
        Column("customer", "Customer", "invoice.customer.name"),
        Column("outcome", "Outcome", "outcome", "state", sort="outcome"),
        Column("note", "What was found", "note"),
        Column("total", "Total", "invoice.total", "money", total="invoice__total", currency="invoice.currency"),
    ),
    order="document",
    currency="invoice__currency",
    filters=(Choice("outcome", "Outcome", "outcome", choices=DocumentOutcome.choices),),
    search=("invoice__number", "invoice__customer__search_text", "note"),
    search_hint="Number, customer or reason",
    empty=Empty("Nothing in this run", "Its drafts were thrown away.", "progress"),
)
MOST_REASONS = 10


def state_of(run: Run) -> str:
    """A run's state as people say it: after its check it waits to be started."""
    return "to_start" if run.is_dry and run.status == RunStatus.DONE else run.status


@require_GET
@staff_door("billing.view_invoice")
def billing_run_list(request: StaffRequest) -> HttpResponseBase:
    """All billing runs, newest first."""
    return list_page(request, RUNS, billing_runs_for(request.user).filter(company=request.company))


@require_POST
@staff_door("billing.send_invoice")
def prepare(request: StaffRequest, act: str) -> HttpResponse:
    """Take on the rows chosen in a list of documents, and show what would become of them."""
    kind, spec = LISTS.get(request.POST.get("list", ""), (None, None))
    if spec is None:
        raise Http404("No such list.")
    documents = invoices_for(request.user).filter(company=request.company, kind=kind)
    chosen = chosen_rows(request, spec, with_state(documents, request.company.today()))
    try:
        run = prepare_billing_run(request.company, act, chosen, by=request.user)
    except Refused as refusal:
        messages.error(request, refusal.message)
        return redirect(f"billing:{kind}_list")
    return redirect("billing:billing_run", run.pk)


@require_GET
@staff_door("billing.view_invoice")
def billing_run(request: StaffRequest, run_id: int) -> HttpResponseBase:
    """One run: what would be done or was done, why not, and each document; as a file too."""
    run = get_billing_run_for(request.user, run_id)
    documents = run_documents_for(request.user, run)
    return list_page(request, DOCUMENTS, documents, template="billing/billing_run.html", **standing(request.user, run))


@require_GET
@staff_door("billing.view_invoice")
def progress(request: StaffRequest, run_id: int) -> HttpResponse:
    """How far a run is; when it comes to its end, the whole page is asked for again."""
    run = get_billing_run_for(request.user, run_id)
    answer = render(request, "billing/_billing_run.html", standing(request.user, run))
    if run.is_finished:
        answer["HX-Refresh"] = "true"
    return answer


def standing(user: User, run: Run) -> dict[str, Any]:
    """All that the page says of a run."""
    documents = RunDocument.objects.filter(pk__in=run_documents_for(user, run).values("pk"))
    tallies, reasons = tallies_of(documents), reasons_of(documents)
    return {
        "run": run,
        "act": act_of(run),
        "state": state_of(run),
        "tallies": [tallies[outcome] for outcome in DocumentOutcome.values if outcome in tallies],
        "waiting": tallies.get(DocumentOutcome.WAITING),
        "refused": tallies.get(DocumentOutcome.REFUSED),
        "reasons": reasons[:MOST_REASONS],
        "more_reasons": max(len(reasons) - MOST_REASONS, 0),
        "several": customers_with_several(documents) if run.is_dry else 0,
        "may_act": user.has_perm(act_of(run).permission),
    }


@require_POST
@staff_door("billing.send_invoice")
def start(request: StaffRequest, run_id: int) -> HttpResponse:
    """Do what the check found possible."""
    sends = bool(request.POST.get("sends"))
    return _act(request, run_id, lambda pk, by: start_billing_run(pk, by=by, sends=sends))


@require_POST
@staff_door("billing.send_invoice")
def stop(request: StaffRequest, run_id: int) -> HttpResponse:
    """Stop after the piece that is being done."""
    return _act(request, run_id, lambda pk, by: stop_billing_run(pk, by=by))


@require_POST
@staff_door("billing.send_invoice")
def resume(request: StaffRequest, run_id: int) -> HttpResponse:
    """Go on with what is left."""
    return _act(request, run_id, lambda pk, by: resume_billing_run(pk, by=by))


@require_POST
@staff_door("billing.send_invoice")
def retry(request: StaffRequest, run_id: int) -> HttpResponse:
    """Try what was refused again."""
    return _act(request, run_id, lambda pk, by: retry_billing_run(pk, by=by))


def _act(request: StaffRequest, run_id: int, act: Callable[[int, User], Run]) -> HttpResponse:
    run = get_billing_run_for(request.user, run_id)
    try:
        act(run.pk, request.user)
    except Refused as refusal:
        messages.error(request, refusal.message)
    return redirect("billing:billing_run", run.pk)
