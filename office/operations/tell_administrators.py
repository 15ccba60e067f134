from django.db import transaction
from django.db.models import QuerySet

from office.mail.queueing import MailToQueue, queue_mails
from office.models import Company, Task, TaskKind, User
from office.operations.make_task import make_task
from office.talk.topics import colleagues_of

FAILURE_MAIL = "failure"
ROLE = "administrator"


@transaction.atomic
def tell_administrators(company: Company, title: str, *, key: str, note: str, kind: TaskKind = TaskKind.OTHER) -> Task:
    """Put on a company's list what its administrators must look at, and mail them; once for each key."""
    task = make_task(company, kind, title, key=key, note=note, by=None)
    queue_mails(_mail(task, person) for person in administrators_of(company))
    return task


def administrators_of(company: Company) -> QuerySet[User]:
    """Who is told when the office needs somebody."""
    return colleagues_of(company).filter(groups__name=ROLE)


def _mail(task: Task, person: User) -> MailToQueue:
    return MailToQueue(
        key=f"failure:{task.pk}:{person.pk}",
        kind=FAILURE_MAIL,
        company=task.company,
        staff=person,
        about=task,
        to_email=person.email,
        subject=task.title,
    )
