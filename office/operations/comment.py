"""What people say to each other about a paper or customer, and the questions they put."""

from datetime import date
from uuid import uuid4

from django.db import transaction
from django.utils import timezone

from ledger.refusals import Refused
from office.audit import record
from office.card_numbers import without_card_numbers
from office.mail.queueing import MailToQueue, queue_mails
from office.models import Comment, Company, Task, TaskKind, User
from office.operations.do_task import finish_task
from office.operations.make_task import LONGEST_TITLE, make_task
from office.talk.mentions import mentioned
from office.talk.topics import About, colleagues_of, may_see

MENTION_MAIL = "mention"
LONGEST = 5_000


@transaction.atomic
def comment(company: Company, about: About, body: str, *, by: User, task: Task | None = None) -> Comment:
    """Say something about a paper or customer; whoever is named behind an @ gets a mail.

    Raises Refused for nothing, too much, a name that may be several people's, or somebody who may not see it.
    """
    body = without_card_numbers(body.replace("\0", "").strip())
    if not body:
        raise Refused("Write something first.", code="text_missing")
    if len(body) > LONGEST:
        raise Refused(f"A comment has at most {LONGEST:,} characters.", code="text_too_long")
    people = mentioned(body, list(colleagues_of(company)))
    if shut_out := next((person for person in people if not may_see(person, about)), None):
        raise Refused(f"{shut_out} may not see {about.name}.", code="may_not_see")
    row = Comment.objects.create(company=company, about_type=about.type, about_id=about.id, by=by, body=body, task=task)
    row.mentions.set(people)
    record(by, "comment", row)
    queue_mails(_mail(row, person) for person in people if person != by)
    return row


@transaction.atomic
def withdraw_comment(comment_id: int, *, by: User) -> Comment:
    """Take back one's own words shortly after; that something was said stays on the record.

    Raises Refused for another's, for older ones, and for a second time.
    """
    row = Comment.objects.select_for_update(no_key=True).get(pk=comment_id)
    if row.by_id != by.pk:
        raise Refused("Only who wrote it can take it back.", code="not_yours")
    if not row.may_be_withdrawn:
        raise Refused("It cannot be taken back any more: it stays on the record.", code="too_late")
    row.withdrawn_at = timezone.now()
    row.save(update_fields=["withdrawn_at"])
    record(by, "withdraw_comment", row)
    return row


@transaction.atomic
def ask_question(
    company: Company,
    about: About,
    body: str,
    *,
    due_on: date | None = None,
    assignee: User | None = None,
    department: str = "",
    by: User,
) -> Task:
    """Put a question about something to a person or department, who answer by a day (today unless told).

    Raises Refused where it is put to nobody, to both, for a day that is past, or to who may not see it.
    """
    if not assignee and not department:
        raise Refused("Say who is to answer: a person or a department.", code="receiver_missing")
    if due_on and due_on < company.today():
        raise Refused("Nobody can answer by a day that is past.", code="due_in_past")
    first_line = body.replace("\0", "").strip().partition("\n")[0][:LONGEST_TITLE]
    if not first_line:
        raise Refused("Write something first.", code="text_missing")
    task = make_task(
        company,
        TaskKind.QUESTION,
        first_line,
        key=f"question:{uuid4().hex}",
        about=about,
        due_on=due_on,
        assignee=assignee,
        department=department,
        by=by,
    )
    comment(company, about, body, task=task, by=by)
    return task


@transaction.atomic
def answer_task(task: Task, body: str, *, finishes: bool, by: User) -> Comment:
    """Say something to a task, and that it is done by that where it is. It stands with what the task is about."""
    about = About(task.about_type or task._meta.label_lower, task.about_id or task.pk, task.about_name or task.title)
    row = comment(task.company, about, body, task=task, by=by)
    if finishes:
        finish_task(task.pk, outcome=body, by=by)
    return row


def _mail(row: Comment, person: User) -> MailToQueue:
    return MailToQueue(
        key=f"mention:{row.pk}:{person.pk}",
        kind=MENTION_MAIL,
        company=row.company,
        staff=person,
        about=row,
        to_email=person.email,
        subject=f"{row.by} mentioned you",
    )
