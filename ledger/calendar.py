"""Days: today where the business is, months kept to the wanted day, and how late a debt is."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo


def now() -> datetime:
    """This moment, with its time zone."""
    return datetime.now(UTC)


def day_of(moment: datetime, time_zone: str) -> date:
    """The calendar day of a moment in a time zone such as Europe/Paris."""
    if moment.tzinfo is None:
        raise ValueError("A moment without a time zone falls on no certain day.")
    return moment.astimezone(ZoneInfo(time_zone)).date()


def today(time_zone: str) -> date:
    """The calendar day it is now in the business's time zone, never the server's."""
    return day_of(now(), time_zone)


def month_start(day: date) -> date:
    """The first day of the day's month."""
    return day.replace(day=1)


def end_of_month(day: date) -> date:
    """The last day of the day's month."""
    return day.replace(day=monthrange(day.year, day.month)[1])


def add_months(day: date, months: int, wanted_day: int | None = None) -> date:
    """The wanted day so many months on, or the month's last day where it has no such day.

    A series passes the day it began on, so that 31 January, 28 February is followed by 31 March.
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last_day = monthrange(year, month + 1)[1]
    return date(year, month + 1, min(wanted_day or day.day, last_day))


def next_day_of_month(day: date, wanted_day: int) -> date:
    """The first wanted day of a month after this day, or that month's last day where it has no such day."""
    in_this_month = add_months(day, 0, wanted_day)
    return in_this_month if in_this_month > day else add_months(day, 1, wanted_day)


def due_on(
    invoice_date: date, net_days: int, *, at_end_of_month: bool = False, day_of_month: int | None = None
) -> date:
    """The day by which an invoice on so many days net is to be paid.

    The steps follow each other as terms are written: "30 days, end of month, on the 10th" adds the days, goes to the
    end of that month, and then to the next 10th.
    """
    due = invoice_date + timedelta(days=net_days)
    due = end_of_month(due) if at_end_of_month else due
    return next_day_of_month(due, day_of_month) if day_of_month else due


def days_late(due: date, on: date) -> int:
    """Days past the due date; zero or less is not late. Without a due date pass the invoice date."""
    return (on - due).days


@dataclass(frozen=True, slots=True)
class Bucket:
    """A column of the ageing report; it begins and ends with so many days late, None is open-ended."""

    key: str
    name: str
    first_day: int | None
    last_day: int | None

    def holds(self, days: int) -> bool:
        """Whether a debt so many days late belongs in this column."""
        return (self.first_day is None or self.first_day <= days) and (self.last_day is None or days <= self.last_day)


BUCKETS = (
    Bucket("current", "Current", None, 0),
    Bucket("days_1_30", "1-30", 1, 30),
    Bucket("days_31_60", "31-60", 31, 60),
    Bucket("days_61_90", "61-90", 61, 90),
    Bucket("over_90", "Over 90", 91, None),
)


def bucket(days: int) -> Bucket:
    """The ageing column of a debt so many days late."""
    return next(column for column in BUCKETS if column.holds(days))
