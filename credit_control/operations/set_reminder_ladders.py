from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from credit_control.models import Channel, LadderChoice, ReminderLadder, ReminderStep, Tone
from credit_control.operations.choose_for import choose_for
from ledger.bulk import insert_all
from ledger.refusals import Refused
from office.audit import record
from office.models import Company, User

FIRST_DAY, LAST_DAY, MOST = -90, 730, 20


@dataclass(frozen=True)
class StepDetails:
    """A step as it is typed."""

    days: int
    channel: str = Channel.MAIL
    tone: str = Tone.FIRST
    has_letter: bool = True


USUAL = (
    StepDetails(-3, tone=Tone.NOTICE, has_letter=False),
    StepDetails(7),
    StepDetails(21, tone=Tone.SECOND),
    StepDetails(30, Channel.CALL, Tone.SECOND, has_letter=False),
    StepDetails(42, tone=Tone.FINAL),
)


@transaction.atomic
def save_reminder_ladder(
    company: Company, name: str, steps: Sequence[StepDetails], *, by: User | None, ladder_id: int | None = None
) -> ReminderLadder:
    """Add a ladder, or change one. What was reminded of at a step stays so: a step is known by its days.

    Raises Refused without a name or steps, for a name there is already, and for two steps on a day.
    """
    ladders = ReminderLadder.objects.select_for_update(no_key=True).filter(company=company)
    ladder = ladders.get(pk=ladder_id) if ladder_id else ReminderLadder(company=company)
    before = _words(ladder.steps.all()) if ladder_id else None
    ladder.name = name.strip()
    _check(ladder, steps)
    ladder.save()
    ladder.steps.all().delete()
    rows = [ReminderStep(ladder=ladder, **vars(step)) for step in sorted(steps, key=lambda step: step.days)]
    insert_all(rows)
    was = {"steps": before} if ladder_id else None
    record(by, "save_reminder_ladder", ladder, before=was, after={"name": ladder.name, "steps": _words(rows)})
    return ladder


def add_usual_ladder(company: Company, *, by: User | None) -> ReminderLadder:
    """Add the ladder that many begin with. Raises Refused where there is one of that name."""
    return save_reminder_ladder(company, "Usual", USUAL, by=by)


def choose_ladder(company: Company, ladder_id: int | None, **whose: Any) -> LadderChoice | None:
    """Say which ladder holds for a customer, a group or else the company, as `choose_for` does; none reminds nobody."""
    return choose_for(LadderChoice, "ladder", company, ladder_id, **whose)


def _check(ladder: ReminderLadder, steps: Sequence[StepDetails]) -> None:
    if not ladder.name or len(ladder.name) > 100:
        raise Refused("Give the ladder a name of at most 100 characters.", code="name_missing")
    same = ReminderLadder.objects.filter(company=ladder.company, name=ladder.name).exclude(pk=ladder.pk)
    if same.exists():
        raise Refused(f"There is a ladder {ladder.name} already.", code="name_taken")
    if not steps or len(steps) > MOST:
        raise Refused(f"A ladder has 1 to {MOST} steps.", code="no_steps")
    if len({step.days for step in steps}) < len(steps):
        raise Refused("Two steps are on the same day.", code="two_on_a_day")
    for step in steps:
        if not FIRST_DAY <= step.days <= LAST_DAY:
            raise Refused(f"A step lies between {FIRST_DAY} and {LAST_DAY} days after the due day.", code="bad_days")
        if step.channel not in set(Channel) or step.tone not in set(Tone):
            raise Refused("Choose by which way, and in which words.", code="bad_step")
        if (step.tone == Tone.NOTICE) != (step.days <= 0):
            raise Refused("A notice is for up to the due day, the other words for after it.", code="bad_tone")


def _words(steps: Sequence[ReminderStep] | Any) -> str:
    return "; ".join(f"{step} ({step.get_channel_display()})" for step in steps)
