from datetime import datetime

from django.db import transaction

from billing.accuracy.sweep import KIND, is_due, start_of
from ledger.refusals import Refused
from office.audit import record
from office.models import Company, Run, RunStatus, User
from office.work.runs import begin_run
from office.written import plain_day


def companies_due(now: datetime) -> list[Company]:
    """The companies of which no sweep was begun on their day yet."""
    return [company for company in Company.objects.order_by("pk") if is_due(company, now)]


@transaction.atomic
def begin_sweep(company: Company, *, now: datetime) -> Run | None:
    """Hand the nightly sweep to the workers, once however many ask; None where it was begun.

    It looks at what was issued since the sweep before began; the first one looks at everything.
    """
    company = Company.objects.select_for_update(no_key=True).get(pk=company.pk)
    if not is_due(company, now):
        return None
    done = Run.objects.filter(company=company, kind=KIND, status=RunStatus.DONE).order_by("-pk")
    since = done.values_list("started_at", flat=True).first()
    return _begun(company, None, since)


@transaction.atomic
def check_accuracy(company: Company, *, by: User) -> Run:
    """Have everything looked at now. Raises Refused while a sweep is under way."""
    company = Company.objects.select_for_update(no_key=True).get(pk=company.pk)
    unfinished = Run.objects.filter(company=company, kind=KIND, status__in=[RunStatus.WAITING, RunStatus.RUNNING])
    if unfinished.exists():
        raise Refused("Everything is being looked at already.", code="check_under_way")
    run = _begun(company, by, None)
    record(by, "check_accuracy", run)
    return run


def _begun(company: Company, by: User | None, since: datetime | None) -> Run:
    day = company.today()
    start = start_of(str(day), since, everything=since is None)
    run = Run(company=company, by=by, kind=KIND, title=f"Accuracy checks on {plain_day(day)}", parameters=start)
    begin_run(run)
    return run
