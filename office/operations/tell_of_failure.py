from django.db import transaction

from office.mail.queueing import MailToQueue, queue_mails
from office.models import Company, Task, TaskKind, User
from office.operations.make_task import make_task
from office.topics import colleagues_of

FAILURE_MAIL = "failure"
ROLE = "administrator"


@transaction.atomic
def tell_of_failure(name: str, words: str, error: str) -> list[Task]:
    """Put a job that failed on each company's list, and mail its administrators, once a day for each job."""
    return [_tell(company, name, words, error) for company in Company.objects.order_by("pk")]


def _tell(company: Company, name: str, words: str, error: str) -> Task:
    today = company.today()
    task = make_task(
        company,
        TaskKind.JOB,
        f"A job failed: {words}",
        key=f"failure:{name}:{company.pk}:{today}",
        note=f"{name}\n\n{error}\n\nIt is tried again by itself. Look at Runs whether it went well since.",
        by=None,
    )
    queue_mails(_mail(task, person) for person in colleagues_of(company).filter(groups__name=ROLE))
    return task


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
