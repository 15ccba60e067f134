"""What becomes of a task: done, open again, or somebody else's."""

from datetime import date

from django.db import transaction
from django.utils import timezone

from ledger.refusals import Refused
from office.audit import record
from office.card_numbers import without_card_numbers
from office.models import Task, User
from office.operations.make_task import require_receiver, tell
from office.talk.topics import About

LONGEST_OUTCOME = 500


@transaction.atomic
def finish_task(task_id: int, *, outcome: str = "", by: User | None) -> Task:
    """Say that it is done, and what came of it. Raises Refused where somebody did already."""
    task = _locked(task_id)
    if task.done_at:
        raise Refused(f"{task.done_by or 'Duebook'} has done this already.", code="already_done")
    task.done_at, task.done_by = timezone.now(), by
    task.outcome = without_card_numbers(outcome.replace("\0", "").strip())[:LONGEST_OUTCOME]
    task.save(update_fields=["done_at", "done_by", "outcome"])
    record(by, "finish_task", task, after={"outcome": task.outcome})
    return task


@transaction.atomic
def reopen_task(task_id: int, *, by: User | None) -> Task:
    """Take "done" back. Raises Refused for a task that is open."""
    task = _locked(task_id)
    if not task.done_at:
        raise Refused("This is not done yet.", code="not_done")
    before = {"outcome": task.outcome}
    task.done_at, task.done_by, task.outcome = None, None, ""
    task.save(update_fields=["done_at", "done_by", "outcome"])
    record(by, "reopen_task", task, before=before)
    return task


@transaction.atomic
def assign_task(task_id: int, *, assignee: User | None, department: str, due_on: date, by: User | None) -> Task:
    """Give an open task to somebody, or another day, and tell them.

    Raises Refused where it is done, nothing changes, or they may not see what it is about.
    """
    task = _locked(task_id)
    if task.done_at:
        raise Refused("This is done already.", code="already_done")
    about = About(task.about_type, task.about_id, task.about_name) if task.about_id else None
    require_receiver(task.company, about, assignee, department)
    before = _said(task)
    is_new = (task.assignee, task.department) != (assignee, department)
    task.assignee, task.department, task.due_on = assignee, department, due_on
    if _said(task) == before:
        raise Refused("Nothing is changed.", code="nothing_changed")
    task.assignments += is_new
    task.save(update_fields=["assignee", "department", "due_on", "assignments"])
    record(by, "assign_task", task, before=before, after=_said(task))
    if is_new:
        tell(task, by)
    return task


def _locked(task_id: int) -> Task:
    rows = Task.objects.select_for_update(no_key=True, of=("self",))
    return rows.select_related("company", "assignee", "done_by").get(pk=task_id)


def _said(task: Task) -> dict[str, object]:
    return {"for": task.whose, "due": task.due_on}
