"""Schedules by which a view goes to colleagues by mail: made, changed, paused, removed."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from ledger.refusals import Refused
from office.audit import record
from office.hours.view_times import next_due
from office.models import Company, FileFormat, Rhythm, SavedView, User, ViewSchedule
from office.talk.topics import colleagues_of

MOST_PEOPLE = 50


@dataclass(frozen=True)
class ScheduleDetails:
    """What a schedule says: as what file, when, and to whom; a week has a `week_day`, a month a `month_day`."""

    format: str
    rhythm: str
    hour: int
    people: Collection[User]
    week_day: int | None = None
    month_day: int | None = None


@transaction.atomic
def add_schedule(view_id: int, details: ScheduleDetails, *, now: datetime, by: User) -> ViewSchedule:
    """Mail a view to colleagues from now on. Raises Refused as `_written` does."""
    view = SavedView.objects.select_related("company").select_for_update(no_key=True, of=("self",)).get(pk=view_id)
    schedule = _written(ViewSchedule(view=view), details, now)
    record_of(by, "add_schedule", schedule, after=_said(schedule))
    return schedule


@transaction.atomic
def change_schedule(schedule_id: int, details: ScheduleDetails, *, now: datetime, by: User) -> ViewSchedule:
    """Send it otherwise from now on; a paused one stays paused. Raises Refused as `_written` does."""
    schedule = _held(schedule_id)
    before, was_paused = _said(schedule), schedule.next_at is None
    _written(schedule, details, now)
    if was_paused:
        schedule.next_at = None
        schedule.save(update_fields=["next_at"])
    record_of(by, "change_schedule", schedule, before=before, after=_said(schedule))
    return schedule


@transaction.atomic
def pause_schedule(schedule_id: int, *, by: User | None, reason: str = "") -> ViewSchedule:
    """Send nothing more until it is resumed, neither what waits to leave. Raises Refused where it is paused."""
    schedule = _held(schedule_id)
    if schedule.next_at is None:
        raise Refused("This schedule is paused already.", code="invalid_move")
    schedule.next_at = None
    schedule.save(update_fields=["next_at"])
    record_of(by, "pause_schedule", schedule, reason=reason)
    return schedule


@transaction.atomic
def resume_schedule(schedule_id: int, *, now: datetime, by: User) -> ViewSchedule:
    """Send it again from its next time on; what was due meanwhile is not sent. Raises Refused where it goes on."""
    schedule = _held(schedule_id)
    if schedule.next_at is not None:
        raise Refused("This schedule is not paused.", code="invalid_move")
    schedule.next_at = next_due(schedule, schedule.view.company, now)
    schedule.save(update_fields=["next_at"])
    record_of(by, "resume_schedule", schedule)
    return schedule


@transaction.atomic
def remove_schedule(schedule_id: int, *, by: User) -> None:
    """End a schedule; the audit trail keeps what it was. Raises Refused where it is gone."""
    schedule = _held(schedule_id)
    record_of(by, "remove_schedule", schedule, before=_said(schedule))
    schedule.delete()


def record_of(by: User | None, action: str, schedule: ViewSchedule, **details: object) -> None:
    """The audit row stands with the view, whose company it is."""
    record(by, action, schedule.view, **details)  # type: ignore[arg-type]  # as record takes them


def _held(schedule_id: int) -> ViewSchedule:
    """The schedule with its row held."""
    rows = ViewSchedule.objects.select_related("view__company", "view__owner")
    schedule = rows.select_for_update(of=("self",)).filter(pk=schedule_id).first()
    if schedule is None:
        raise Refused("This schedule is gone already.", code="schedule_gone")
    return schedule


def _written(schedule: ViewSchedule, details: ScheduleDetails, now: datetime) -> ViewSchedule:
    """The schedule as asked. Raises Refused for no people, too many, or some who do not work here; or without a day."""
    company = schedule.view.company
    _require_people(company, details.people)
    schedule.format, schedule.rhythm = FileFormat(details.format), Rhythm(details.rhythm)
    schedule.hour = details.hour
    schedule.week_day = details.week_day if schedule.rhythm == Rhythm.WEEK_DAY else None
    schedule.month_day = details.month_day if schedule.rhythm == Rhythm.MONTH_DAY else None
    if schedule.rhythm == Rhythm.WEEK_DAY and schedule.week_day is None:
        raise Refused("Say on which day of the week.", code="week_day_missing")
    if schedule.rhythm == Rhythm.MONTH_DAY and not 1 <= (schedule.month_day or 0) <= 31:
        raise Refused("Say on which day of the month, from 1 to 31.", code="month_day_missing")
    if not 0 <= schedule.hour <= 23:
        raise Refused("Say at which hour of the day.", code="bad_hour")
    schedule.next_at = next_due(schedule, company, now)
    schedule.save()
    schedule.people.set(details.people)
    return schedule


def _require_people(company: Company, people: Collection[User]) -> None:
    if not people:
        raise Refused("Say who gets it.", code="nobody")
    if len(people) > MOST_PEOPLE:
        raise Refused(f"A schedule mails {MOST_PEOPLE} people at most.", code="too_many_people")
    here = set(colleagues_of(company))
    for person in people:
        if person not in here:
            raise Refused(f"{person} does not work here.", code="not_a_colleague")


def _said(schedule: ViewSchedule) -> dict[str, object]:
    people = ", ".join(str(person) for person in schedule.people.order_by("name", "pk"))
    return {"as": schedule.get_format_display(), "when": schedule.rhythm_words, "to": people}
