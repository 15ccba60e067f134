from datetime import datetime

from django.db import transaction

from office.models import Company, Run
from office.runs import begin_run
from reports.nightly import KIND, is_due


def companies_due(now: datetime) -> list[Company]:
    """The companies whose book nobody looked at yet on their day."""
    return [company for company in Company.objects.order_by("pk") if is_due(company, now)]


@transaction.atomic
def begin_book_check(company: Company, *, now: datetime) -> Run | None:
    """Hand a company's check of the day to the workers, once however many ask; None where it was begun."""
    company = Company.objects.select_for_update(no_key=True).get(pk=company.pk)
    if not is_due(company, now):
        return None
    day = company.today()
    start = {"on": str(day), "after": 0, "count": 0, "found": []}
    run = Run(company=company, kind=KIND, title=f"Check of the book on {day}", parameters=start)
    begin_run(run)
    return run
