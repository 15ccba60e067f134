"""Days are the business's own, months keep the wanted day, lateness has one table."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from ledger.calendar import (
    BUCKETS,
    add_months,
    bucket,
    day_of,
    days_late,
    due_on,
    end_of_month,
    month_start,
    next_day_of_month,
    now,
    today,
)

PARIS = ZoneInfo("Europe/Paris")


def bucket_name(due: date, on: date) -> str:
    return bucket(days_late(due, on)).name


def test_today_is_the_day_in_the_business_time_zone_and_not_in_utc():  # REC-07
    with time_machine.travel(datetime(2025, 9, 30, 14, 0, tzinfo=UTC), tick=False):
        assert now() == datetime(2025, 9, 30, 14, 0, tzinfo=UTC)
        assert today("Australia/Sydney") == date(2025, 10, 1)
        assert today("UTC") == date(2025, 9, 30)


def test_the_day_of_a_moment_depends_on_the_time_zone():  # REC-02
    moment = datetime(2023, 5, 30, 23, 0, tzinfo=UTC)

    assert day_of(moment, "Europe/Paris") == date(2023, 5, 31)
    assert day_of(moment, "America/New_York") == date(2023, 5, 30)


def test_a_moment_without_a_time_zone_is_refused():
    with pytest.raises(ValueError, match=r"^A moment without a time zone falls on no certain day\.$"):
        day_of(now().replace(tzinfo=None), "Europe/Paris")


@pytest.mark.parametrize("clock", [(0, 0, 1), (12, 0, 0), (23, 59, 59)])
def test_a_debt_due_today_is_current_until_midnight(clock):  # AGE-07
    due = date(2025, 9, 9)

    assert bucket_name(due, day_of(datetime(2025, 9, 9, *clock, tzinfo=PARIS), "Europe/Paris")) == "Current"
    assert days_late(due, day_of(datetime(2025, 9, 10, 0, 0, 1, tzinfo=PARIS), "Europe/Paris")) == 1


@pytest.mark.parametrize(
    ("due", "on", "days", "name"),
    [
        (date(2020, 5, 30), date(2020, 5, 31), 1, "1-30"),  # AGE-01
        (date(2020, 5, 30), date(2020, 6, 29), 30, "1-30"),  # AGE-01
        (date(2025, 12, 30), date(2025, 12, 30), 0, "Current"),  # AGE-02
        (date(2026, 1, 15), date(2025, 12, 30), -16, "Current"),  # AGE-02
        (date(2025, 11, 29), date(2025, 12, 30), 31, "31-60"),  # AGE-02
        (date(2024, 8, 10), date(2024, 9, 11), 32, "31-60"),  # AGE-03
        (date(2024, 1, 30), date(2024, 2, 29), 30, "1-30"),  # AGE-06
        (date(2024, 1, 30), date(2024, 3, 1), 31, "31-60"),  # AGE-06
        (date(2023, 1, 30), date(2023, 3, 1), 30, "1-30"),  # AGE-06
    ],
)
def test_lateness_is_counted_in_days_past_the_due_date(due, on, days, name):
    assert days_late(due, on) == days
    assert bucket_name(due, on) == name


@pytest.mark.parametrize(
    ("days", "key"),
    [
        (0, "current"),
        (1, "days_1_30"),
        (30, "days_1_30"),
        (31, "days_31_60"),
        (60, "days_31_60"),
        (61, "days_61_90"),
        (90, "days_61_90"),
        (91, "over_90"),
        (4000, "over_90"),
    ],
)
def test_buckets_change_on_their_edges(days, key):
    assert bucket(days).key == key


@given(st.integers(-100_000, 100_000))
def test_a_debt_is_in_exactly_one_bucket(days):
    assert [column for column in BUCKETS if column.holds(days)] == [bucket(days)]


def test_a_monthly_series_keeps_its_wanted_day():  # REC-01
    from_the_31st = [add_months(date(2026, 1, 31), months) for months in range(6)]
    from_the_30th = [add_months(date(2026, 1, 30), months) for months in range(4)]

    assert [day.isoformat()[5:] for day in from_the_31st] == [
        "01-31",
        "02-28",
        "03-31",
        "04-30",
        "05-31",
        "06-30",
    ]
    assert [day.isoformat()[5:] for day in from_the_30th] == [
        "01-30",
        "02-28",
        "03-30",
        "04-30",
    ]


def test_the_wanted_day_comes_back_after_a_short_month():  # REC-01
    assert add_months(date(2026, 2, 28), 1, wanted_day=31) == date(2026, 3, 31)


def test_months_are_counted_over_the_turn_of_the_year_and_backwards():
    assert add_months(date(2026, 11, 30), 3) == date(2027, 2, 28)
    assert add_months(date(2024, 1, 31), 1) == date(2024, 2, 29)
    assert add_months(date(2026, 1, 15), -1) == date(2025, 12, 15)
    assert add_months(date(2026, 8, 3), 12) == date(2027, 8, 3)


def test_a_month_begins_on_the_first_and_ends_on_its_own_last_day():
    assert month_start(date(2016, 2, 13)) == date(2016, 2, 1)
    assert end_of_month(date(2016, 2, 13)) == date(2016, 2, 29)
    assert end_of_month(date(2015, 2, 1)) == date(2015, 2, 28)
    assert end_of_month(date(2015, 12, 31)) == date(2015, 12, 31)


def test_net_days_are_counted_from_the_invoice_date():
    assert due_on(date(2016, 1, 14), 30) == date(2016, 2, 13)
    assert due_on(date(2016, 1, 14), 0) == date(2016, 1, 14)


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(0, 400))
def test_an_invoice_is_late_from_the_day_after_it_is_due(invoice_date, net_days):
    due = due_on(invoice_date, net_days)

    assert days_late(due, due) == 0
    assert days_late(due, due + timedelta(days=1)) == 1


@pytest.mark.parametrize(
    ("day", "wanted", "expected"),
    [
        (date(2026, 1, 10), 15, date(2026, 1, 15)),
        (date(2026, 1, 15), 15, date(2026, 2, 15)),
        (date(2026, 1, 16), 15, date(2026, 2, 15)),
        (date(2026, 1, 31), 31, date(2026, 2, 28)),
        (date(2026, 2, 27), 31, date(2026, 2, 28)),
        (date(2026, 2, 28), 31, date(2026, 3, 31)),
        (date(2026, 12, 20), 5, date(2027, 1, 5)),
    ],
)
def test_the_next_wanted_day_of_a_month_is_after_the_day(day, wanted, expected):
    assert next_day_of_month(day, wanted) == expected


@pytest.mark.parametrize(
    ("invoiced", "days", "at_end", "on_day", "expected"),
    [
        (date(2026, 1, 15), 30, False, None, date(2026, 2, 14)),
        (date(2026, 1, 15), 30, True, None, date(2026, 2, 28)),
        (date(2026, 1, 15), 30, True, 10, date(2026, 3, 10)),
        (date(2026, 1, 15), 30, False, 10, date(2026, 3, 10)),
        (date(2026, 1, 15), 10, False, 28, date(2026, 1, 28)),
        (date(2026, 1, 1), 0, False, None, date(2026, 1, 1)),
    ],
)
def test_the_steps_of_terms_follow_each_other(invoiced, days, at_end, on_day, expected):
    assert due_on(invoiced, days, at_end_of_month=at_end, day_of_month=on_day) == expected
