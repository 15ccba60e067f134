"""Statement runs: prepared, looked at, and started for all or for some; what they make is kept."""

from collections.abc import Collection
from datetime import date

from django.db import transaction
from django.db.models import QuerySet

from credit_control.models import StatementOutcome, StatementRow, StatementRun
from credit_control.operations.do_statement_run import RUN_KIND, model_rows
from credit_control.statements.asking import Period
from credit_control.statements.choosing import candidates
from customers.models import Customer, CustomerGroup
from ledger.bulk import insert_all
from ledger.refusals import Refused
from office.audit import record
from office.models import Company, Run, RunStatus, User
from office.work.runs import LARGE, begin_run, resume_run, stop_run
from office.written import plain_day

MOST = 200_000
NOT_CHOSEN = "Somebody took them off the list."


@transaction.atomic
def prepare_statement_run(
    company: Company,
    customers: QuerySet[Customer],
    period: Period,
    *,
    by: User | None,
    group: CustomerGroup | None = None,
    scheduled_for: date | None = None,
) -> StatementRun:
    """Have the workers look who of these customers gets a statement; none is made before somebody starts the run.

    Raises Refused for a period that cannot be, for nobody, or for too many.
    """
    period.require_sensible()
    chosen = customers.filter(company=company)
    pairs = list(candidates(chosen.filter(group=group) if group else chosen))
    if not pairs:
        raise Refused("There is no customer to make a statement for.", code="nothing_chosen")
    if len(pairs) > MOST:
        raise Refused(f"A run takes at most {MOST:,} customers.", code="too_many")
    whose = f" of group {group}" if group else ""
    run = Run(company=company, by=by, kind=RUN_KIND.name, title=f"Statements{whose} as of {plain_day(period.on)}"[:200])
    run.parameters = {"dry_run": True}
    begin_run(run)
    statement_run = StatementRun.objects.create(
        run=run, company=company, from_on=period.from_on, on=period.on, group=group, scheduled_for=scheduled_for
    )
    insert_all(model_rows(statement_run, pairs))
    record(by, "prepare_statement_run", run, after={"customers": len(pairs), "as of": period.on})
    return statement_run


@transaction.atomic
def start_statement_run(
    run_id: int, *, by: User, without: Collection[int] = (), approved: Collection[int] = ()
) -> StatementRun:
    """Make what the look found possible, once; not for the rows in `without`, but for those parked and `approved`.

    Raises Refused before all is looked at, and where nothing is left to be made.
    """
    run = _held(run_id)
    if not (run.is_dry and run.status == RunStatus.DONE):
        raise Refused("This run is not waiting to be started.", code="invalid_move")
    rows = StatementRow.objects.filter(run=run.pk)
    rows.filter(pk__in=without, outcome=StatementOutcome.WAITING).update(
        outcome=StatementOutcome.LEFT_OUT, note=NOT_CHOSEN
    )
    rows.filter(pk__in=approved, outcome=StatementOutcome.PARKED).update(
        outcome=StatementOutcome.WAITING, is_approved=True
    )
    waiting = rows.filter(outcome=StatementOutcome.WAITING).count()
    if not waiting:
        raise Refused("There is no statement to be made in this run.", code="nothing_left")
    run.parameters |= {"dry_run": False}
    run.by = run.by or by
    begin_run(run)
    after = {"statements": waiting, "taken off": len(set(without)), "sent all the same": _names(rows, approved)}
    record(by, "start_statement_run", run, after={name: value for name, value in after.items() if value})
    return run.statement_run


def _names(rows: QuerySet[StatementRow], ids: Collection[int]) -> str:
    approved = rows.filter(pk__in=ids, is_approved=True).select_related("customer")
    return ", ".join(row.customer.number for row in approved)


@transaction.atomic
def stop_statement_run(run_id: int, *, by: User) -> StatementRun:
    """Stop a run after the piece it is at; what is made stands, and its mails leave. Raises Refused at its end."""
    run = _held(run_id)
    stop_run(run.pk)
    record(by, "stop_statement_run", run)
    return run.statement_run


@transaction.atomic
def resume_statement_run(run_id: int, *, by: User) -> StatementRun:
    """Let a run that was stopped or failed go on with who is left."""
    run = _held(run_id)
    resume_run(run.pk)
    record(by, "resume_statement_run", run)
    return run.statement_run


@transaction.atomic
def look_again(run_id: int, *, by: User) -> StatementRun:
    """Look at everybody once more, after something was mended; only while the run is not started."""
    run = _held(run_id)
    if not (run.is_dry and run.is_finished):
        raise Refused("Only a run that is not started looks again.", code="invalid_move")
    StatementRow.objects.filter(run=run.pk).update(outcome=StatementOutcome.UNCHECKED, note="")
    begin_run(run)
    record(by, "look_again_at_statements", run)
    return run.statement_run


def _held(run_id: int) -> Run:
    runs = Run.objects.select_for_update(no_key=True, of=("self",)).filter(kind=RUN_KIND.name)
    return runs.defer(*LARGE).select_related("company", "by").get(pk=run_id)
