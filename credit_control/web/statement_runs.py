"""Statement runs: prepared, looked at, started; how far they are, and what became of each customer."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from credit_control.models import StatementOutcome, StatementRow, StatementRun
from credit_control.operations.manage_statement_runs import (
    look_again,
    prepare_statement_run,
    resume_statement_run,
    start_statement_run,
    stop_statement_run,
)
from credit_control.operations.schedule_statements import schedule_of
from credit_control.statements.access import (
    get_statement_run_for,
    statement_rows_for,
    statement_runs_for,
    statements_for,
)
from credit_control.statements.asking import Period
from credit_control.statements.runs import leaving_now, mail_states, reasons_of, tallies_of, with_mail
from credit_control.statements.schedule import next_day
from customers.access import customers_for
from customers.models import CustomerGroup
from customers.search import fold
from ledger import calendar
from ledger.money import format_money
from ledger.refusals import Refused
from office.models import MailStatus, RunStatus, User
from office.web.doors import staff_door
from office.web.fields import set_rows, typed_id
from office.web.lists import Choice, Column, Empty, ListSpec, list_page
from office.web.requests import StaffRequest

READ, SEND = "credit_control.view_statement", "credit_control.send_statements"
MOST_REASONS, MOST_PARKED = 10, 100

RUNS = ListSpec(
    name="statement-runs",
    title="Statements",
    columns=(
        Column(
            "title",
            "Run",
            "run.title",
            sort="run__title",
            url=lambda row: reverse("credit_control:statement_run", args=[row.pk]),
        ),
        Column("state", "State", lambda row: state_of(row), "state", sort="run__status"),
        Column("on", "As of", "on", "day", sort="on"),
        Column("done", "Done", "run.done", "number", hide_below="phone"),
        Column("total", "Of", "run.total", "number", hide_below="phone"),
        Column("by", "By", lambda row: str(row.run.by) if row.run.by else "Duebook", hide_below="tablet"),
        Column("started_at", "Prepared", "run.started_at", "moment", sort="pk", hide_below="tablet"),
    ),
    order="-started_at",
    filters=(Choice("state", "State", "run__status", choices=RunStatus.choices),),
    search=("run__title",),
    search_hint="Title",
    empty=Empty(
        "No statements yet",
        "A statement tells a customer how their account stands. Look who would get one, then send them in one go.",
        "file-text",
        "credit_control:statement_run_new",
        "Prepare statements",
    ),
)


def closing_words(row: StatementRow) -> str:
    """What a customer's statement closes with, each currency."""
    return ", ".join(format_money(amount, currency, "en") for currency, amount in sums_in(row))


def sums_in(row: StatementRow) -> list[tuple[str, Decimal]]:
    """Its closing balances as amounts."""
    return [(currency, Decimal(amount)) for currency, amount in sorted(row.closing.items())]


ROWS = ListSpec(
    name="statement-run",
    title="Customers of this run",
    columns=(
        Column(
            "customer",
            "Customer",
            "customer.name",
            sort="pk",
            url=lambda row: reverse("customers:customer", args=[row.customer_id]),
            note=lambda row: "over all their subsidiaries" if row.is_combined else "",
        ),
        Column("number", "Number", "customer.number", hide_below="phone"),
        Column("outcome", "Outcome", lambda row: row_state(row), "state", sort="outcome"),
        Column("closing", "Closes with", closing_words, "figure"),
        Column(
            "mail",
            "Mail",
            "mail_state",
            "state",
            url=lambda row: reverse("credit_control:statement", args=[row.statement_id]) if row.statement_id else "",
        ),
        Column("note", "Why", "note", hide_below="phone"),
    ),
    order="customer",
    filters=(
        Choice("outcome", "Outcome", "outcome", choices=StatementOutcome.choices),
        Choice("mail", "Mail", "mail_state", choices=MailStatus.choices),
    ),
    search=("customer__search_text",),
    search_hint="Name or number",
    fold=fold,
    empty=Empty("Nobody in this run", "Its customers are gone.", "users"),
)


def state_of(run: StatementRun) -> str:
    """A run's state as people say it: after all were looked at it waits to be started."""
    return "to_start" if run.run.is_dry and run.run.status == RunStatus.DONE else run.run.status


def row_state(row: StatementRow) -> str:
    """An outcome as the badges know it."""
    return {"done": "made", "waiting": "waiting"}.get(row.outcome, row.outcome)


class NewRunForm(forms.Form):
    """Which statements to look at."""

    from_on = forms.DateField(label="From", widget=forms.DateInput(attrs={"type": "date"}))
    on = forms.DateField(label="As of the end of", widget=forms.DateInput(attrs={"type": "date"}))
    group = forms.ModelChoiceField(CustomerGroup.objects.none(), required=False, empty_label="All customers")

    def __init__(self, *args: Any, groups: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        set_rows(self, "group", groups)


@require_GET
@staff_door(READ)
def run_list(request: StaffRequest) -> HttpResponseBase:
    """All statement runs, newest first, and when the next comes by itself."""
    runs = statement_runs_for(request.user).filter(company=request.company)
    schedule = schedule_of(request.company)
    comes_on = next_day(schedule, calendar.now())
    return list_page(request, RUNS, runs, template="credit_control/statement_run_list.html", comes_on=comes_on)


@staff_door(SEND)
def new_run(request: StaffRequest) -> HttpResponse:
    """Say which days and whose; nothing is sent by it."""
    company = request.company
    last = calendar.add_months(calendar.month_start(company.today()), -1)
    initial = {"from_on": last, "on": calendar.end_of_month(last)}
    groups = CustomerGroup.objects.filter(company=company)
    form = NewRunForm(request.POST or None, initial=initial, groups=groups)
    if request.method == "POST" and form.is_valid():
        period = Period(company, form.cleaned_data["from_on"], form.cleaned_data["on"])
        group = form.cleaned_data["group"]
        try:
            run = prepare_statement_run(company, customers_for(request.user), period, by=request.user, group=group)
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            return redirect("credit_control:statement_run", run.pk)
    return render(request, "credit_control/statement_run_new.html", {"form": form})


@require_GET
@staff_door(READ)
def statement_run(request: StaffRequest, run_id: int) -> HttpResponseBase:
    """One run: who gets one and why not, what was sent, and each customer; as a file too."""
    run = get_statement_run_for(request.user, run_id)
    rows = with_mail(statement_rows_for(request.user, run)).select_related("customer")
    return list_page(request, ROWS, rows, template="credit_control/statement_run.html", **standing(request.user, run))


@require_GET
@staff_door(READ)
def progress(request: StaffRequest, run_id: int) -> HttpResponse:
    """How far a run and its mails are; when it comes to its end, the whole page is asked for again."""
    run = get_statement_run_for(request.user, run_id)
    shown = standing(request.user, run)
    answer = render(request, "credit_control/_statement_run.html", shown)
    if not shown["is_moving"]:
        answer["HX-Refresh"] = "true"
    return answer


def standing(user: User, run: StatementRun) -> dict[str, Any]:
    """All that the page says of a run."""
    rows = statement_rows_for(user, run)
    tallies, reasons = tallies_of(rows), reasons_of(rows)
    sent = statements_for(user).filter(run=run)
    mails = mail_states(sent)
    parked = rows.filter(outcome=StatementOutcome.PARKED).select_related("customer")
    return {
        "statement_run": run,
        "run": run.run,
        "state": state_of(run),
        "tallies": [tallies[outcome] for outcome in StatementOutcome.values if outcome in tallies],
        "waiting": tallies.get(StatementOutcome.WAITING),
        "reasons": reasons[:MOST_REASONS],
        "more_reasons": max(len(reasons) - MOST_REASONS, 0),
        "parked": parked[:MOST_PARKED],
        "mails": mails,
        "is_moving": not run.run.is_finished or leaving_now(sent).exists(),
        "may_send": user.has_perm(SEND),
    }


@require_POST
@staff_door(SEND)
def start(request: StaffRequest, run_id: int) -> HttpResponse:
    """Make those that were found possible, without those taken off, and with those parked that were approved."""

    def begin(pk: int, by: User) -> StatementRun:
        rows = statement_rows_for(by, get_statement_run_for(by, pk))
        without, approved = (
            rows.filter(pk__in=_ids(request, name)).values_list("pk", flat=True) for name in ("without", "approved")
        )
        return start_statement_run(pk, by=by, without=list(without), approved=list(approved))

    return _act(request, run_id, begin)


def _ids(request: StaffRequest, name: str) -> list[int]:
    return [pk for text in request.POST.getlist(name) if (pk := typed_id(text))]


@require_POST
@staff_door(SEND)
def stop(request: StaffRequest, run_id: int) -> HttpResponse:
    """Stop after the piece that is being done."""
    return _act(request, run_id, lambda pk, by: stop_statement_run(pk, by=by))


@require_POST
@staff_door(SEND)
def resume(request: StaffRequest, run_id: int) -> HttpResponse:
    """Go on with who is left."""
    return _act(request, run_id, lambda pk, by: resume_statement_run(pk, by=by))


@require_POST
@staff_door(SEND)
def again(request: StaffRequest, run_id: int) -> HttpResponse:
    """Look at everybody once more."""
    return _act(request, run_id, lambda pk, by: look_again(pk, by=by))


def _act(request: StaffRequest, run_id: int, act: Callable[[int, User], StatementRun]) -> HttpResponse:
    run = get_statement_run_for(request.user, run_id)
    try:
        act(run.pk, request.user)
    except Refused as refusal:
        messages.error(request, refusal.message)
    return redirect("credit_control:statement_run", run.pk)
