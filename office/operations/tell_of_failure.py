from django.db import transaction

from office.models import Company, Task, TaskKind
from office.operations.tell_administrators import tell_administrators


@transaction.atomic
def tell_of_failure(name: str, words: str, error: str) -> list[Task]:
    """Put a job that failed on each company's list, and mail its administrators, once a day for each job."""
    return [_tell(company, name, words, error) for company in Company.objects.order_by("pk")]


def _tell(company: Company, name: str, words: str, error: str) -> Task:
    return tell_administrators(
        company,
        f"A job failed: {words}",
        key=f"failure:{name}:{company.pk}:{company.today()}",
        note=f"{name}\n\n{error}\n\nIt is tried again by itself. Look at Runs whether it went well since.",
        kind=TaskKind.JOB,
    )
