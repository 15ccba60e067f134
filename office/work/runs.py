"""Long pieces of work. A run stands in the database and is done in small pieces, by whichever worker has time.

A piece is one transaction that holds the run's row: two workers never do the same piece, and one that dies half-way
leaves nothing of it. The room that owns a kind registers it when it starts.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from ledger.refusals import Refused
from office.audit import coming_from
from office.models import Run, RunStatus
from office.work.bells import ring
from office.work.retrying import DATABASE_AWAY

UNTOUCHED = timedelta(minutes=2)
LARGE = ("input_file", "errors_file")
WORKED = ["status", "total", "done", "result", "errors_file", "input_file", "explanation", "touched_at", "finished_at"]


@dataclass(frozen=True)
class RunKind:
    """What a room knows of its runs: `do_piece` does the next piece and sets `status` to done after the last.

    `page` names the address where a run is prepared and, after its dry run, started, if there is one; `is_own_page`
    where all of the run is shown there. What takes long and needs no lock, `plan` does before the run is held, and
    gives the piece to do.
    """

    name: str
    do_piece: Callable[[Run], None] | None
    page: str = ""
    is_own_page: bool = False
    plan: Callable[[Run], Callable[[Run], None]] | None = None

    def next_piece(self, run: Run) -> Callable[[Run], None]:
        """What is to be done with the run held."""
        piece = self.plan(run) if self.plan else self.do_piece
        assert piece, f"{self.name} has nothing to do."
        return piece


KINDS: dict[str, RunKind] = {}


def register_kind(kind: RunKind) -> None:
    """Make a kind of run known."""
    KINDS[kind.name] = kind


def ring_bell(run_id: int) -> None:
    """Tell the workers of a run at once; else the sweep finds it within minutes."""
    ring("office.tasks.carry_out_run", run_id)


def unfinished_runs(now: datetime) -> list[int]:
    """The runs that nobody has touched for a while."""
    unfinished = Run.objects.filter(status__in=[RunStatus.WAITING, RunStatus.RUNNING])
    return list(unfinished.filter(touched_at__lt=now - UNTOUCHED).values_list("pk", flat=True))


def carry_out(run_id: int) -> Iterator[Run]:
    """Do a run's pieces one by one, giving the run as it stands after each, until it is finished or another has it."""
    while (run := do_next_piece(run_id)) is not None:
        yield run


def do_next_piece(run_id: int) -> Run | None:
    """Do the next piece of a run; None where it is finished or somebody else is at it. What is refused ends the run."""
    try:
        seen = _unfinished(run_id).first()
        piece = KINDS[seen.kind].next_piece(seen) if seen else None
        with transaction.atomic(), coming_from("run"):
            run = _claimed(run_id) if piece else None
            if run and piece:
                run.status = RunStatus.RUNNING
                piece(run)
                _save(run)
            return run
    except Refused as refusal:
        return fail_run(run_id, refusal.message)
    except DATABASE_AWAY:
        raise  # a deadlock or a lost connection: the sweep has the piece done again
    except Exception:
        fail_run(run_id, "Something went wrong that nobody foresaw. What was done so far stands; you can go on.")
        raise


@transaction.atomic
def fail_run(run_id: int, explanation: str) -> Run | None:
    """End a run where it is."""
    run = _claimed(run_id)
    if run:
        run.status, run.explanation = RunStatus.FAILED, explanation
        _save(run)
    return run


@transaction.atomic
def begin_run(run: Run) -> None:
    """Hand a prepared run, or one that was dry, to the workers."""
    run.status, run.done, run.total, run.result, run.explanation = RunStatus.WAITING, 0, 0, {}, ""
    run.errors_file, run.finished_at = None, None
    run.save()
    transaction.on_commit(lambda: ring_bell(run.pk), robust=True)


def stop_run(run_id: int) -> None:
    """Stop a run after the piece that is being done. Raises Refused for one that is finished."""
    now = timezone.now()
    unfinished = Run.objects.filter(pk=run_id, status__in=[RunStatus.WAITING, RunStatus.RUNNING])
    if not unfinished.update(status=RunStatus.STOPPED, finished_at=now, touched_at=now):
        raise Refused("This run is at its end already.", code="invalid_move")


@transaction.atomic
def resume_run(run_id: int) -> None:
    """Let a run that failed or was stopped go on with what is left. Raises Refused for any other."""
    changed = Run.objects.filter(pk=run_id, status__in=[RunStatus.FAILED, RunStatus.STOPPED]).update(
        status=RunStatus.RUNNING, explanation="", finished_at=None, touched_at=timezone.now()
    )
    if not changed:
        raise Refused("Only a run that failed or was stopped can go on.", code="invalid_move")
    transaction.on_commit(lambda: ring_bell(run_id), robust=True)


def _claimed(run_id: int) -> Run | None:
    """The run with its row held until the transaction ends."""
    return _unfinished(run_id).select_for_update(no_key=True, skip_locked=True, of=("self",)).first()


def _unfinished(run_id: int) -> QuerySet[Run]:
    unfinished = Run.objects.filter(pk=run_id, status__in=[RunStatus.WAITING, RunStatus.RUNNING])
    return unfinished.defer(*LARGE).select_related("company", "by")


def _save(run: Run) -> None:
    if run.is_finished:
        run.finished_at = timezone.now()
    run.save(update_fields=[name for name in WORKED if name not in run.get_deferred_fields()])
