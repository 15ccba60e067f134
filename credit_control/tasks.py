"""Credit control's background work. Each task does one thing and may run twice, late or at once without harm."""

from celery import shared_task

from credit_control.operations.begin_reminders import begin_reminders
from office.models import Company


@shared_task
def begin_due_reminders() -> None:
    """Begin the reminders of the day of each company that has them sent by the schedule."""
    for company in Company.objects.exclude(credit_policy=None):
        begin_reminders(company)
