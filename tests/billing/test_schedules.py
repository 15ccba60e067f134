"""When a recurring invoice is due and for which days: the REC cases, and what they do not say."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import islice, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.schedules import Interval, Pause, Schedule, months_between, periods
from ledger.calendar import due_on


def firsts(schedule: Schedule, how_many: int = 6) -> list[str]:
    """The first days of the earliest periods, as 01-31."""
    return [f"{period.first:%m-%d}" for period in islice(periods(schedule), how_many)]


def amount(price: str, part: Fraction) -> Decimal:
    """What a part of a price comes to, rounded once."""
    return (Decimal(price) * part.numerator / part.denominator).quantize(Decimal("0.01"))


def test_rec_01_the_31st_stays_wanted_after_february():
    last_day = Schedule(Interval.MONTH, date(2026, 1, 31))

    assert firsts(last_day) == ["01-31", "02-28", "03-31", "04-30", "05-31", "06-30"]
    assert firsts(Schedule(Interval.MONTH, date(2026, 1, 30)), 4) == ["01-30", "02-28", "03-30", "04-30"]


def test_the_end_of_month_is_the_31st_whatever_day_it_begins_on():
    schedule = Schedule(Interval.MONTH, date(2026, 2, 28), wanted_day=31)

    assert firsts(schedule, 4) == ["02-28", "03-31", "04-30", "05-31"]
    assert all(period.is_whole for period in islice(periods(schedule), 4))


def test_rec_03_a_part_over_two_months_takes_each_month_by_its_own_length():
    schedule = Schedule(Interval.MONTH, date(2015, 1, 25), wanted_day=3)
    first = next(periods(schedule))

    assert (first.first, first.last) == (date(2015, 1, 25), date(2015, 2, 2))
    assert first.part == Fraction(7, 31) + Fraction(2, 28)
    assert amount("100.00", first.part) == Decimal("29.72")


def test_rec_04_a_clock_change_inside_the_period_counts_days_all_the_same():
    first, second = islice(periods(Schedule(Interval.MONTH, date(2026, 3, 20), wanted_day=1)), 2)

    assert (first.first, first.last, first.part) == (date(2026, 3, 20), date(2026, 3, 31), Fraction(12, 31))
    assert amount("310.00", first.part) == Decimal("120.00")
    assert (second.first, second.last, second.is_whole) == (date(2026, 4, 1), date(2026, 4, 30), True)


def test_rec_05_a_year_is_twelve_months():
    year = list(periods(Schedule(Interval.MONTH, date(2026, 8, 3), ends_on=date(2027, 8, 2))))

    assert len(year) == 12
    assert all(period.is_whole for period in year)
    assert sum(amount("20.00", period.part) for period in year) == Decimal("240.00")
    assert (year[-1].first, year[-1].last) == (date(2027, 7, 3), date(2027, 8, 2))


def test_rec_06_thirty_days_end_of_month_on_the_10th():
    invoiced = date(2016, 1, 14)

    assert due_on(invoiced, 30) == date(2016, 2, 13)
    assert due_on(invoiced, 30, at_end_of_month=True) == date(2016, 2, 29)
    assert due_on(invoiced, 30, at_end_of_month=True, day_of_month=10) == date(2016, 3, 10)


@pytest.mark.parametrize(
    ("invoiced", "day_of_month", "due"),
    [
        (date(2026, 3, 9), 10, date(2026, 3, 10)),
        (date(2026, 3, 10), 10, date(2026, 4, 10)),
        (date(2026, 1, 31), 31, date(2026, 2, 28)),
        (date(2026, 12, 20), 5, date(2027, 1, 5)),
    ],
)
def test_a_fixed_day_is_the_next_one_after(invoiced, day_of_month, due):
    assert due_on(invoiced, 0, day_of_month=day_of_month) == due


@pytest.mark.parametrize(
    ("interval", "every", "expected"),
    [
        (Interval.DAY, 10, ["01-31", "02-10", "02-20"]),
        (Interval.WEEK, 2, ["01-31", "02-14", "02-28"]),
        (Interval.MONTH, 2, ["01-31", "03-31", "05-31"]),
        (Interval.QUARTER, 1, ["01-31", "04-30", "07-31"]),
        (Interval.YEAR, 1, ["01-31", "01-31", "01-31"]),
    ],
)
def test_every_interval_counts_on_from_its_first_day(interval, every, expected):
    assert firsts(Schedule(interval, date(2026, 1, 31), every), 3) == expected


def test_in_advance_it_is_due_on_the_first_day_in_arrears_on_the_day_after_the_last():
    week = Schedule(Interval.WEEK, date(2023, 5, 23))

    assert next(periods(week)).due_on == date(2023, 5, 23)
    assert next(periods(Schedule(Interval.WEEK, date(2023, 5, 23), in_arrears=True))).due_on == date(2023, 5, 30)


def test_a_first_part_leads_to_the_wanted_day_and_whole_quarters_follow():
    stub, quarter = islice(periods(Schedule(Interval.QUARTER, date(2026, 3, 20), wanted_day=1)), 2)

    assert (stub.last, stub.part) == (date(2026, 3, 31), Fraction(12, 31) / 3)
    assert (quarter.first, quarter.last, quarter.is_whole) == (date(2026, 4, 1), date(2026, 6, 30), True)


def test_the_last_period_is_cut_at_the_end():
    weeks = list(periods(Schedule(Interval.WEEK, date(2026, 3, 2), ends_on=date(2026, 3, 11))))

    assert [(period.last, period.part) for period in weeks] == [
        (date(2026, 3, 8), 1),
        (date(2026, 3, 11), Fraction(3, 7)),
    ]


def test_a_part_is_never_more_than_the_whole():
    """16 January to 14 February is 16/31 + 14/28 of a month, and still less than the period it is a part of."""
    first = next(periods(Schedule(Interval.MONTH, date(2026, 1, 16), wanted_day=15)))

    assert months_between(first.first, first.last) > 1
    assert first.part == 1


def test_a_period_that_begins_in_a_pause_is_left_out_and_not_counted():
    pauses = [Pause(date(2026, 2, 15), date(2026, 4, 1))]
    schedule = Schedule(Interval.MONTH, date(2026, 1, 1), most=3, pauses=pauses)

    assert firsts(schedule) == ["01-01", "02-01", "05-01"]


def test_a_pause_without_an_end_lets_nothing_follow():
    schedule = Schedule(Interval.MONTH, date(2026, 1, 1), pauses=[Pause(date(2026, 2, 15))])

    assert firsts(schedule) == ["01-01", "02-01"]


@given(
    starts_on=st.dates(date(2000, 1, 1), date(2060, 12, 31)),
    interval=st.sampled_from(Interval),
    every=st.integers(1, 12),
    wanted_day=st.none() | st.integers(1, 31),
)
def test_periods_follow_each_other_without_a_gap_or_a_day_twice(starts_on, interval, every, wanted_day):
    found = list(islice(periods(Schedule(interval, starts_on, every, wanted_day)), 30))

    assert found[0].first == starts_on
    assert all(after.first == before.last + timedelta(days=1) for before, after in pairwise(found))
    assert all(period.is_whole for period in found[1:])
    assert 0 < found[0].part <= 1


@given(st.dates(date(2000, 1, 1), date(2060, 12, 31)), st.integers(0, 60))
def test_whole_calendar_months_are_whole_numbers(day, months):
    first = day.replace(day=1)
    following = date(first.year + (first.month - 1 + months) // 12, (first.month - 1 + months) % 12 + 1, 1)

    assert months_between(first, following - timedelta(days=1)) == months
