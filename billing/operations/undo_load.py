"""Taking back what a load entered, while nothing follows any of it."""

from django.db import transaction

from billing.models import Opening, OpeningItem
from billing.opening.figures import loads_of
from billing.opening.items import UNDONE, followed, take_back
from billing.operations.manage_opening import locked_opening
from ledger.refusals import Refused
from office.audit import record
from office.models import Run, RunStatus, User
from office.work.runs import RunKind, begin_run

AT_ONCE = 2000
"""Documents in one transaction."""
SHOWN = 5


@transaction.atomic
def begin_undoing(opening: Opening, load_id: int, *, by: User | None) -> Run:
    """Have the documents of a load taken back, by mirrors of the day of the change.

    Raises Refused once the opening is live, for what is no load of it, and where something follows a document.
    """
    opening = locked_opening(opening.pk)
    load = loads_of(opening).filter(pk=load_id, parameters__dry_run=False).first()
    standing = OpeningItem.objects.filter(load=load_id, reversal_entry=None)
    if load is None or not standing.exists():
        raise Refused("Nothing of that load stands.", code="nothing_to_undo")
    if not load.is_finished:
        raise Refused("The load is under way. Let it end, or stop it.", code="load_under_way")
    if Run.objects.filter(company=opening.company, kind=UNDONE, parameters__load=load_id, finished_at=None).exists():
        raise Refused("It is being undone already.", code="undoing_under_way")
    _require_unfollowed(list(standing))
    parameters = {"opening": opening.pk, "load": load_id, "dry_run": False}
    run = Run(company=opening.company, by=by, kind=UNDONE, title=f"Undoing: {load.title}"[:200], parameters=parameters)
    begin_run(run)
    record(by, "undo_load", opening, after={"load": load.title})
    return run


def do_piece(run: Run) -> None:
    """Take back the next documents of the load."""
    opening = locked_opening(run.parameters["opening"])
    standing = OpeningItem.objects.filter(load=run.parameters["load"], reversal_entry=None)
    run.total = run.total or standing.count()
    items = list(standing.order_by("pk").select_for_update(no_key=True)[:AT_ONCE])
    if not items:
        run.status = RunStatus.DONE
        return
    _require_unfollowed(items)
    take_back(items, on=opening.cut_over_on, by_id=run.by_id)
    run.done += len(items)
    run.result = {"Documents taken back": run.done}


RUN_KIND = RunKind(UNDONE, do_piece)


def _require_unfollowed(items: list[OpeningItem]) -> None:
    """Raise Refused where something follows a document, and name the first."""
    if found := followed(items):
        named = "; ".join(f"{item.number} ({what})" for item, what in found[:SHOWN])
        more = f" and {len(found) - SHOWN} more" if len(found) > SHOWN else ""
        raise Refused(f"Something follows {named}{more}. Undo that first.", code="followed")
