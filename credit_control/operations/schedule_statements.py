"""The schedule of statements: set by a person, asked by a worker each minute."""

from dataclasses import asdict, dataclass
from datetime import datetime, time

from django.db import transaction
from django.utils import timezone

from credit_control.models import StatementRun, StatementSchedule
from credit_control.operations.manage_statement_runs import prepare_statement_run
from credit_control.statements.schedule import due_run
from customers.models import Customer
from ledger.refusals import Refused
from office.audit import record
from office.models import Company, User

LAST_DAY, MOST = 31, 1_000_000


@dataclass(frozen=True)
class ScheduleDetails:
    """When statements are made by themselves, and whether they leave without a person."""

    day_of_month: int | None = None
    at: time = time(6)
    sends: bool = False
    most: int = 1000


@transaction.atomic
def set_statement_schedule(company: Company, details: ScheduleDetails, *, by: User | None) -> StatementSchedule:
    """Set a company's schedule; what was due before is not caught up. Raises Refused for what is no day or number."""
    if details.day_of_month is not None and not 1 <= details.day_of_month <= LAST_DAY:
        raise Refused("The day of the month is from 1 to 31.", code="bad_day")
    if not 1 <= details.most <= MOST:
        raise Refused(f"At most from 1 to {MOST:,} statements leave without a person.", code="bad_number")
    schedule = schedule_of(company, lock=True)
    before = {name: getattr(schedule, name) for name in asdict(details)}
    if before == asdict(details):
        return schedule
    if (details.day_of_month, details.at) != (schedule.day_of_month, schedule.at):
        schedule.since_at = timezone.now()
    for name, value in asdict(details).items():
        setattr(schedule, name, value)
    schedule.save()
    record(by, "set_statement_schedule", company, before=before, after=asdict(details))
    return schedule


def schedule_of(company: Company, *, lock: bool = False) -> StatementSchedule:
    """A company's schedule, which is off where nobody set it."""
    if not lock:
        return StatementSchedule.objects.filter(company=company).first() or StatementSchedule(company=company)
    StatementSchedule.objects.get_or_create(company=company)
    return StatementSchedule.objects.select_for_update(no_key=True).get(company=company)


@transaction.atomic
def prepare_due_statements(company_id: int, *, now: datetime) -> StatementRun | None:
    """Prepare the run that the schedule wants, once, however often and late it is asked; none where none is due."""
    schedules = StatementSchedule.objects.select_for_update(no_key=True, of=("self",)).select_related("company")
    schedule = schedules.filter(company=company_id).first()
    due = due_run(schedule, now) if schedule else None
    if schedule is None or due is None:
        return None
    customers = Customer.objects.filter(company=company_id)
    if not customers.exists():
        return None
    return prepare_statement_run(schedule.company, customers, due.period, by=None, scheduled_for=due.day)


def companies_due(now: datetime) -> list[int]:
    """The companies whose schedule wants a run now."""
    schedules = StatementSchedule.objects.filter(day_of_month__isnull=False).select_related("company")
    return [schedule.company_id for schedule in schedules if due_run(schedule, now)]
