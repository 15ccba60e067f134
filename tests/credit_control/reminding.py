"""A company that reminds, at any hour of any day."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from credit_control.models import Channel, Reminder, Tone
from credit_control.operations.send_reminders import send_reminders
from credit_control.operations.set_reminder_ladders import StepDetails, choose_ladder, save_reminder_ladder
from office.mail.handing_over import hand_over
from office.models import OutgoingMail, OwnDay
from tests import world

TONES = (Tone.FIRST, Tone.SECOND, Tone.FINAL)


def ladder(company: Any, days: Sequence[int], name: str = "Usual", **details: Any) -> Any:
    """A ladder with steps on these days for the whole company; those up to the due day are notices."""
    values = {"has_letter": False} | details
    late = [day for day in days if day > 0]
    steps = [StepDetails(day, tone=TONES[late.index(day)] if day > 0 else Tone.NOTICE, **values) for day in days]
    saved = save_reminder_ladder(company, name, steps, by=None)
    choose_ladder(company, saved.pk, by=None)
    return saved


def at_any_hour(company: Any) -> None:
    """Mail leaves at once: each day around now is worked, day and night."""
    today = company.today()
    for days in range(-1, 60):
        OwnDay.objects.create(company=company, day=today + timedelta(days=days), is_worked=True)
    company.mail_from_hour, company.mail_until_hour, company.mail_daily_limit = 0, 24, 0
    company.save()


def late(customer: Any, amount: str, days: int, **details: Any) -> Any:
    """An invoice that was due so many days ago."""
    day = customer.company.today() - timedelta(days=days)
    return world.issue(customer, amount, min(day, customer.company.today()), due_on=day, **details)


def remind(customer: Any, days: int = 0, only: Any = None) -> tuple[Reminder | None, str]:
    """The reminder that a customer gets so many days from now, or why none."""
    on = customer.company.today() + timedelta(days=days)
    reminders, left_out = send_reminders(customer.company, [customer.pk], on=on, by=None, only=only)
    return (reminders[0] if reminders else None), (left_out[0].why_not if left_out else "")


def asked(reminder: Reminder | None) -> list[tuple[str, int]]:
    """What a reminder is of: each document with its step."""
    return [(row.item.reference, row.days) for row in reminder.items.select_related("item")] if reminder else []


def send_all() -> list[OutgoingMail]:
    """Hand over all that waits, and give it as it then is."""
    ids = list(OutgoingMail.objects.filter(kind="reminder", status="queued").values_list("pk", flat=True))
    for mail_id in ids:
        hand_over(mail_id)
    return list(OutgoingMail.objects.filter(pk__in=ids).order_by("pk"))


CALL = Channel.CALL
