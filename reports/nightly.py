"""The check of the book that a company's workers make each night, piece by piece, and what becomes of what it finds.

A piece is one check, or so many rows of one that reads much of each, and well within the time that a task may take.
"""

from dataclasses import astuple
from datetime import datetime
from zoneinfo import ZoneInfo

from ledger.checks import ALL_IDS, Finding
from office.models import Company, Run, RunStatus
from office.operations.tell_administrators import tell_administrators
from reports.book_check import all_checks

KIND = "check_book"
FROM_HOUR = 2
SLICE = 5_000
"""How many ids a piece goes over where a check reads much of each row."""
NAMED = 50
"""How many findings are named to people; all are counted, and `manage.py check_book` names each."""


def is_due(company: Company, now: datetime) -> bool:
    """Whether it is night enough where the company is, and its book was not looked at on this day yet."""
    local = now.astimezone(ZoneInfo(company.time_zone))
    last = Run.objects.filter(company=company, kind=KIND).order_by("-pk").values_list("parameters", flat=True).first()
    return local.hour >= FROM_HOUR and (last is None or last["on"] != str(local.date()))


def check_next(run: Run) -> None:
    """Make the next check of a run, or the next part of it, and tell what all of them found after the last."""
    checks = all_checks()
    check, after = checks[run.done], run.parameters["after"]
    until = after + SLICE
    is_its_last = not check.over or until >= check.last_id()
    _keep(run, check.find(run.company_id, (after, ALL_IDS[1] if is_its_last else until)))
    run.parameters["after"] = 0 if is_its_last else until
    run.save(update_fields=["parameters"])
    run.done, run.total = run.done + is_its_last, len(checks)
    if run.done == run.total:
        run.status = RunStatus.DONE
        _tell(run)


def _keep(run: Run, found: list[Finding]) -> None:
    run.parameters["count"] += len(found)
    run.parameters["found"] += [astuple(each) for each in found][: NAMED - len(run.parameters["found"])]


def _tell(run: Run) -> None:
    count, found = run.parameters["count"], run.parameters["found"]
    run.result = {"Findings": count}
    run.explanation = f"{count} to look at." if count else "The book is sound: every check passed."
    if count:
        words = [": ".join(finding) for finding in found]
        more = [f"and {count - len(found)} more, which manage.py check_book names"] if count > len(found) else []
        title = f"The book needs a look: {count} finding{'s' * (count != 1)} on {run.parameters['on']}"
        key = f"{KIND}:{run.company_id}:{run.parameters['on']}"
        tell_administrators(run.company, title, key=key, note="\n".join([*words, *more]))
