from datetime import date
from typing import TypedDict

from django.db import IntegrityError, transaction

from ledger.refusals import Refused
from office.audit import record
from office.card_numbers import without_card_numbers
from office.mail.queueing import MailToQueue, queue_mails
from office.models import Company, Department, Task, TaskKind, User
from office.talk.topics import About, colleagues_of, may_see

TASK_MAIL = "task"
LONGEST_TITLE = 200
LONGEST_NOTE = 5_000


class Receiver(TypedDict):
    """Who is to do something: a person, or else a department, or else anybody."""

    assignee: User | None
    department: str


@transaction.atomic
def make_task(
    company: Company,
    kind: str,
    title: str,
    *,
    key: str,
    by: User | None,
    about: About | None = None,
    due_on: date | None = None,
    assignee: User | None = None,
    department: str = "",
    note: str = "",
) -> Task:
    """Put something on somebody's list, and tell them by mail; for the same key it is done once, whoever asks again.

    `about` is what it is about (`About.of(invoice)`), `due_on` today unless told. A job gives no `by`. Without assignee
    and department it is everybody's. Raises Refused for a person who may not see what it is about.
    """
    title = " ".join(title.replace("\0", "").split())[:LONGEST_TITLE]
    if not title:
        raise Refused("Say what is to be done.", code="title_missing")
    require_receiver(company, about, assignee, department)
    task = Task(
        company=company,
        key=key,
        kind=TaskKind(kind),
        title=title,
        note=without_card_numbers(note.replace("\0", "").strip())[:LONGEST_NOTE],
        about_type=about.type if about else "",
        about_id=about.id if about else None,
        about_name=about.name[:200] if about else "",
        due_on=due_on or company.today(),
        assignee=assignee,
        department=department,
        made_by=by,
    )
    if kept := _kept(key):
        return kept
    try:
        with transaction.atomic():
            task.save(force_insert=True)
    except IntegrityError:  # somebody else was quicker
        if kept := _kept(key):
            return kept
        raise
    record(by, "make_task", task, after={"for": task.whose, "due": task.due_on})
    tell(task, by)
    return task


def _kept(key: str) -> Task | None:
    return Task.objects.select_related("company", "assignee").filter(key=key).first()


def require_receiver(company: Company, about: About | None, assignee: User | None, department: str) -> None:
    """Raise Refused where nobody of that name works here, or may not see what it is about."""
    if assignee and department:
        raise Refused("Give it to a person or to a department, not to both.", code="two_receivers")
    if department and department not in Department.values:
        raise Refused("There is no such department.", code="unknown_department")
    if assignee and not colleagues_of(company).filter(pk=assignee.pk).exists():
        raise Refused(f"{assignee} does not work here.", code="not_a_colleague")
    if assignee and about and not may_see(assignee, about):
        raise Refused(f"{assignee} may not see {about.name}.", code="may_not_see")


def tell(task: Task, by: User | None) -> None:
    """Mail whoever is to do it, but not to who gave it to themselves."""
    people = [task.assignee] if task.assignee else []
    if task.department:
        people = list(colleagues_of(task.company).filter(department=task.department))
    queue_mails(
        MailToQueue(
            key=f"task:{task.pk}:{person.pk}:{task.assignments}",
            kind=TASK_MAIL,
            company=task.company,
            staff=person,
            about=task,
            to_email=person.email,
            subject=task.title,
        )
        for person in people
        if person != by
    )
