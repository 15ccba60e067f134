"""When a company's statements are due: a day of each month where it is. What was missed is made up for once."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from credit_control.models import StatementRun, StatementSchedule
from credit_control.statements.asking import Period
from ledger.calendar import add_months
from ledger.present import present


@dataclass(frozen=True)
class Due:
    """A run that is due: the schedule's day, and the days that it tells of, up to the day before."""

    day: date
    period: Period


def latest_day(schedule: StatementSchedule, now: datetime) -> date | None:
    """The schedule's latest day whose hour has come; none where it is off, or was switched on after that."""
    if not schedule.day_of_month:
        return None
    today = now.astimezone(ZoneInfo(schedule.company.time_zone)).date()
    days = (add_months(today, months, schedule.day_of_month) for months in (0, -1))
    day = next((day for day in days if moment_of(schedule, day) <= now), None)
    if day is None or (schedule.since_at and moment_of(schedule, day) < schedule.since_at):
        return None
    return day


def next_day(schedule: StatementSchedule, now: datetime) -> date | None:
    """The day on which the schedule makes statements next; none while it is off."""
    if not schedule.day_of_month:
        return None
    today = now.astimezone(ZoneInfo(schedule.company.time_zone)).date()
    days = (add_months(today, months, schedule.day_of_month) for months in (0, 1))
    return next(day for day in days if moment_of(schedule, day) > now)


def moment_of(schedule: StatementSchedule, day: date) -> datetime:
    """The schedule's hour of a day; one that the clock leaves out on that day is the same hour by the clock before."""
    return datetime.combine(day, schedule.at, ZoneInfo(schedule.company.time_zone))


def due_run(schedule: StatementSchedule, now: datetime) -> Due | None:
    """What is due and not made: from the day after the last run of the schedule, so that no day is left out."""
    day = latest_day(schedule, now)
    if day is None:
        return None
    made = StatementRun.objects.filter(company=schedule.company, scheduled_for__isnull=False)
    last = made.order_by("-scheduled_for").first()
    if last and present(last.scheduled_for) >= day:
        return None
    on = day - timedelta(days=1)
    month = add_months(day, -1, schedule.day_of_month)
    from_on = last.on + timedelta(days=1) if last else month
    return Due(day, Period(schedule.company, min(from_on, on), on))
