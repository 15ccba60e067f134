"""The pieces of a statement run: first each customer is only looked at; started, each is kept and its mails are queued.

Figures are read before the run is held, and written in one transaction: a piece is there as a whole or not at all, and
who was done is not done again.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial

from django.db import connection

from credit_control.models import StatementOutcome, StatementRow, StatementRun
from credit_control.operations.keep_statements import ToKeep, keep_statements
from credit_control.statements.asking import Period
from credit_control.statements.choosing import Verdict, judge, park
from credit_control.statements.runs import may_start_itself, rows_left
from customers.models import Customer
from ledger.bulk import update_all
from ledger.present import present
from ledger.snapshot import snapshot
from office.audit import record
from office.models import Run, RunStatus
from office.work.runs import RunKind

TOGETHER = 100
MADE, NOT_MADE = "Made", "Left out"
WILL, PARKED = "Will get one", "Held back"


def plan_piece(run: Run) -> Callable[[Run], None]:
    """The next customers, judged as things stand now."""
    statement_run = StatementRun.objects.select_related("company").get(pk=run.pk)
    period = Period(statement_run.company, statement_run.from_on, statement_run.on)
    rows = list(rows_left(run)[:TOGETHER])
    with snapshot(), connection.cursor() as cursor:
        cursor.execute("SELECT now()")
        read_at = cursor.fetchone()[0]
        verdicts = judge(period, rows, run.by)
    if run.is_dry:
        return partial(_look, verdicts)
    wanted = {each.row.pk: _wanted(period, each) for each in verdicts if each.outcome == StatementOutcome.WAITING}
    return partial(_make, verdicts, wanted, read_at, statement_run)


def _wanted(period: Period, verdict: Verdict) -> ToKeep:
    wanted = ToKeep(present(verdict.asked), present(verdict.figures), verdict.receivers)
    wanted.look_up(period.company)
    return wanted


def _look(verdicts: Sequence[Verdict], run: Run) -> None:
    """Note what would become of each."""
    done = _still_left(verdicts, run)
    for verdict in done:
        verdict.row.outcome = verdict.outcome
    _finish(run, done, {StatementOutcome.WAITING: WILL, StatementOutcome.PARKED: PARKED})
    if run.status == RunStatus.DONE and may_start_itself(run):
        begin_making(run)


def _make(
    verdicts: Sequence[Verdict], wanted: dict[int, ToKeep], read_at: datetime, statement_run: StatementRun, run: Run
) -> None:
    """Keep the statements and queue their mails; what came to speak against one meanwhile leaves it out."""
    done = _still_left(verdicts, run)
    lock_customers(verdict.row.customer_id for verdict in done)
    park(Period(statement_run.company, statement_run.from_on, statement_run.on), done)
    made = [each for each in done if each.outcome == StatementOutcome.WAITING]
    kept = [replace(wanted[verdict.row.pk], repeats=verdict.repeats) for verdict in made]
    keep_statements(statement_run.company, kept, read_at=read_at, by=run.by, run=statement_run)
    for verdict in made:
        verdict.outcome = StatementOutcome.DONE
    for verdict in done:
        verdict.row.outcome = verdict.outcome
    _finish(run, done, {StatementOutcome.DONE: MADE, StatementOutcome.PARKED: PARKED})


def lock_customers(customer_ids: Iterable[int]) -> None:
    """Let no other run make theirs until the transaction ends: two would not see each other's."""
    rows = Customer.objects.select_for_update(no_key=True).filter(pk__in=set(customer_ids)).order_by("pk")
    list(rows.values_list("pk", flat=True))


def _still_left(verdicts: Sequence[Verdict], run: Run) -> list[Verdict]:
    """Those whom nobody has done meanwhile, now that the run is held."""
    run.total = run.total or rows_left(run).count()
    left = set(rows_left(run).filter(pk__in=[each.row.pk for each in verdicts]).values_list("pk", flat=True))
    return [each for each in verdicts if each.row.pk in left]


def _finish(run: Run, done: Sequence[Verdict], words: dict[StatementOutcome, str]) -> None:
    for verdict in done:
        verdict.row.note, verdict.row.closing = verdict.note, verdict.closing
        verdict.row.repeats = verdict.repeats
        what = words.get(StatementOutcome(verdict.row.outcome), NOT_MADE)
        run.result[what] = run.result.get(what, 0) + 1
    update_all([verdict.row for verdict in done], ["outcome", "note", "closing", "repeats"])
    run.done += len(done)
    if not rows_left(run).exists():
        run.status = RunStatus.DONE


def begin_making(run: Run) -> None:
    """Let a run that has looked at all go on and make them, without a person."""
    run.parameters |= {"dry_run": False}
    run.status, run.done, run.total, run.result = RunStatus.RUNNING, 0, 0, {}
    run.save(update_fields=["parameters"])
    record(None, "start_statement_run", run)


PAGE = "credit_control:statement_run"
RUN_KIND = RunKind("statements", None, PAGE, is_own_page=True, plan=plan_piece)


def model_rows(statement_run: StatementRun, pairs: Sequence[tuple[int, bool]]) -> list[StatementRow]:
    """A row for each customer who is looked at."""
    return [StatementRow(run=statement_run, customer_id=pk, is_combined=is_combined) for pk, is_combined in pairs]
