from datetime import datetime

from django.db import transaction

from ledger.refusals import Refused
from office.audit import record
from office.models import Company, Run, RunStatus, User
from office.work.runs import begin_run
from office.written import plain_day
from reports.nightly import KIND, is_due


def companies_due(now: datetime) -> list[Company]:
    """The companies whose book nobody looked at yet on their day."""
    return [company for company in Company.objects.order_by("pk") if is_due(company, now)]


@transaction.atomic
def begin_book_check(company: Company, *, now: datetime) -> Run | None:
    """Hand a company's check of the day to the workers, once however many ask; None where it was begun."""
    company = Company.objects.select_for_update(no_key=True).get(pk=company.pk)
    return _begun(company, None) if is_due(company, now) else None


@transaction.atomic
def ask_book_check(company: Company, *, by: User) -> Run:
    """Have a company's book checked now. Raises Refused while a check of it is under way."""
    company = Company.objects.select_for_update(no_key=True).get(pk=company.pk)
    unfinished = Run.objects.filter(company=company, kind=KIND, status__in=[RunStatus.WAITING, RunStatus.RUNNING])
    if unfinished.exists():
        raise Refused("The book is being checked already.", code="check_under_way")
    run = _begun(company, by)
    record(by, "ask_book_check", run)
    return run


def _begun(company: Company, by: User | None) -> Run:
    day = company.today()
    start = {"on": str(day), "after": 0, "count": 0, "found": []}
    run = Run(company=company, by=by, kind=KIND, title=f"Check of the book on {plain_day(day)}", parameters=start)
    begin_run(run)
    return run
