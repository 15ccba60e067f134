"""Credit control's background work. Each task does one thing and may run twice, late or at once without harm."""

from celery import shared_task
from django.utils import timezone

from credit_control.operations.begin_reminders import begin_reminders
from credit_control.operations.schedule_statements import companies_due, prepare_due_statements
from office.models import Company


@shared_task
def begin_due_reminders() -> None:
    """Begin the reminders of the day of each company that has them sent by the schedule."""
    for company in Company.objects.exclude(credit_policy=None):
        begin_reminders(company)


@shared_task
def prepare_statements_of(company_id: int) -> None:
    """Prepare a company's statements, if they are due and nobody did."""
    prepare_due_statements(company_id, now=timezone.now())


@shared_task
def prepare_statements() -> None:
    """Ring for every company whose statements are due; runs each minute."""
    for company_id in companies_due(timezone.now()):
        prepare_statements_of.delay(company_id)
