"""When a mail that can wait may leave: in office hours, on a day that is worked where it is read.

Both are the reader's: the country of their billing address, and its time where the whole country has one; else the
company's. Hours and own days are the company's. Each wall clock is that of its day, also when clocks change.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel.core import get_global

from office.hours.working_days import is_working_day, next_working_day, working_day_before
from office.models import Company, OffDays, OwnDay


@dataclass(frozen=True)
class SendingHours:
    """A company's hours and own days, read once for many mails."""

    company: Company
    own_days: Mapping[date, bool]

    @classmethod
    def of(cls, company: Company) -> "SendingHours":
        own = OwnDay.objects.filter(company=company).values_list("day", "is_worked")
        return cls(company, dict(own))

    def leaves_at(self, moment: datetime, country: str = "", region: str = "") -> datetime:
        """The moment itself where a mail may leave then, else the first later one at which it may."""
        zone = zone_of(country, moment, self.company.time_zone)
        local = moment.astimezone(zone)
        day = local.date() if local.hour < self.company.mail_until_hour else local.date() + timedelta(days=1)
        day = next_working_day(day, *self._where(country, region), own=self.own_days)
        opens = _at(day, self.company.mail_from_hour, zone)
        return max(moment, opens)

    def sending_day(self, day: date, country: str = "", region: str = "") -> date:
        """The day on which something planned for this day is sent: as the company chose, after or before an off day."""
        chosen = working_day_before if self.company.mail_off_days == OffDays.BEFORE else next_working_day
        return chosen(day, *self._where(country, region), own=self.own_days)

    def opening(self, day: date, country: str = "", region: str = "") -> datetime:
        """The moment at which the hours of a day begin, or of the next day that is worked."""
        zone = zone_of(country, _at(day, 12, UTC), self.company.time_zone)
        return self.leaves_at(_at(day, self.company.mail_from_hour, zone), country, region)

    def midnight(self, moment: datetime, country: str = "") -> datetime:
        """The beginning of the day that it is there, by that wall clock."""
        zone = zone_of(country, moment, self.company.time_zone)
        return datetime.combine(moment.astimezone(zone).date(), time.min, tzinfo=zone)

    def is_working_day(self, day: date, country: str = "", region: str = "") -> bool:
        """Whether people work there on this day, as the company sees it."""
        return is_working_day(day, *self._where(country, region), own=self.own_days)

    def _where(self, country: str, region: str) -> tuple[str, str]:
        return (country, region) if country else (self.company.country, self.company.region)


def leaves_at(moment: datetime, company: Company, country: str = "", region: str = "") -> datetime:
    """The moment itself where a mail of the company to this country may leave then, else the first later one."""
    return SendingHours.of(company).leaves_at(moment, country, region)


def sending_day(day: date, company: Company, country: str = "", region: str = "") -> date:
    """The day on which something that a company planned for this day is sent."""
    return SendingHours.of(company).sending_day(day, country, region)


def zone_of(country: str, moment: datetime, otherwise: str) -> ZoneInfo:
    """The time zone of a country that has one time at this moment; else the other."""
    zones = _zones(country.upper())
    offsets = {moment.astimezone(zone).utcoffset() for zone in zones}
    return zones[0] if len(offsets) == 1 else ZoneInfo(otherwise)


@lru_cache(maxsize=512)
def _zones(country: str) -> tuple[ZoneInfo, ...]:
    return tuple(ZoneInfo(name) for name in get_global("territory_zones").get(country, ()))


def _at(day: date, hour: int, zone: tzinfo) -> datetime:
    """An hour of a day's wall clock; one that the clocks leave out is an hour later."""
    return datetime.combine(day, time(hour), tzinfo=zone).astimezone(UTC)
