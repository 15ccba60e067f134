"""At which step an item is, by its due day and what reached the customer."""

from datetime import date, timedelta

import pytest

from credit_control.models import ReminderStep
from credit_control.reminders.steps import Reached, next_day, next_step

DUE = date(2026, 3, 6)
STEPS = [ReminderStep(days=days) for days in (-3, 0, 1, 8, 15)]


def at(days: int, reached: Reached | None = None) -> int | None:
    step = next_step(STEPS, DUE, reached, DUE + timedelta(days=days))
    return step.days if step else None


@pytest.mark.parametrize(("days", "step"), [(-4, None), (-3, -3), (-1, -3), (0, 0), (1, 1), (7, 1), (8, 1), (40, 1)])
def test_who_was_never_reminded_begins_with_the_notice_that_still_holds_or_the_first_reminder(
    days: int, step: int | None
) -> None:
    assert at(days) == step


def test_a_step_follows_on_its_day() -> None:
    first = Reached(1, DUE + timedelta(days=1))
    assert [at(days, first) for days in (1, 7, 8, 9, 15)] == [None, None, 8, 8, 8]
    second = Reached(8, DUE + timedelta(days=8))
    assert [at(days, second) for days in (14, 15)] == [None, 15]
    assert at(90, Reached(15, DUE + timedelta(days=15))) is None


def test_what_was_paused_goes_on_with_its_next_step_and_keeps_the_days_between() -> None:
    assert at(60, Reached(1, DUE + timedelta(days=1))) == 8
    second = Reached(8, DUE + timedelta(days=60))
    assert [at(days, second) for days in (60, 66, 67)] == [None, None, 15]


def test_a_notice_does_not_put_off_the_first_reminder() -> None:
    assert at(1, Reached(-3, DUE - timedelta(days=1))) == 1


def test_the_day_of_the_next_one() -> None:
    def coming(days: int, reached: Reached | None = None) -> int | None:
        day = next_day(STEPS, DUE, reached, DUE + timedelta(days=days))
        return (day - DUE).days if day else None

    assert [coming(days) for days in (-10, -2, 0, 5)] == [-3, -2, 0, 5]
    assert coming(2, Reached(1, DUE + timedelta(days=1))) == 8
    assert coming(61, Reached(8, DUE + timedelta(days=60))) == 67
    assert coming(61, Reached(15, DUE + timedelta(days=60))) is None
    assert next_day([ReminderStep(days=-3)], DUE, None, DUE + timedelta(days=2)) is None
