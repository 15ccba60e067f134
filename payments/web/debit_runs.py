"""Debit runs: all of them, preparing one with a preview, one, its file, and what the bank answers."""

from decimal import Decimal
from typing import TypeAlias, TypedDict

from django import forms
from django.contrib import messages
from django.db.models import Count, Q, QuerySet, Sum
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST
from django_stubs_ext import WithAnnotations

from customers.models import MandateScheme
from ledger.refusals import Refused
from office.web.doors import ALWAYS, staff_door
from office.web.lists import Choice as Filter
from office.web.lists import Column, DateRange, Empty, ListSpec, list_page
from office.web.requests import StaffRequest
from payments.access import debit_runs_for, get_debit_run_for, require_bank
from payments.debit_choice import Choice
from payments.models import CollectionState, DebitRun, FileState
from payments.operations.cancel_debit_run import cancel_debit_run
from payments.operations.prepare_debit_run import RunDetails, prepare_debit_run, preview_debits
from payments.operations.read_debit_answers import Answers, take_debit_answer
from payments.operations.settle_debits import collect_debit_run
from payments.payment_files.nacha_reading import LARGEST
from payments.payment_files.pain008 import VERSIONS
from payments.web.file_forms import FileForm, file_answer, records_of

RUNS = ListSpec(
    name="debit-runs",
    title="Debit runs",
    columns=(
        Column("run", "Run", str, sort="pk", url=lambda row: reverse("payments:debit_run", args=[row.pk])),
        Column("state", "State", "state", "state"),
        Column("collect_on", "Collected on", "collect_on", "day", sort="collect_on"),
        Column("scheme", "Scheme", lambda row: row.get_scheme_display(), hide_below="phone"),
        Column("account", "Into", "bank_account.name", hide_below="tablet"),
        Column("count", "Debits", "debit_count", "number", hide_below="phone"),
        Column("back", "Came back", "back_count", "number", hide_below="tablet"),
        Column("total", "Total", "total", "money"),
    ),
    order="-run",
    filters=(
        Filter("state", "State", "state", tuple(FileState.choices)),
        Filter("scheme", "Scheme", "scheme", tuple(MandateScheme.choices)),
        DateRange("collected", "Collected on", "collect_on"),
    ),
    empty=Empty(
        "No debit runs yet",
        "A run debits what is due from customers who gave a mandate: you see first who will be debited and who not.",
        "credit-card",
        "payments:debit_run_new",
        "Prepare a run",
    ),
)


class Counts(TypedDict):
    debit_count: int
    back_count: int
    total: Decimal | None


RunWithCounts: TypeAlias = "WithAnnotations[DebitRun, Counts]"


def with_counts(runs: QuerySet[DebitRun]) -> QuerySet[RunWithCounts]:
    """Add how many debits there are, how many came back, and what they come to without those left out."""
    kept = ~Q(collections__state=CollectionState.LEFT_OUT)
    back = Q(collections__state__in=[CollectionState.RETURNED, CollectionState.REJECTED])
    return runs.annotate(
        debit_count=Count("collections", filter=kept),
        back_count=Count("collections", filter=back),
        total=Sum("collections__amount", filter=kept),
    )


class RunForm(FileForm):
    """What is collected when."""

    versions = VERSIONS
    field_order = ("scheme", "bank_account_id", "collect_on", "version")

    scheme = forms.ChoiceField(label="Scheme", choices=MandateScheme)
    collect_on = forms.DateField(label="Collected on", widget=forms.DateInput(attrs={"type": "date"}))

    def details(self) -> RunDetails:
        """The valid form as the operation takes it."""
        return RunDetails(**self.told())


@require_GET
@staff_door("payments.view_bank")
def debit_run_list(request: StaffRequest) -> HttpResponseBase:
    """All runs, the newest first."""
    runs = debit_runs_for(request.user).filter(company=request.company).select_related("bank_account")
    return list_page(request, RUNS, with_counts(runs), template="payments/debit_run_list.html")


@staff_door("payments.manage_debit_runs")
def new_debit_run(request: StaffRequest) -> HttpResponse:
    """Choose scheme and day, see who will be debited and who not and why, and ask a second person."""
    require_bank(request.user)
    data = request.POST if request.method == "POST" else request.GET
    form = RunForm(data or None, company=request.company)
    choice: Choice | None = None
    if form.is_bound and form.is_valid():
        try:
            if request.method == "POST":
                run = prepare_debit_run(request.company, form.details(), by=request.user)
                messages.success(request, f"{run} waits for a second person's word. Nothing is debited until then.")
                return redirect("payments:debit_run", run.pk)
            choice = preview_debits(request.company, form.details())
        except Refused as refusal:
            form.add_error(None, refusal.message)
    return render(request, "payments/debit_run_new.html", {"form": form, "choice": choice})


@require_GET
@staff_door("payments.view_bank")
def debit_run(request: StaffRequest, run_id: int) -> HttpResponse:
    """A run with what became of each debit."""
    run = get_debit_run_for(request.user, run_id)
    debits = run.collections.select_related("customer", "account", "mandate", "receipt").prefetch_related("parts__item")
    states = set(debits.values_list("state", flat=True))
    context = {
        "run": with_counts(DebitRun.objects.filter(pk=run.pk)).values("debit_count", "back_count", "total")[0],
        "of": run,
        "debits": debits,
        "records": records_of(run),
        "today": run.company.today(),
        "may_collect": run.state == FileState.READY and CollectionState.PENDING in states,
        "may_cancel": run.state == FileState.READY and states <= {CollectionState.PENDING, CollectionState.LEFT_OUT},
    }
    return render(request, "payments/debit_run.html", context)


@require_POST
@staff_door("payments.manage_debit_runs")
def cancel(request: StaffRequest, run_id: int) -> HttpResponse:
    """Give up a run that the bank did not get."""
    run = get_debit_run_for(request.user, run_id)
    try:
        cancel_debit_run(run.pk, reason=request.POST.get("reason", ""), by=request.user)
    except Refused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, "Cancelled: what it would have debited is free again.")
    return redirect("payments:debit_run", run.pk)


class CollectForm(forms.Form):
    """The day on which the money came."""

    on = forms.DateField()


@require_POST
@staff_door("payments.record_receipt")
def collect(request: StaffRequest, run_id: int) -> HttpResponse:
    """Record that all of a run that is on its way came in."""
    run = get_debit_run_for(request.user, run_id)
    form = CollectForm(request.POST)
    try:
        if not form.is_valid():
            raise Refused("Give the day on which the money came.", code="bad_date")
        collect_debit_run(run.pk, on=form.cleaned_data["on"], by=request.user)
    except Refused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, "Recorded: each debit is a payment that is applied to its items.")
    return redirect("payments:debit_run", run.pk)


@require_POST
@staff_door("payments.download_payment_file", recently_known=ALWAYS)
def run_file(request: StaffRequest, run_id: int) -> HttpResponse:
    """The file for the bank; who got it is kept, so it is no plain link."""
    return file_answer(get_debit_run_for(request.user, run_id), request.user)


class AnswerForm(forms.Form):
    """What the bank sent."""

    file = forms.FileField(label="File", help_text="A status report (pain.002), or returns of ACH.")


@staff_door("payments.manage_debit_runs")
def answers(request: StaffRequest) -> HttpResponse:
    """Read what the bank says of our debits."""
    require_bank(request.user)
    form = AnswerForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            if file.size > LARGEST:
                raise Refused(f"It is larger than {LARGEST >> 20} MB.", code="file_too_large")
            found = take_debit_answer(request.company, file.name, file.read(), by=request.user)
        except Refused as refusal:
            form.add_error("file", refusal.message)
        else:
            _say(request, file.name, found)
            return redirect("payments:debit_run_list")
    return render(request, "payments/debit_answers.html", {"form": form})


def _say(request: StaffRequest, name: str, found: Answers) -> None:
    messages.success(request, f"{name}: {found.rejected} rejected, {found.returned} came back.")
    for note in found.notes[:10]:
        messages.warning(request, note)
