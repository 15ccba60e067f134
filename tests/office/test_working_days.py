"""Which days are worked, and from which moment on a mail that can wait may leave."""

from datetime import UTC, date, datetime

import pytest

from ledger.refusals import Refused
from office.hours.sending_hours import SendingHours, leaves_at, sending_day
from office.hours.working_days import holiday_name, is_working_day, next_working_day, working_day_before
from office.models import AuditRecord, Company, OffDays, OwnDay
from office.operations.set_own_day import remove_own_day, set_own_day
from tests.world import make_company

SATURDAY = date(2024, 6, 1)


@pytest.mark.parametrize(
    ("day", "country", "region", "worked"),
    [
        (date(2024, 5, 31), "DE", "", True),
        (date(2024, 6, 1), "DE", "", False),
        (date(2024, 5, 30), "DE", "", True),  # Corpus Christi, which Bavaria keeps
        (date(2024, 5, 30), "DE", "BY", False),
        (date(2024, 5, 30), "de", " Bayern ", False),
        (date(2024, 5, 30), "DE", "Atlantis", True),
        (date(2024, 5, 1), "DE", "", False),
        (date(2024, 5, 1), "US", "", True),
        (date(2026, 7, 3), "US", "", False),  # the fourth is a Saturday
        (date(2024, 6, 7), "SA", "", False),  # a Friday
        (date(2024, 6, 9), "SA", "", True),  # a Sunday
        (date(2024, 2, 4), "CN", "", True),  # a Sunday that is worked before the New Year
        (date(2024, 12, 25), "XX", "", True),
        (date(2024, 12, 28), "XX", "", False),
    ],
)
def test_a_day_is_worked_by_the_calendar_of_its_place(day, country, region, worked):
    assert is_working_day(day, country, region) is worked


def test_a_working_day_is_its_own_next_and_its_own_before():
    friday = date(2024, 5, 31)
    assert next_working_day(friday, "DE") == working_day_before(friday, "DE") == friday


def test_over_easter_the_next_working_day_is_tuesday_and_the_one_before_thursday():
    good_friday = date(2024, 3, 29)
    assert next_working_day(good_friday, "DE") == date(2024, 4, 2)
    assert working_day_before(date(2024, 4, 1), "DE") == date(2024, 3, 28)


def test_what_a_company_says_of_a_day_comes_first():
    own = {date(2024, 6, 3): False, date(2024, 6, 1): True}
    assert next_working_day(date(2024, 6, 2), "DE", own=own) == date(2024, 6, 4)
    assert is_working_day(date(2024, 6, 1), "DE", own=own)


def test_a_holiday_has_its_name_in_english():
    assert holiday_name(date(2024, 12, 25), "DE") == "Christmas Day"
    assert holiday_name(date(2024, 12, 24), "DE") == holiday_name(date(2024, 12, 25), "XX") == ""


# From which moment


def in_berlin(**said: object) -> Company:
    return Company(country="DE", time_zone="Europe/Berlin", **said)


def at(*moment: int) -> datetime:
    return datetime(*moment, tzinfo=UTC)


@pytest.mark.parametrize(
    ("asked", "leaves"),
    [
        (at(2024, 5, 31, 10), at(2024, 5, 31, 10)),
        (at(2024, 5, 31, 5, 59), at(2024, 5, 31, 6)),
        (at(2024, 5, 31, 15, 59), at(2024, 5, 31, 15, 59)),
        (at(2024, 5, 31, 16), at(2024, 6, 3, 6)),  # six in the evening of a Friday
        (at(2024, 6, 1, 10), at(2024, 6, 3, 6)),
        (at(2024, 3, 28, 20), at(2024, 4, 2, 6)),  # over Easter, and the clocks went forward between
        (at(2024, 10, 25, 17), at(2024, 10, 28, 7)),  # and back: eight o'clock is an hour later for the world
    ],
)
def test_a_mail_leaves_in_the_hours_of_a_working_day(db, asked, leaves):
    assert SendingHours(in_berlin(), {}).leaves_at(asked, "DE") == leaves


def test_a_country_with_one_time_has_its_own_hours_and_days():
    hours = SendingHours(in_berlin(), {})
    assert hours.leaves_at(at(2024, 5, 31, 10), "JP") == at(2024, 6, 2, 23)  # Monday eight o'clock in Tokyo
    assert hours.leaves_at(at(2024, 6, 6, 20), "SA") == at(2024, 6, 9, 5)  # Sunday eight o'clock in Riyadh


def test_a_country_with_several_times_goes_by_the_companys_clock_and_its_own_holidays():
    hours = SendingHours(in_berlin(), {})
    assert hours.leaves_at(at(2024, 7, 3, 10), "US") == at(2024, 7, 3, 10)
    assert hours.leaves_at(at(2024, 7, 4, 10), "US") == at(2024, 7, 5, 6)


def test_an_hour_that_the_clocks_leave_out_is_an_hour_later():
    night = SendingHours(in_berlin(mail_from_hour=2, mail_until_hour=24), {date(2024, 3, 31): True})
    assert night.leaves_at(at(2024, 3, 31, 0, 30), "DE") == at(2024, 3, 31, 1)


def test_till_midnight_is_all_of_the_day():
    always = SendingHours(in_berlin(mail_from_hour=0, mail_until_hour=24), {})
    assert always.leaves_at(at(2024, 5, 31, 21, 59), "DE") == at(2024, 5, 31, 21, 59)


@pytest.mark.django_db
def test_what_is_planned_for_an_off_day_is_sent_after_or_before_it_as_the_company_chose():
    company = make_company()
    assert sending_day(SATURDAY, company) == date(2024, 6, 3)
    company.mail_off_days = OffDays.BEFORE
    assert sending_day(SATURDAY, company) == date(2024, 5, 31)
    assert sending_day(date(2024, 5, 30), company, "DE", "BY") == date(2024, 5, 29)


# A company's own days


@pytest.mark.django_db
def test_an_own_day_moves_mail_until_it_is_removed(company, manager):
    row = set_own_day(company, date(2024, 6, 3), is_worked=False, name=" Outing ", by=manager)
    assert leaves_at(at(2024, 6, 1, 10), company) == at(2024, 6, 4, 6)
    assert set_own_day(company, date(2024, 6, 3), is_worked=False, name="Fair", by=manager).pk == row.pk
    remove_own_day(row.pk, by=manager)
    assert leaves_at(at(2024, 6, 1, 10), company) == at(2024, 6, 3, 6)
    assert list(AuditRecord.objects.order_by("pk").values_list("action", "before__name", "after__name")) == [
        ("set_own_day", None, "Outing"),
        ("set_own_day", "Outing", "Fair"),
        ("remove_own_day", "Fair", None),
    ]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("day", "name", "code"),
    [
        (date(2024, 6, 3), " ", "name_missing"),
        (date(1024, 6, 3), "Outing", "bad_day"),
        (date(9999, 12, 31), "Outing", "bad_day"),
    ],
)
def test_an_own_day_that_cannot_be_meant_is_refused(company, manager, day, name, code):
    with pytest.raises(Refused) as refusal:
        set_own_day(company, day, is_worked=False, name=name, by=manager)
    assert (refusal.value.code, OwnDay.objects.exists()) == (code, False)


@pytest.mark.django_db
def test_a_day_that_is_gone_is_not_removed_twice(company, manager):
    row = set_own_day(company, date(2024, 6, 3), is_worked=False, name="Outing", by=manager)
    remove_own_day(row.pk, by=manager)
    with pytest.raises(Refused) as refusal:
        remove_own_day(row.pk, by=manager)
    assert refusal.value.code == "unknown_own_day"
