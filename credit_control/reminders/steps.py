"""At which step of a ladder an item is. Values in, values out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from credit_control.models import ReminderStep

STILL_FRIENDLY = 4
"""Days for which a notice of the due day may still go out, over a long week-end."""


@dataclass(frozen=True)
class Reached:
    """The last step of an item that reached the customer, and when."""

    days: int
    on: date


def next_step(steps: Sequence[ReminderStep], due_on: date, reached: Reached | None, today: date) -> ReminderStep | None:
    """The step at which the item is to be reminded of today; none where it waits.

    A notice that is overtaken by the due day is left out. A reminder is never left out: an item that was paused goes on
    with its next one, and keeps the days between that one and the last.
    """
    come = [step for step in _later(steps, reached) if _may_go(step, due_on, today)]
    while len(come) > 1 and come[0].days <= 0:
        come.pop(0)
    return come[0] if come and first_day(come[0], due_on, reached) <= today else None


def next_day(steps: Sequence[ReminderStep], due_on: date, reached: Reached | None, today: date) -> date | None:
    """The day on which the item is to be reminded of next, if nothing changes; none after the last step."""
    for step in _later(steps, reached):
        day = max(first_day(step, due_on, reached), today)
        if next_step(steps, due_on, reached, day) == step:
            return day
    return None


def first_day(step: ReminderStep, due_on: date, reached: Reached | None) -> date:
    """The first day of a step: its own, or as many days after the last reminder as lie between the two."""
    own = due_on + timedelta(days=step.days)
    if reached is None or reached.days <= 0:
        return own
    return max(own, reached.on + timedelta(days=step.days - reached.days))


def _later(steps: Sequence[ReminderStep], reached: Reached | None) -> list[ReminderStep]:
    return [step for step in steps if reached is None or step.days > reached.days]


def _may_go(step: ReminderStep, due_on: date, today: date) -> bool:
    """Whether its day has come; and, of a notice, whether it still is one."""
    if today < due_on + timedelta(days=step.days):
        return False
    return step.days > 0 or today <= due_on + timedelta(days=STILL_FRIENDLY if step.days == 0 else 0)
