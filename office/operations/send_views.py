"""What schedules are due: one mail for each person and time, written once, whoever looks."""

from datetime import datetime

from django.db import transaction

from ledger.refusals import Refused
from office.hours.view_times import next_due
from office.mail.queueing import MailToQueue, queue_mails
from office.models import TaskKind, ViewSchedule, ViewSending
from office.operations.make_task import make_task
from office.operations.schedule_view import pause_schedule
from office.operations.tell_administrators import tell_administrators
from office.talk.topics import colleagues_of

VIEW_MAIL = "view"


def due_schedules(now: datetime) -> list[int]:
    """The schedules whose time has come."""
    return list(ViewSchedule.objects.filter(next_at__lte=now).order_by("next_at", "pk").values_list("pk", flat=True))


@transaction.atomic
def send_schedule(schedule_id: int, *, now: datetime) -> int:
    """Queue the mails of a schedule that is due and say how many; none where somebody else has it or had it.

    After a time in which nobody looked it is sent once, not for each time that passed. One whose owner works here no
    more is paused, and administrators are told.
    """
    schedule = held_and_due(schedule_id, now)
    if schedule is None or schedule.next_at is None:
        return 0
    view, due_at = schedule.view, schedule.next_at
    if not colleagues_of(view.company).filter(pk=view.owner_id).exists():
        _pause_orphan(schedule)
        return 0
    people = list(schedule.people.order_by("pk"))
    sendings = [ViewSending(schedule=schedule, person=person, due_at=due_at) for person in people]
    ViewSending.objects.bulk_create(sendings)
    mails = queue_mails(
        MailToQueue(
            key=f"{VIEW_MAIL}:{sending.pk}",
            kind=VIEW_MAIL,
            company=view.company,
            staff=sending.person,
            about=sending,
            to_email=sending.person.email,
            subject=view.name,
        )
        for sending in sendings
    )
    for sending, mail in zip(sendings, mails, strict=True):
        sending.mail = mail
    ViewSending.objects.bulk_update(sendings, ["mail"])
    schedule.next_at = next_due(schedule, view.company, now)
    schedule.save(update_fields=["next_at"])
    return len(sendings)


def held_and_due(schedule_id: int, now: datetime) -> ViewSchedule | None:
    """The schedule with its row held, if its time has come and nobody else has it."""
    rows = ViewSchedule.objects.select_related("view__company", "view__owner").filter(pk=schedule_id, next_at__lte=now)
    return rows.select_for_update(of=("self",), skip_locked=True).first()


@transaction.atomic
def refuse_sending(sending_id: int, words: str) -> None:
    """Keep why a person got no file, and tell the view's owner, once a month for each person and cause."""
    rows = ViewSending.objects.select_related("schedule__view__company", "schedule__view__owner", "person")
    sending = rows.select_for_update(of=("self",)).filter(pk=sending_id).first()
    if sending is None:
        return
    sending.refusal = words[:300]
    sending.save(update_fields=["refusal"])
    view = sending.schedule.view
    title = f"{sending.person} did not get “{view.name}” by mail"
    key = f"view_refused:{sending.schedule_id}:{sending.person_id}:{sending.due_at:%Y-%m}:{words}"[:200]
    try:
        make_task(view.company, TaskKind.OTHER, title, key=key, note=words, assignee=view.owner, by=None)
    except Refused:  # the owner works here no more
        tell_administrators(view.company, title, key=key, note=words)


def _pause_orphan(schedule: ViewSchedule) -> None:
    view = schedule.view
    pause_schedule(schedule.pk, by=None, reason=f"{view.owner} does not work here any more.")
    title = f"The view “{view.name}” of {view.owner} is not mailed any more"
    note = f"{view.owner} does not work here any more. Whoever needs it keeps a view and a schedule of their own."
    tell_administrators(view.company, title, key=f"view_orphan:{schedule.pk}", note=note)
