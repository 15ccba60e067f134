from django.db import transaction

from office.models import Company, Task, TaskKind
from office.operations.tell_administrators import tell_administrators


@transaction.atomic
def tell_of_failure(name: str, words: str, kind: str) -> list[Task]:
    """Put a job that failed on each company's list, and mail its administrators, once a day for each job.

    `kind` is the error's class: what the error says stays in the house.
    """
    return [_tell(company, name, words, kind) for company in Company.objects.order_by("pk")]


def _tell(company: Company, name: str, words: str, kind: str) -> Task:
    return tell_administrators(
        company,
        f"A job failed: {words}",
        key=f"failure:{name}:{company.pk}:{company.today()}",
        note=f"{name}\n\n{kind}\n\nIt is tried again by itself. Runs says what happened and how it went since.",
        kind=TaskKind.JOB,
    )
