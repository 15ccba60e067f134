"""When a view on a schedule is due next: by the company's own clock and working days."""

from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from office.hours.sending_hours import SendingHours
from office.models import Company, Rhythm, ViewSchedule

ONE_DAY = timedelta(days=1)


def next_due(schedule: ViewSchedule, company: Company, after: datetime) -> datetime:
    """The first moment after another at which the schedule is due.

    An hour that the clocks leave out is an hour later that day; one that they have twice is the first of the two.
    """
    zone, hours = ZoneInfo(company.time_zone), SendingHours.of(company)
    day = after.astimezone(zone).date()
    while not _is_due_on(schedule, day, hours) or (due := _at(day, schedule.hour, zone)) <= after:
        day += ONE_DAY
    return due


def _is_due_on(schedule: ViewSchedule, day: date, hours: SendingHours) -> bool:
    if schedule.rhythm == Rhythm.WEEK_DAY:
        return day.weekday() == schedule.week_day
    if schedule.rhythm == Rhythm.MONTH_DAY:
        return day.day == min(schedule.month_day or 1, monthrange(day.year, day.month)[1])
    return hours.is_working_day(day)


def _at(day: date, hour: int, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(hour), tzinfo=zone).astimezone(UTC)
