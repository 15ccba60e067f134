"""An export that is asked for on a page: a small one is made at once, a large one by a worker."""

from datetime import date

from django.db import transaction

from ledger.refusals import Refused
from office.models import Company, Run, RunStatus, User
from office.work.runs import begin_run
from office.written import plain_day
from reports.journal.choosing import JournalQuestion, preview
from reports.models import JournalBatch
from reports.operations.export_journal import ExportDetails, check_days, export_journal

KIND = "export_journal"
AT_ONCE = 5_000
"""So many entries are written while the person waits."""


@transaction.atomic
def begin_journal_export(company: Company, details: ExportDetails, *, by: User | None) -> JournalBatch | Run:
    """Export the entries of some days, or hand them to the workers where they are many.

    Raises Refused as the export does.
    """
    check_days(company, details)
    found = preview(JournalQuestion(company, details.format, details.last_day, details.first_day))
    if found.chosen.entry_count <= AT_ONCE:
        return export_journal(company, details, by=by)
    if found.faults:
        raise Refused(" ".join(found.faults[:5]), code="not_ready_to_export")
    days = {"first_day": details.first_day and str(details.first_day), "last_day": str(details.last_day)}
    title = f"Journal export up to {plain_day(details.last_day)}"
    run = Run(company=company, by=by, kind=KIND, title=title, parameters={"format": details.format, **days})
    begin_run(run)
    return run


def export_in_run(run: Run) -> None:
    """The one piece of a run: the whole export, or nothing of it."""
    asked = run.parameters
    first = date.fromisoformat(asked["first_day"]) if asked["first_day"] else None
    details = ExportDetails(asked["format"], date.fromisoformat(asked["last_day"]), first)
    batch = export_journal(run.company, details, by=run.by)
    run.done = run.total = batch.file.entry_count
    run.status, run.result = RunStatus.DONE, {"Entries": batch.file.entry_count, "Lines": batch.file.line_count}
    run.explanation = f"{batch} is made. Get its file under Journal exports."
